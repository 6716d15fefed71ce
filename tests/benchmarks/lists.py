"""Top lists and digests as ratings grow: `python -m tests.benchmarks.lists [--ratings 10000000] [--json FILE]`.

Beside a list, one row read by its key, and the same list counted from the ratings. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from bot.app import calm_collector
from storage.models import EVERYONE, movie, rating
from storage.ranking import Ranking
from storage.service import Storage, StorageSettings
from storage.values import Period, TopQuery
from tests.benchmarks import growth
from tests.benchmarks.measures import Measure, pace, report

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
SLOW = 1_000_000
"""With so many ratings counting takes so long that two times tell enough."""
KEY = sa.select(movie).where(movie.c.id == sa.bindparam("movie"))
COUNTED = (
    sa.select(rating.c.movie_id, sa.func.count(), sa.func.avg(rating.c.stars).label("mean"))
    .group_by(rating.c.movie_id)
    .having(sa.func.count() >= 3)
    .order_by(sa.desc("mean"))
    .limit(10)
)


@dataclass(frozen=True, slots=True)
class Size:
    """What it costs with so many ratings: medians in milliseconds, of a list with a filter the p95."""

    ratings: int
    key: float
    top: float
    genre: float
    decade: float
    week: float
    club: float
    digest: float
    counted: float

    def row(self) -> str:
        figures = (self.key, self.top, self.genre, self.decade, self.week, self.club, self.digest, self.counted)
        return f"{self.ratings:>11,}" + "".join(f"{figure:>10.2f}" for figure in figures)


async def by_key(storage: Storage, number: int) -> None:
    """One film's row, as any bot would read it, through SQLAlchemy and aiosqlite."""
    async with storage.database.engine.connect() as connection:
        (await connection.execute(KEY, {"movie": 1 + number * 7919 % growth.FILMS})).one()


async def counting(storage: Storage, times: int) -> float:
    """Milliseconds for the list as most would make it, at best."""
    spent = list[float]()
    for _ in range(times):
        began = time.perf_counter()
        await storage.database.read(lambda c: c.execute(COUNTED).all())
        spent.append(1000 * (time.perf_counter() - began))
    return min(spent)


async def look(storage: Storage, ratings: int) -> Size:
    def top(**query: object) -> Callable[[int], Awaitable[object]]:
        return lambda number: storage.lists.top(TopQuery(**{"scope": EVERYONE, "page": number % 3} | query))  # type: ignore[arg-type]

    async def digest(number: int) -> None:
        week = timedelta(days=7)
        await storage.digests.compose(growth.FIRST_CLUB - number, growth.NOW - week, growth.NOW)

    keys, tops = [], []
    for _ in range(3):  # in turn, for the machine is not always as quick
        keys.append((await pace(partial(by_key, storage), 200, 1)).p50_ms)
        tops.append((await pace(top(), 200, 1)).p50_ms)
    return Size(
        ratings,
        key=statistics.median(keys),
        top=statistics.median(tops),
        genre=(await pace(top(genre="Western"), 200, 1)).p95_ms,
        decade=(await pace(top(decade=1970), 200, 1)).p95_ms,
        week=(await pace(top(period=Period.WEEK), 40, 1)).p95_ms,
        club=(await pace(lambda number: storage.lists.top(TopQuery(scope=growth.FIRST_CLUB - number)), 200, 1)).p50_ms,
        digest=(await pace(digest, 400, 1)).p50_ms,
        counted=await counting(storage, 1 if ratings >= SLOW else 5),
    )


def make(folder: Path, ratings: int) -> None:
    """A database with so many ratings, in a new folder or instead of those that it has."""
    began, file, is_new = time.monotonic(), folder / "matinee.db", not folder.exists()
    ranking = asyncio.run(_migrated(folder))
    if is_new:
        growth.fill(file)
    growth.rate(file, ratings)
    growth.count(file, ranking)
    print(f"{ratings:,} ratings made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


async def _migrated(folder: Path) -> Ranking:
    async with _opened(folder) as storage:
        return storage.settings.ranking


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Storage]:
    storage = await Storage.open(StorageSettings(data_dir=folder), now=lambda: growth.NOW, migrate=True)
    yield storage
    await storage.close()


async def _looked(folder: Path, ratings: int) -> Size:
    async with _opened(folder) as storage:
        calm_collector()
        return await look(storage, ratings)


def measures(sizes: list[Size]) -> list[Measure]:
    """Of the largest."""
    most, least = sizes[-1], sizes[0]
    size = f"{most.ratings:,} ratings"
    return [
        Measure(f"top list / one row by its key, {size}", most.top, most.key, 3, least=False, unit="ms"),
        Measure(f"top list, {size} / {least.ratings:,}", most.top, least.top, 2, least=False, unit="ms"),
        Measure(f"counted from the ratings / top list, {size}", most.counted, most.top, 100, unit="ms"),
        Measure("top list of a genre, p95 / one row by its key", most.genre, most.key, 12, False, "ms", 10),
        Measure("top list of a decade, p95 / one row by its key", most.decade, most.key, 12, False, "ms", 10),
        Measure("top list of the week, p95 / one row by its key", most.week, most.key, 12, False, "ms", 10),
        Measure("a club's digest composed / one row by its key", most.digest, most.key, 6, False, "ms", 5),
    ]


def look_at(most: int, made: Path | None = None) -> list[Size]:
    """Print what each size costs, up to so many ratings, which `made` has if it is given."""
    sizes = list[Size]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        for ratings in (size for size in SIZES if size <= most):
            if ratings == most and made is not None:
                folder = made
            else:
                make(folder, ratings)
            sizes.append(asyncio.run(_looked(folder, ratings)))
    names = ("by key", "top", "genre", "decade", "week", "club", "digest", "counted")
    print(f"{'ratings':>11}" + "".join(f"{name:>10}" for name in names) + "   (ms)")
    for size in sizes:
        print(size.row())
    print(flush=True)
    return sizes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    return report(measures(look_at(options.ratings)), options.json)


if __name__ == "__main__":
    sys.exit(main())
