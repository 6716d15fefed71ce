"""Showing one movie's card, as an answer to whatever asked for it."""

from telegram import Update

from handlers import keyboards, texts
from handlers.buttons import Keyboard
from handlers.callback_data import Back, Hit, OpenCard, Search, data_of
from handlers.context import Context, viewer_of
from handlers.screen import send, show
from storage.values import Actor, Card, Rated


def face(
    context: Context, shown: Card, actor: Actor | None = None, rated: Rated | None = None, back: Back | None = None
) -> tuple[str, Keyboard]:
    """A card's text and buttons, as they fit where the actor is; without one, as they fit anywhere."""
    anywhere = actor is None or not actor.present
    private = not anywhere and actor is not None and not actor.in_club
    person_id = actor.person_id if actor else 0
    share = keyboards.share(shown.movie.id, context.bot)
    keyboard = keyboards.card(shown, private=private, rated=rated, person_id=person_id, share=share, back=back)
    return texts.card(shown, private=private, anywhere=anywhere), keyboard


async def on_open(update: Update, context: Context) -> None:
    """A tap on a film: its card in place of the message, or below a top list or digest."""
    tap = OpenCard.decode(data_of(update))
    if tap.below and viewer_of(update).present:
        await show_below(update, context, tap.movie_id)
    else:
        await show_card(update, context, tap.movie_id)


async def on_hit(update: Update, context: Context) -> None:
    """A tap on a hit: its card in place of the hits, with the way back to them."""
    tap = Hit.decode(data_of(update))
    await show_card(update, context, tap.movie_id, back=Search(tap.page, tap.query))


async def show_below(update: Update, context: Context, movie_id: int) -> None:
    """The card as a new message: the pressed one still serves others."""
    actor = viewer_of(update)
    shown = await context.storage.movies.card(movie_id, actor)
    text, keyboard = face(context, shown, actor)
    await context.answer(update)
    await send(update, context, text, keyboard, poster=shown.movie.poster)


async def show_card(
    update: Update, context: Context, movie_id: int, *, note: str = "", back: Back | None = None
) -> None:
    """The card of a movie that was clearly meant, with the way back to where it was one of many."""
    actor = viewer_of(update)
    shown = await context.storage.movies.card(movie_id, actor)
    text, keyboard = face(context, shown, actor, back=back)
    await show(update, context, f"{note}\n\n{text}" if note else text, keyboard, poster=shown.movie.poster)
