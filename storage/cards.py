"""Reading what a card shows: the movie's facts, its scores, the person's own stars, the club's voices."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from storage.dialects import joined
from storage.errors import MovieNotFound
from storage.models import EVERYONE, membership, movie, movie_genre, person, rating, score
from storage.values import Actor, Card, Movie, MovieLine, Score, Voice

LARGEST_ID = 2**63 - 1
MOST_VOICES = 12


# "ratings", for a row is a tuple and `row.count` its method.
SCORE_COLUMNS = (score.c.count.label("ratings"), score.c.total, score.c.weighted)

_MOVIE_ID, _PERSON_ID = sa.bindparam("movie", type_=sa.BigInteger), sa.bindparam("person", type_=sa.BigInteger)
_CHAT_ID = sa.bindparam("chat", type_=sa.BigInteger)
_GENRES = (sa.select(joined(movie_genre.c.genre)).where(movie_genre.c.movie_id == movie.c.id)).scalar_subquery()
MOVIE_FACTS = sa.select(
    movie.c.id, movie.c.title, movie.c.original_title, movie.c.year, movie.c.runtime, _GENRES.label("genres"),
    movie.c.directors, movie.c.cast, movie.c.countries, movie.c.imdb_id, movie.c.imdb_score, movie.c.imdb_votes,
    movie.c.poster, movie.c.overview,
)  # fmt: skip
FACTS = len(MOVIE_FACTS.selected_columns)
"""So many are of the movie; further columns come after them."""
_MOVIE = MOVIE_FACTS.where(movie.c.id == _MOVIE_ID)
_STARS = sa.select(rating.c.stars).where(rating.c.person_id == _PERSON_ID, rating.c.movie_id == _MOVIE_ID)
_SCORES = sa.select(score.c.scope, *SCORE_COLUMNS).where(
    score.c.movie_id == _MOVIE_ID, score.c.scope.in_([sa.literal(EVERYONE, sa.BigInteger), _CHAT_ID])
)
_IN_CLUB = rating.c.chat_id < sa.literal_column("0")  # so written, the databases see that there is an index for it
# Only stars set in this very chat carry a name: what a person does elsewhere is not this club's to see.
_VOICES = (
    sa.select(person.c.name, person.c.name_hidden, rating.c.stars)
    .join(person, person.c.id == rating.c.person_id)
    .join(membership, membership.c.person_id == rating.c.person_id)
    .where(rating.c.chat_id == _CHAT_ID, rating.c.movie_id == _MOVIE_ID, _IN_CLUB, membership.c.chat_id == _CHAT_ID)
    .order_by(rating.c.stars.desc(), person.c.name, person.c.id)
    .limit(MOST_VOICES)
)


def read_card(connection: sa.Connection, movie_id: int, actor: Actor) -> Card:
    """Raises MovieNotFound."""
    found = read_movie(connection, movie_id)
    return card_of(connection, found, actor, my_stars(connection, movie_id, actor.person_id))


def card_of(connection: sa.Connection, found: Movie, actor: Actor, stars: int | None) -> Card:
    """The card of a movie and of the actor's stars that were read before."""
    here = {"movie": found.id, "chat": actor.chat_id}
    rows = connection.execute(_SCORES, here)
    scores = {row.scope: Score(row.ratings, row.total, row.weighted) for row in rows}
    return Card(
        movie=found,
        everyone=scores.get(EVERYONE),
        here=scores.get(actor.chat_id) if actor.in_club else None,
        my_stars=stars,
        voices=_voices(connection, found.id, actor.chat_id) if actor.in_club else (),
    )


def _voice(row: Any) -> Voice:
    return Voice("" if row.name_hidden else row.name, row.stars)


def read_movie(connection: sa.Connection, movie_id: int) -> Movie:
    """Raises MovieNotFound, for an id beyond 64 bits too: it comes from a button that anybody can forge."""
    row = None
    if 0 < movie_id <= LARGEST_ID:
        row = connection.execute(_MOVIE, {"movie": movie_id}).one_or_none()
    if row is None:
        raise MovieNotFound(movie_id)
    return movie_of(row)


