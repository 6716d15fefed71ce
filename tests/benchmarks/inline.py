"""What somebody types after the bot's name: from its arrival to the answer, by the real bot.

`python -m tests.benchmarks.inline --data DIR` with a catalogue in it. Exit code 1 if one of twenty takes over 50 ms.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import time
from pathlib import Path

from tests.benchmarks.measures import Measure, report
from tests.benchmarks.telegram import inline
from tests.benchmarks.updates import serving

PERSON = 5_000_000_000


def typed(data_dir: Path, count: int) -> list[str]:
    """Titles that few know, cut off somewhere: as they stand while somebody types."""
    with sqlite3.connect(data_dir / "matinee.db") as database:
        titles = database.execute("SELECT title FROM movie WHERE length(title) > 3 ORDER BY random() LIMIT ?", (count,))
        dice = random.Random(1)
        return [title[: dice.randint(3, 20)] for (title,) in titles]


async def waits(data_dir: Path, queries: list[str]) -> list[float]:
    """Milliseconds, one query after another, each of somebody else."""
    found = []
    async with serving("matinee", data_dir) as (heard, couriers):
        for number, query in enumerate(["dune", "heat", *queries], 1):
            update = inline(number, PERSON + number, query)
            began = time.perf_counter()
            await couriers[0].bring(update)
            while number not in heard.answered:  # noqa: ASYNC110 - looked at while the answer comes
                await asyncio.sleep(0.0005)
            found.append(1000 * (heard.answered[number] - began))
    return found[2:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=500)
    options = parser.parse_args()
    found = sorted(asyncio.run(waits(options.data, typed(options.data, options.queries))))
    p95 = found[int(0.95 * len(found))]
    print(f"{len(found)} queries, p50 {statistics.median(found):.1f} ms, p95 {p95:.1f} ms, worst {found[-1]:.1f} ms")
    return report([Measure("inline, p95 / 50 ms", p95, 50, 1, least=False, unit="ms")])


if __name__ == "__main__":
    sys.exit(main())
