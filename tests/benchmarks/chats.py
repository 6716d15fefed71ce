"""One pass over due digests as chats grow: `python -m tests.benchmarks.chats [--chats 100000] [--json FILE]`.

Each club has twenty members and a week of ratings. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from bot.app import calm_collector
from bot.digest import render
from storage.models import digest_setting
from storage.service import Storage, StorageSettings
from tests.benchmarks import growth
from tests.benchmarks.lists import by_key
from tests.benchmarks.measures import Measure, pace, report

SIZES = (1_000, 10_000, 100_000)
RATINGS, FOUR_WEEKS = 400_000, 28 * 86_400 * 1_000_000
MOST = 10_000
"""So many digests are queued; more would only take longer."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Digests queued a second with so many chats that have one, how long it took to see that any is due, and how many
    single rows can be read by their key in a second."""

    chats: int
    per_s: float
    look_ms: float
    keys_per_s: float

    def row(self) -> str:
        return f"{self.chats:>11,}{self.per_s:>12,.0f}{self.look_ms:>10.2f}"


async def passed(folder: Path, chats: int) -> Pass:
    storage = await Storage.open(StorageSettings(data_dir=folder), now=lambda: growth.NOW, migrate=True)
    growth.fill(folder / "matinee.db", clubs=chats)
    growth.rate(folder / "matinee.db", RATINGS, span=FOUR_WEEKS)
    setting = {"enabled": True, "weekday": growth.NOW.weekday(), "minute": 0, "zone": "UTC", "next_run_at": growth.NOW}
    settings = [{"chat_id": growth.FIRST_CLUB - number, **setting} for number in range(chats)]
    await storage.database.write(lambda connection: connection.execute(sa.insert(digest_setting), settings))
    growth.count(folder / "matinee.db", storage.settings.ranking)
    calm_collector()
    before = await pace(partial(by_key, storage), 1_000, 1)
    began, queued, looks = time.perf_counter(), 0, list[float]()
    while queued < min(chats, MOST):
        queued += (await storage.digests.queue_due(render))[0]
        looked = time.perf_counter()
        await storage.digests.any_due()
        looks.append(time.perf_counter() - looked)
    took = time.perf_counter() - began - sum(looks)
    after = await pace(partial(by_key, storage), 1_000, 1)
    await storage.close()
    return Pass(chats, queued / took, 1000 * sorted(looks)[len(looks) // 2], (before.per_s + after.per_s) / 2)


def look_at(most: int) -> list[Pass]:
    """Print what each size costs."""
    passes = list[Pass]()
    for chats in SIZES:
        if chats <= most:
            with tempfile.TemporaryDirectory() as name:
                passes.append(asyncio.run(passed(Path(name), chats)))
    print(f"{'chats':>11}{'digests/s':>12}{'look ms':>10}")
    for each in passes:
        print(each.row())
    print(flush=True)
    return passes


def measures(passes: list[Pass]) -> list[Measure]:
    """Of the largest."""
    least, most = passes[0], passes[-1]
    size = f"{most.chats:,} chats"
    return [
        Measure(f"digests composed and queued, {size} / rows by key", most.per_s, most.keys_per_s, 0.8, promised=1_000),
        Measure(f"the same, {size} / {least.chats:,}", most.per_s, least.per_s, 0.5),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=SIZES[-1])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    return report(measures(look_at(options.chats)), options.json)


if __name__ == "__main__":
    sys.exit(main())
