"""Inline mode: `@bot dune` in any chat. Whatever is shown is everybody's, so that Telegram may keep it for all."""

import re

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent, Update
from telegram import InlineQueryResultsButton as ResultsButton
from telegram.constants import ParseMode
from telegram.error import BadRequest

from handlers import texts
from handlers.cards import face
from handlers.context import TOO_OLD, Context
from handlers.screen import change, preview
from storage.values import Card

SHARED = re.compile(r"m_([1-9][0-9]{0,17})", re.ASCII)
"""What the share button of a card types: exactly this film."""
OFFSET = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
RESULTS = 50
"""As many as Telegram takes at once."""
KEPT_S = 60
"""How long Telegram may answer the same words for us."""


async def on_query(update: Update, context: Context) -> None:
    """Answer the newest question of a person; nobody waits for the older ones."""
    asked = update.inline_query
    if asked is None:
        return
    cards, more = await _cards(context, asked)
    if context.bot_data.latest.has(asked.from_user.id, asked.id):
        await _answer(context, asked, cards, more)


async def on_chosen(update: Update, context: Context) -> None:
    """A card was sent; the answer that it comes from may be a minute old. Comes only where feedback is switched on."""
    chosen = update.chosen_inline_result
    if chosen is None or chosen.inline_message_id is None or not chosen.result_id.isdecimal():
        return
    for card in await context.storage.movies.cards([int(chosen.result_id)]):
        await change(context, *face(context, card), card.movie.poster, inline_message_id=chosen.inline_message_id)


async def _cards(context: Context, asked: InlineQuery) -> tuple[tuple[Card, ...], str]:
    """The cards of this page, and where the next one begins: empty at the end."""
    movies, words = context.storage.movies, asked.query.strip()
    if asked.offset and OFFSET.fullmatch(asked.offset) is None:
        return (), ""
    start = int(asked.offset or 0)
    if shared := SHARED.fullmatch(words):
        found = [int(shared[1])]
    elif words:
        found = [hit.movie_id for hit in (await movies.search(words)).hits]
    else:
        found = list(await context.storage.lists.best(start + RESULTS + 1))
    page = found[start : start + RESULTS]
    return await movies.cards(page), str(start + RESULTS) if len(found) > start + RESULTS else ""


async def _answer(context: Context, asked: InlineQuery, cards: tuple[Card, ...], more: str) -> None:
    button = None
    if not cards and not asked.offset:
        label = texts.nothing_inline() if asked.query.strip() else texts.type_inline()
        button = ResultsButton(label, start_parameter="find")
    results = [_result(context, card) for card in cards]
    try:
        await context.bot.answer_inline_query(
            asked.id, results, cache_time=KEPT_S, next_offset=more, button=button, is_personal=False
        )
    except BadRequest as error:
        if TOO_OLD not in str(error).lower():
            raise


def _result(context: Context, card: Card) -> InlineQueryResultArticle:
    text, keyboard = face(context, card)
    return InlineQueryResultArticle(
        str(card.movie.id),
        texts.inline_title(card.movie),
        InputTextMessageContent(text, ParseMode.HTML, link_preview_options=preview(card.movie.poster)),
        reply_markup=keyboard,
        description=texts.inline_description(card),
        thumbnail_url=card.movie.poster,
    )
