"""Search: /search, /movie, /find, plain text in a private chat, and the reply to the bot's question in a group."""

from telegram import Update

from handlers import keyboards, question, texts
from handlers.callback_data import CUT, Search, data_of, fit_query
from handlers.cards import show_card
from handlers.context import Context, is_group, viewer_of
from handlers.screen import send, show
from storage.values import SearchPage


async def on_search(update: Update, context: Context) -> None:
    """A command with words: hits, ten a page; one that is clearly meant opens its card."""
    words = " ".join(context.args or ())
    if words:
        await _find(update, context, words)
    elif is_group(update.effective_chat):
        await send(update, context, texts.which_film(), question.reply_box())
    else:
        await send(update, context, texts.what_to_type())


async def on_text(update: Update, context: Context) -> None:
    """Plain text for the bot alone is a search, also after the bot's name, as one writes elsewhere."""
    words = without_name((update.message and update.message.text) or "", context.bot.username)
    if words:
        await _find(update, context, words)
    else:
        await send(update, context, texts.what_to_type())


def without_name(text: str, username: str) -> str:
    """What follows the bot's name, or else what stands before it; without the name in it, the text as it is."""
    words = text.split()
    names = [at for at, word in enumerate(words) if word.lower() == f"@{username.lower()}"]
    if not names:
        return text
    return " ".join(words[names[-1] + 1 :] or [word for at, word in enumerate(words) if at not in names])


async def on_page(update: Update, context: Context) -> None:
    """Another page of a search, in the same message."""
    tap = Search.decode(data_of(update))
    page = await context.storage.movies.find(tap.query, page=tap.page, scope=scope_of(update))
    await show(update, context, texts.found(page), keyboards.found(page))


async def _find(update: Update, context: Context, words: str) -> None:
    # A link is longer than a button can carry, but it leads to one film and needs no pages.
    query = words if "tt" in words and len(words) < 256 else fit_query(words)
    page = await find(update, context, query)
    if page.clear is not None:
        await show_card(update, context, page.clear, back=keyboards.other_hits(page))
    else:
        await send(update, context, texts.found(page), keyboards.found(page))


async def find(update: Update, context: Context, query: str) -> SearchPage:
    """The first page of hits; where the catalogue has nothing good, after a look elsewhere."""
    movies, lookup, scope = context.storage.movies, context.bot_data.lookup, scope_of(update)
    page = await movies.find(query, scope=scope)
    if page.good or lookup is None:
        return page
    new = await context.storage.catalogue.take_up(await lookup.find(query.removesuffix(CUT)), "tmdb")
    return await movies.find(query, scope=scope) if new else page


def scope_of(update: Update) -> int:
    actor = viewer_of(update)
    return actor.chat_id if actor.in_club else 0
