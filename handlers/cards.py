"""Showing one movie's card, as an answer to whatever asked for it."""

from telegram import Update

from handlers import keyboards, texts
from handlers.callback_data import OpenCard, data_of
from handlers.context import Context, viewer_of
from handlers.screen import send, show


async def on_open(update: Update, context: Context) -> None:
    """A tap on a film: its card in place of a search's hits, or below a top list or digest."""
    tap = OpenCard.decode(data_of(update))
    actor = viewer_of(update)
    shown = await context.storage.movies.card(tap.movie_id, actor)
    private = not actor.in_club
    text, keyboard = texts.card(shown, private=private), keyboards.card(shown, private=private)
    if tap.below:
        await context.answer(update)
        await send(update, context, text, keyboard, poster=shown.movie.poster)
    else:
        await show(update, context, text, keyboard, poster=shown.movie.poster)


async def show_card(update: Update, context: Context, movie_id: int, *, note: str = "") -> None:
    """The card of a movie that was clearly meant."""
    actor = viewer_of(update)
    shown = await context.storage.movies.card(movie_id, actor)
    private = not actor.in_club
    text = texts.card(shown, private=private)
    keyboard = keyboards.card(shown, private=private)
    await show(update, context, f"{note}\n\n{text}" if note else text, keyboard, poster=shown.movie.poster)
