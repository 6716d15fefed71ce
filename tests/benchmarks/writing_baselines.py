"""What most would write instead, on the same tables: a rating, its score and its audit entry, durable, one by one.

Like ours they read what the card will show: the film, its genres and its score.
"""

import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from storage.audit import commitment
from storage.models import audit_entry, movie, movie_genre, rating, score
from tests.benchmarks.measures import Work

Given = Callable[[int], tuple[int, int, int]]

RATING = (
    "INSERT INTO rating (person_id, movie_id, stars, chat_id, source, created_at, rated_at)"
    " VALUES (?, ?, ?, ?, 'button', ?, ?)"
    " ON CONFLICT (person_id, movie_id) DO UPDATE SET stars = excluded.stars, rated_at = excluded.rated_at"
)
BEFORE = "SELECT stars FROM rating WHERE person_id = ? AND movie_id = ?"
SCORE = (
    "INSERT INTO score AS k (scope, movie_id, count, total, weighted) VALUES (0, ?, 1, ?, (70.0 + ?) / 11)"
    " ON CONFLICT (scope, movie_id) DO UPDATE SET count = k.count + ?, total = k.total + ?,"
    " weighted = (70.0 + k.total + ?) / (10.0 + k.count + ?)"
)
ENTRY = (
    "INSERT INTO audit_entry (at, actor, chat_id, action, subject, before, after, salt, commitment)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
CARD = (
    "SELECT movie.*, score.count, score.total, score.weighted FROM movie"
    " LEFT JOIN score ON score.movie_id = movie.id AND score.scope = 0 WHERE movie.id = ?"
)
GENRES = "SELECT genre FROM movie_genre WHERE movie_id = ? ORDER BY genre"


def _entry(who: int, film: int, stars: int, before: int | None, at: datetime) -> dict[str, Any]:
    content = {
        "actor": who,
        "chat_id": who,
        "action": "rating.create" if before is None else "rating.update",
        "subject": f"movie:{film}",
        "before": None if before is None else {"stars": before},
        "after": {"stars": stars},
    }
    salt = secrets.token_bytes(16)
    return {"at": at, **content, "salt": salt, "commitment": commitment(salt, at, content)}


def _values(entry: dict[str, Any], at: object) -> tuple[Any, ...]:
    written = {name: json.dumps(entry[name]) if entry[name] else None for name in ("before", "after")}
    return tuple(({**entry, **written, "at": at}).values())


def _score(film: int, stars: int, before: int | None) -> tuple[float, ...]:
    count, total = int(before is None), stars - (before or 0)
    return film, stars, float(stars), count, total, float(total), count


class Raw:
    """sqlite3 itself, prepared statements, a commit for each rating; `wait` is called with it."""

    def __init__(self, file: Path, given: Given, wait: Callable[[], None] = lambda: None) -> None:
        self._given = given
        self._wait = wait
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA synchronous=FULL")

    async def rate(self, number: int) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        film = self._change(number)
        self._database.execute("COMMIT")
        self._wait()
        self._card(film)

    def rate_all(self, size: int, start: int) -> Work:
        """So many to a commit, from this number on: as quick as sharing commits can be."""

        async def rate_next(number: int) -> None:
            nonlocal start
            self._database.execute("BEGIN IMMEDIATE")
            films = [self._change(each) for each in range(start, start + size)]
            self._database.execute("COMMIT")
            start += size
            for film in films:
                self._card(film)

        return rate_next

    def _change(self, number: int) -> int:
        who, film, stars = self._given(number)
        now = datetime.now(UTC)
        at = int(now.timestamp() * 1_000_000)
        run = self._database.execute
        (before,) = run(BEFORE, (who, film)).fetchone() or (None,)
        run(RATING, (who, film, stars, who, at, at))
        run(SCORE, _score(film, stars, before))
        run(ENTRY, _values(_entry(who, film, stars, before, now), at))
        return film

    def _card(self, film: int) -> None:
        self._database.execute(CARD, (film,)).fetchall()
        self._database.execute(GENRES, (film,)).fetchall()


class Base(DeclarativeBase): ...


class RatingRow(Base):
    __table__ = rating


class ScoreRow(Base):
    __table__ = score


class EntryRow(Base):
    __table__ = audit_entry


class MovieRow(Base):
    __table__ = movie


class GenreRow(Base):
    __table__ = movie_genre


@asynccontextmanager
async def orm(file: Path, given: Given) -> AsyncIterator[Work]:
    """SQLAlchemy's ORM over aiosqlite: a session and a transaction for each rating, and sessions that compete."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", connect_args={"timeout": 60})
    sa.event.listen(engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=NORMAL"))
    sessions = async_sessionmaker(engine)

    async def rate(number: int) -> None:
        who, film, stars = given(number)
        async with sessions.begin() as session:
            await session.execute(sa.text("BEGIN IMMEDIATE"))
            await _rate(session, who, film, stars)

    yield rate
    await engine.dispose()


async def _rate(session: AsyncSession, who: int, film: int, stars: int) -> None:
    now = datetime.now(UTC)
    known: Any = await session.get(RatingRow, (who, film))
    before = None if known is None else known.stars
    if known is None:
        times = {"created_at": now, "rated_at": now}
        session.add(RatingRow(person_id=who, movie_id=film, stars=stars, chat_id=who, source="button", **times))
    else:
        known.stars, known.rated_at = stars, now
    row: Any = await session.get(ScoreRow, (0, film))
    if row is None:
        session.add(ScoreRow(scope=0, movie_id=film, count=1, total=stars, weighted=(70.0 + stars) / 11))
    else:
        row.count, row.total = row.count + (before is None), row.total + stars - (before or 0)
        row.weighted = (70.0 + row.total) / (10.0 + row.count)
    session.add(EntryRow(**_entry(who, film, stars, before, now)))
    await session.get(MovieRow, film)
    await session.scalars(sa.select(GenreRow).where(movie_genre.c.movie_id == film))


CTE = """
WITH old AS (SELECT stars FROM rating WHERE person_id = $1 AND movie_id = $2 FOR UPDATE),
r AS (
  INSERT INTO rating (person_id, movie_id, stars, chat_id, source, created_at, rated_at)
  VALUES ($1, $2, $3, $1, 'button', $4, $4)
  ON CONFLICT (person_id, movie_id) DO UPDATE SET stars = excluded.stars, rated_at = excluded.rated_at),
s AS (
  INSERT INTO score AS k (scope, movie_id, count, total, weighted) VALUES (0, $2, 1, $3, (70.0 + $3) / 11)
  ON CONFLICT (scope, movie_id) DO UPDATE SET
  count = k.count + 1 - (SELECT count(*) FROM old),
  total = k.total + excluded.total - coalesce((SELECT stars FROM old), 0),
  weighted = (70.0 + k.total + excluded.total - coalesce((SELECT stars FROM old), 0))
    / (11.0 + k.count - (SELECT count(*) FROM old)))
INSERT INTO audit_entry (at, actor, chat_id, action, subject, before, after, salt, commitment)
SELECT $4, $1, $1, CASE WHEN count(*) = 0 THEN 'rating.create' ELSE 'rating.update' END, $5,
  CASE WHEN count(*) > 0 THEN jsonb_build_object('stars', min(old.stars)) END, $6, $7, $8 FROM old
"""


@asynccontextmanager
async def cte(url: str, given: Given) -> AsyncIterator[tuple[Work, Work]]:
    """asyncpg with 32 connections: all in one statement, or a transaction of the three."""
    async with asyncpg.create_pool(url, min_size=32, max_size=32) as pool:

        async def card(connection: Any, number: int) -> None:
            await connection.fetchrow(_numbered(CARD), given(number)[1])
            await connection.fetch(_numbered(GENRES), given(number)[1])

        async def one(number: int) -> None:
            who, film, stars = given(number)
            entry = _entry(who, film, stars, None, datetime.now(UTC))
            after, salt, sealed = json.dumps(entry["after"]), entry["salt"], entry["commitment"]
            async with pool.acquire() as connection:
                await connection.execute(CTE, who, film, stars, entry["at"], entry["subject"], after, salt, sealed)
                await card(connection, number)

        async def several(number: int) -> None:
            who, film, stars = given(number)
            now = datetime.now(UTC)
            async with pool.acquire() as connection, connection.transaction():
                before = await connection.fetchval(_numbered(BEFORE) + " FOR UPDATE", who, film)
                await connection.execute(_numbered(RATING), who, film, stars, who, now, now)
                await connection.execute(_numbered(SCORE), *_score(film, stars, before))
                await connection.execute(_numbered(ENTRY), *_values(_entry(who, film, stars, before, now), now))
                await card(connection, number)

        yield one, several


def _numbered(statement: str) -> str:
    for number in range(1, statement.count("?") + 1):
        statement = statement.replace("?", f"${number}", 1)
    return statement
