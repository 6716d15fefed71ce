"""/addmovie: operators add a film that the catalogue lacks; for whoever else asks there is no such command."""

import re

from telegram import Update

from handlers import texts
from handlers.cards import show_card
from handlers.context import Context, actor_of, is_operator
from handlers.screen import send
from handlers.start import on_unknown
from storage.errors import FilmKnown
from storage.values import NewFilm, is_title

FILM = re.compile(r"(?P<title>.+?)\s*\((?P<year>\d{4})\)", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1870, 2099
LONGEST_TITLE = 200


async def on_addmovie(update: Update, context: Context) -> None:
    """`/addmovie Home Video (2021)`: its card follows, with stars."""
    if not is_operator(update, context):
        await on_unknown(update, context)
        return
    film = FILM.fullmatch(" ".join(context.args or []))
    if film is None or not is_title(film["title"]):
        await send(update, context, texts.how_to_add())
    elif len(film["title"]) > LONGEST_TITLE:
        await send(update, context, texts.title_too_long(len(film["title"]), LONGEST_TITLE))
    elif not FIRST_YEAR <= int(film["year"]) <= LAST_YEAR:
        await send(update, context, texts.no_films_year(int(film["year"]), FIRST_YEAR, LAST_YEAR))
    else:
        await _add(update, context, NewFilm(title=film["title"], year=int(film["year"])))


async def _add(update: Update, context: Context, wanted: NewFilm) -> None:
    try:
        movie_id, note = await context.storage.catalogue.add(wanted, actor_of(update)), texts.added()
    except FilmKnown as known:
        movie_id, note = known.movie_id, texts.known_already()
    await show_card(update, context, movie_id, note=note)
