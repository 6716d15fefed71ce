"""/top: the best films, switched by buttons in the same message."""

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import Top, TopChoice, data_of
from handlers.context import Context, viewer_of
from handlers.screen import send, show
from handlers.top_words import names_a_year, understood
from storage.values import Actor, TopPage, TopQuery


async def on_top(update: Update, context: Context) -> None:
    """In a club its own list first; elsewhere everyone's. `/top month horror 1980s` chooses at once."""
    actor = viewer_of(update)
    genres = await context.storage.lists.genres() if context.args else ()
    words = context.args or ()
    chosen, odd = understood(words, genres, here=actor.in_club)
    note = texts.decade_instead(chosen.decade) if chosen.decade and names_a_year(words) else ""
    await _send(update, context, chosen, texts.odd_top(odd) if odd else note)


async def on_best(update: Update, context: Context) -> None:
    """The same by a link or a button, which bring no words."""
    await _send(update, context, Top(here=viewer_of(update).in_club))


async def on_switch(update: Update, context: Context) -> None:
    """Another scope, period, genre, decade or page."""
    chosen = Top.decode(data_of(update))
    actor = viewer_of(update)
    page = await _page(context, chosen, actor)
    await show(update, context, _text(page, chosen, actor), keyboards.top(page, chosen, club=actor.in_club))


async def on_choice(update: Update, context: Context) -> None:
    """The genres or decades there are."""
    choice = TopChoice.decode(data_of(update))
    actor = viewer_of(update)
    page = await _page(context, choice.top, actor)
    if choice.what == "g":
        keyboard = keyboards.top_genres(await context.storage.lists.genres(), choice.top)
    else:
        keyboard = keyboards.top_decades(await context.storage.lists.decades(), choice.top)
    await show(update, context, _text(page, choice.top, actor), keyboard)


async def _send(update: Update, context: Context, chosen: Top, note: str = "") -> None:
    actor = viewer_of(update)
    page = await _page(context, chosen, actor)
    text = "\n\n".join(filter(None, [note, _text(page, chosen, actor)]))
    await send(update, context, text, keyboards.top(page, chosen, club=actor.in_club))


async def _page(context: Context, chosen: Top, actor: Actor) -> TopPage:
    scope = actor.chat_id if chosen.here and actor.in_club else 0
    return await context.storage.lists.top(
        TopQuery(scope=scope, period=chosen.period, genre=chosen.genre, decade=chosen.decade, page=chosen.page)
    )


def _text(page: TopPage, chosen: Top, actor: Actor) -> str:
    return texts.top(page, title=actor.chat_title if chosen.here and actor.in_club else "")
