"""/top: the best films, switched by buttons in the same message."""

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import Top, TopChoice, data_of
from handlers.context import Context, viewer_of
from handlers.screen import send, show
from storage.values import Actor, TopPage, TopQuery


async def on_top(update: Update, context: Context) -> None:
    """In a club its own list first; elsewhere everyone's."""
    actor = viewer_of(update)
    chosen = Top(here=actor.in_club)
    page = await _page(context, chosen, actor)
    await send(update, context, _text(page, chosen, actor), keyboards.top(page, chosen, club=actor.in_club))


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


async def _page(context: Context, chosen: Top, actor: Actor) -> TopPage:
    scope = actor.chat_id if chosen.here and actor.in_club else 0
    return await context.storage.lists.top(
        TopQuery(scope=scope, period=chosen.period, genre=chosen.genre, decade=chosen.decade, page=chosen.page)
    )


def _text(page: TopPage, chosen: Top, actor: Actor) -> str:
    return texts.top(page, title=actor.chat_title if chosen.here and actor.in_club else "")
