"""Guest mode: `@bot dune` in a chat where the bot is no member. One answer, which everybody there can rate."""

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from handlers import keyboards, texts
from handlers.callback_data import fit_query
from handlers.cards import face
from handlers.context import TOO_OLD, Context
from handlers.screen import preview
from handlers.search import without_name


async def on_called(update: Update, context: Context) -> None:
    """The film's card, or what else it may be; from the local catalogue only, for the answer must come at once."""
    message = update.guest_message
    if message is None or message.guest_query_id is None:
        return
    text, keyboard, poster = await _answer(context, without_name(message.text or "", context.bot.username))
    content = InputTextMessageContent(text, ParseMode.HTML, link_preview_options=preview(poster))
    try:
        result = InlineQueryResultArticle("1", context.bot.first_name, content, reply_markup=keyboard)
        await context.bot.answer_guest_query(message.guest_query_id, result)
    except BadRequest as error:
        if TOO_OLD not in str(error).lower():
            raise


async def _answer(context: Context, words: str) -> tuple[str, InlineKeyboardMarkup | None, str | None]:
    """Text, buttons, and the poster's address."""
    if not words:
        return texts.what_to_call(context.bot.username), None, None
    page = await context.storage.movies.find(fit_query(words))
    if page.clear is None:
        return texts.found(page), keyboards.found(page), None
    (card,) = await context.storage.movies.cards([page.clear])
    text, keyboard = face(context, card, back=keyboards.other_hits(page))
    return text, keyboard, card.movie.poster
