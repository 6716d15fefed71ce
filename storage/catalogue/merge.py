"""Gathered films into the catalogue, in one transaction: by IMDb id, else by title and year; no rating ever moves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from storage.catalogue.errors import CatalogueError
from storage.catalogue.imdb import SOURCE, Gathered, batches, imdb_id
from storage.catalogue.numbers import next_number, take_turn
from storage.catalogue.summary import ImportSummary
from storage.dialects import insert, load
from storage.models import EVERYONE, movie, movie_genre, movie_title, score
from storage.search.fold import fold
from storage.values import popularity_of

HALF = 0.5
"""More of a source's films cannot vanish between two versions of its files: it would be another file."""

_staging = sa.MetaData()
film = sa.Table(
    "staged_film",
    _staging,
    sa.Column("imdb", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("movie_id", sa.BigInteger, index=True),
    sa.Column("imdb_id", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("original_title", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("runtime", sa.Integer),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("imdb_score", sa.Integer),
    sa.Column("imdb_votes", sa.Integer),
    sa.Column("popularity", sa.Integer),
    sa.Column("folded", sa.Text, nullable=False),
    sa.Index("ix_staged_film_folded_year", "folded", "year"),
    prefixes=["TEMPORARY"],
)
genre = sa.Table(
    "staged_genre", _staging, sa.Column("imdb", sa.BigInteger), sa.Column("genre", sa.Text), prefixes=["TEMPORARY"]
)
alias = sa.Table(
    "staged_alias", _staging, sa.Column("imdb", sa.BigInteger), sa.Column("title", sa.Text), prefixes=["TEMPORARY"]
)
nameless = sa.Table(
    "staged_nameless",
    _staging,
    sa.Column("movie_id", sa.BigInteger),
    sa.Column("folded", sa.Text),
    sa.Column("year", sa.Integer),
    prefixes=["TEMPORARY"],
)
STAGED = (
    "imdb", "imdb_id", "title", "original_title", "year", "runtime", "kind", "imdb_score", "imdb_votes", "popularity",
    "folded",
)  # fmt: skip
FACTS = ("title", "original_title", "year", "runtime", "kind")
FIGURES = ("imdb_id", "imdb_score", "imdb_votes", "popularity")


def merge(connection: sa.Connection, gathered: Gathered) -> ImportSummary:
    """Add what is new, change what differs, remove what vanished and nobody rated. Raises CatalogueError."""
    _staging.create_all(connection, checkfirst=False)
    _stage(connection, gathered)
    take_turn(connection)
    _recognise(connection)
    removed = _remove_vanished(connection)
    changed = _change(connection)
    new = _add(connection)
    _add_names(connection)
    total = connection.execute(sa.select(sa.func.count()).select_from(film)).scalar_one()
    _staging.drop_all(connection, checkfirst=False)  # where this is not reached, the rollback does it
    return ImportSummary(
        SOURCE, gathered.rows, new, total - new - changed, changed=changed, removed=removed, skipped=gathered.skipped
    )


def _stage(connection: sa.Connection, gathered: Gathered) -> None:
    for batch in batches(gathered.films()):
        load(connection, film, STAGED, [_film(row) for row in batch])
        load(
            connection,
            genre,
            ("imdb", "genre"),
            [(row[0], each) for row in batch for each in row[6].split(",") if each],
        )
    for aliases in batches(gathered.aliases()):
        load(connection, alias, ("imdb", "title"), aliases)


def _film(row: tuple[Any, ...]) -> tuple[Any, ...]:
    imdb, title, original, year, runtime, kind, _, folded, tenths, votes = row
    fame = None if votes is None else popularity_of(votes)
    return imdb, imdb_id(imdb), title, original or None, year, runtime, kind, tenths, votes, fame, folded


def _recognise(connection: sa.Connection) -> None:
    """Which of them the catalogue has: by id, or by a title and year that both have just once."""
    same_id = sa.update(film).values(movie_id=movie.c.id).where(movie.c.imdb_id == film.c.imdb_id)
    connection.execute(same_id)
    found = [
        {"movie_id": movie_id, "folded": folded, "year": year} for movie_id, folded, year in _without_id(connection)
    ]
    if not found:
        return
    connection.execute(sa.insert(nameless), found)
    once = (
        sa.select(film.c.folded, film.c.year)
        .where(film.c.movie_id.is_(None))
        .group_by(film.c.folded, film.c.year)
        .having(sa.func.count() == 1)
        .subquery()
    )
    same_name = (nameless.c.folded == film.c.folded) & (nameless.c.year == film.c.year)
    alone = (once.c.folded == film.c.folded) & (once.c.year == film.c.year)
    connection.execute(
        sa.update(film).values(movie_id=nameless.c.movie_id).where(film.c.movie_id.is_(None), same_name, alone)
    )


def _without_id(connection: sa.Connection) -> Iterator[tuple[int, str, int]]:
    query = sa.select(movie.c.id, movie.c.title, movie.c.year).where(
        movie.c.imdb_id.is_(None), movie.c.year.is_not(None)
    )
    by_name: dict[tuple[str, int], list[int]] = {}
    for movie_id, title, year in connection.execute(query):
        by_name.setdefault((fold(title), year), []).append(movie_id)
    for (folded, year), movie_ids in by_name.items():
        if len(movie_ids) == 1:
            yield movie_ids[0], folded, year


def _remove_vanished(connection: sa.Connection) -> int:
    """Films of a former import that are in the files no longer; kept while anyone has rated them."""
    ours = movie.c.source == SOURCE
    before = connection.execute(sa.select(sa.func.count()).where(ours)).scalar_one()
    still_there = sa.select(film.c.movie_id).where(film.c.movie_id.is_not(None))
    vanished = ours & movie.c.id.not_in(still_there)
    gone = connection.execute(sa.select(sa.func.count()).where(vanished)).scalar_one()
    if gone > HALF * before:
        raise CatalogueError(
            f"{gone:,} of {before:,} films imported before are not in these files: other files, or fewer kinds?"
        )
    if not gone:
        return 0
    unrated = ~sa.exists().where(score.c.scope == EVERYONE, score.c.movie_id == movie.c.id)
    with _looked_up_by_movie(connection):
        return connection.execute(sa.delete(movie).where(vanished, unrated)).rowcount


@contextmanager
def _looked_up_by_movie(connection: sa.Connection) -> Iterator[None]:
    """For each film that goes SQLite looks for what still points to it, and keeps no index for that."""
    if connection.dialect.name != "sqlite":
        yield
        return
    for table in ("rating", "score"):
        connection.exec_driver_sql(f"CREATE INDEX pointing_{table} ON {table} (movie_id)")
    yield
    for table in ("rating", "score"):
        connection.exec_driver_sql(f"DROP INDEX pointing_{table}")


def _change(connection: sa.Connection) -> int:
    """IMDb's own films follow the files; others keep their names and get what they lack."""
    is_imdbs = movie.c.source == SOURCE
    wanted: Mapping[str, sa.ColumnElement[Any]] = {
        **{name: sa.case((is_imdbs, film.c[name]), else_=_first(movie.c[name], film.c[name])) for name in FACTS},
        **{name: _first(film.c[name], movie.c[name]) for name in FIGURES},
    }
    differs = sa.or_(*(movie.c[name].is_distinct_from(value) for name, value in wanted.items()))
    changed = sa.update(movie).values(wanted).where(film.c.movie_id == movie.c.id, differs)
    return connection.execute(changed).rowcount


def _first(one: sa.ColumnElement[Any], other: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(one, other, type_=one.type)


def _add(connection: sa.Connection) -> int:
    names = ("id", *FACTS, *FIGURES, "source")
    number = sa.func.row_number().over(order_by=film.c.imdb) + (next_number(connection) - 1)
    values = (number, *(film.c[name] for name in FACTS), *(film.c[name] for name in FIGURES[:3]))
    fresh = sa.select(*values, sa.func.coalesce(film.c.popularity, 0), sa.literal(SOURCE)).where(
        film.c.movie_id.is_(None)
    )
    new = connection.execute(sa.insert(movie).from_select(names, fresh.order_by(film.c.imdb))).rowcount
    unknown = film.c.movie_id.is_(None) & (movie.c.imdb_id == film.c.imdb_id)
    connection.execute(sa.update(film).values(movie_id=movie.c.id).where(unknown))
    return new


def _add_names(connection: sa.Connection) -> None:
    """Genres, titles in other languages, and IMDb's own title where the catalogue has another."""
    dialect = connection.dialect.name
    genres = sa.select(genre.c.genre, film.c.movie_id).join(film, film.c.imdb == genre.c.imdb)
    others = sa.select(film.c.movie_id, alias.c.title).join(film, film.c.imdb == alias.c.imdb)
    renamed = sa.select(film.c.movie_id, film.c.title)
    for table, names, rows in (
        (movie_genre, ("genre", "movie_id"), genres),
        (movie_title, ("movie_id", "title"), others),
        (movie_title, ("movie_id", "title"), renamed),
    ):
        joined = rows.join(movie, movie.c.id == film.c.movie_id)
        if table is movie_title:
            spelt = rows.selected_columns["title"]
            joined = joined.where(spelt != movie.c.title, spelt.is_distinct_from(movie.c.original_title))
        statement = insert(dialect, table).from_select(names, joined.where(sa.true()).distinct())
        connection.execute(statement.on_conflict_do_nothing())