def cards_of(
    connection: sa.Connection,
    wanted: Sequence[tuple[Movie, Actor, int | None]],
    seen: Mapping[tuple[int, int], Score],
) -> list[Card]:
    """The cards of many movies, each as its actor sees it who has given these stars; `seen`: by scope and movie."""
    clubs = {(shown.id, actor.chat_id) for shown, actor, _ in wanted if actor.in_club}
    voices = {(film, club): _voices(connection, film, club) for film, club in clubs}

    def card(shown: Movie, actor: Actor, stars: int | None) -> Card:
        everyone, club = seen.get((EVERYONE, shown.id)), actor.chat_id
        if (shown.id, club) not in voices:
            return Card(shown, everyone, None, stars)
        return Card(shown, everyone, seen.get((club, shown.id)), stars, voices[shown.id, club])

    return [card(*each) for each in wanted]


def _voices(connection: sa.Connection, movie_id: int, chat_id: int) -> tuple[Voice, ...]:
    return tuple(map(_voice, connection.execute(_VOICES, {"movie": movie_id, "chat": chat_id})))


def read_cards(connection: sa.Connection, movie_ids: Sequence[int]) -> tuple[Card, ...]:
    """Cards of many movies with everyone's scores, by one query; unknown ids are left out."""
    wanted = [movie_id for movie_id in movie_ids if 0 < movie_id <= LARGEST_ID]
    rows = connection.execute(
        MOVIE_FACTS.add_columns(*SCORE_COLUMNS)
        .outerjoin(score, (score.c.movie_id == movie.c.id) & (score.c.scope == EVERYONE))
        .where(movie.c.id.in_(wanted))
    )
    found = {row.id: Card(movie=movie_of(row), everyone=_score(row), here=None, my_stars=None) for row in rows}
    return tuple(found[movie_id] for movie_id in wanted if movie_id in found)


def movie_of(row: Sequence[Any]) -> Movie:
    """Of a row that begins with MOVIE_FACTS."""
    return _movie_of(tuple(row[:FACTS]))


@lru_cache(2048)
def _movie_of(facts: tuple[Any, ...]) -> Movie:
    """Kept by all that it is made of, for what one rates is often what others rate."""
    (
        movie_id, title, original_title, year, runtime, genres,
        directors, cast, countries, imdb_id, imdb_score, imdb_votes,
        poster, overview,
    ) = facts  # fmt: skip
    return Movie(
        id=movie_id,
        title=title,
        original_title=original_title,
        year=year,
        runtime=runtime,
        genres=tuple(sorted(split(genres))) if genres else (),
        directors=split(directors),
        cast=split(cast),
        countries=split(countries),
        imdb_id=imdb_id,
        imdb_score=imdb_score / 10 if imdb_score else None,
        imdb_votes=imdb_votes,
        poster=poster,
        overview=overview,
    )


def my_stars(connection: sa.Connection, movie_id: int, person_id: int) -> int | None:
    return connection.execute(_STARS, {"movie": movie_id, "person": person_id}).scalar()


def lines_of(connection: sa.Connection, movie_ids: Sequence[int], scope: int) -> tuple[MovieLine, ...]:
    """The movies of a list in the given order, with their scores in `scope`; unknown ids are left out."""
    rows = connection.execute(
        sa.select(movie, *SCORE_COLUMNS)
        .outerjoin(score, (score.c.movie_id == movie.c.id) & (score.c.scope == scope))
        .where(movie.c.id.in_(movie_ids))
    )
    found = {row.id: line_of(row) for row in rows}
    return tuple(found[movie_id] for movie_id in movie_ids if movie_id in found)


def line_of(row: Any) -> MovieLine:
    """A row with the movie's columns and SCORE_COLUMNS, which are null where nobody has rated."""
    return MovieLine(id=row.id, title=row.title, year=row.year, directors=split(row.directors), score=_score(row))


def _score(row: Any) -> Score | None:
    return Score(row.ratings, int(row.total), row.weighted) if row.ratings else None


def split(names: str) -> tuple[str, ...]:
    return tuple(names.split("|")) if names else ()
