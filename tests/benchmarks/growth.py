"""A database that grows: films, people and clubs, and ratings spread over three years, made inside of SQLite."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from storage import scores
from storage.ranking import Ranking

FILMS, PEOPLE, CLUBS, MEMBERS = 100_000, 200_000, 10_000, 20
FIRST_PERSON, FIRST_CLUB = 5_000_000_000, -1_002_000_000_000
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
AT = int(NOW.timestamp()) * 1_000_000
SPAN = 3 * 365 * 86_400 * 1_000_000
GENRES = ("Drama", "Comedy", "Crime", "Science Fiction", "Horror", "Romance", "War", "Western")

MOVIE = "INSERT INTO movie (id, title, year, source) SELECT i + 1, 'Film ' || i, 1930 + i % 95, 'test' FROM n"
GENRE = "INSERT INTO movie_genre (movie_id, genre) SELECT i + 1, CASE i % 8 {cases} END FROM n"
PERSON = "INSERT INTO person (id, name, first_seen_at) SELECT :person + i, 'P' || i, :at FROM n"
CLUB = "INSERT INTO chat (id, type, title, first_seen_at) SELECT :club - i, 'supergroup', 'C' || i, :at FROM n"
MEMBER = (
    "INSERT INTO membership (person_id, chat_id, since)"
    " SELECT :person + i % :people, :club - (i + i / :people) % :clubs, :at FROM n"
)
# In the order of the table; a tenth of the films has most of the ratings.
RATING = (
    "INSERT INTO rating (person_id, movie_id, stars, chat_id, source, created_at, rated_at)"
    " SELECT :person + i * :people / :ratings, 1 + i * 2654435761 % (1 + i * 40503 % :films), 1 + i * 7919 % 10,"
    " :person + i * :people / :ratings, 'button', :at - i * 9999999967 % :span, :at - i * 9999999967 % :span"
    " FROM n WHERE true ON CONFLICT DO NOTHING"
)


def fill(file: Path, clubs: int = CLUBS) -> None:
    """Everything but ratings."""
    cases = " ".join(f"WHEN {number} THEN '{genre}'" for number, genre in enumerate(GENRES))
    films = (MOVIE, FILMS), (GENRE.format(cases=cases), FILMS)
    with sqlite3.connect(file) as database:
        for statement, count in (*films, (PERSON, PEOPLE), (CLUB, clubs), (MEMBER, clubs * MEMBERS)):
            _insert(database, statement, count, clubs=clubs)


def rate(file: Path, ratings: int, span: int = SPAN) -> None:
    """So many ratings instead of those before, without entries; the scores have to be counted anew."""
    with _hurried(file) as database:
        indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'rating' AND type = 'index'")
        named = [(name, sql) for name, sql in indexes if sql]
        for name, _ in named:
            database.execute(f"DROP INDEX {name}")
        database.execute("DELETE FROM rating")
        _insert(database, RATING, ratings, ratings=ratings, span=span)
        for _, sql in named:
            database.execute(sql)


def count(file: Path, ranking: Ranking) -> None:
    """The scores of these ratings, as the program counts them."""
    engine = sa.create_engine("sqlite://", creator=lambda: _hurried(file))
    with engine.begin() as connection:
        scores.rebuild(connection, ranking)
    engine.dispose()


def _hurried(file: Path) -> sqlite3.Connection:
    """A connection for what would be lost at a power cut, with much memory to sort in."""
    database = sqlite3.connect(file)
    for pragma in ("synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY", "threads=2"):
        database.execute(f"PRAGMA {pragma}")
    return database


def _insert(database: sqlite3.Connection, statement: str, count: int, **also: int) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1) "
    words = {"person": FIRST_PERSON, "club": FIRST_CLUB, "people": PEOPLE, "films": FILMS, "at": AT}
    given = words | also
    database.execute(numbers + statement, {name: value for name, value in given.items() if f":{name}" in statement})
