"""`make bench`: all that is promised of speed, each beside a baseline of the same run, in one table and as JSON.

`python -m tests.benchmarks [--quick] [--json FILE]`. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.benchmarks import lists, start, updates, writing
from tests.benchmarks.measures import Measure, report


def measured(*, quick: bool) -> list[Measure]:
    """Every part; the search and the limits of Telegram have commands of their own."""
    seconds = 1.0 if quick else 5.0
    parts = {
        "presses, the whole way": lambda: asyncio.run(updates.measure(seconds)),
        "ratings written": lambda: asyncio.run(writing.measure(seconds)),
        "top lists and digests": lambda: lists.measure(100_000 if quick else 10_000_000),
        "start and memory": start.measure,
    }
    found = list[Measure]()
    for name, part in parts.items():
        began = time.monotonic()
        found += part()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten, and rougher")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    options = parser.parse_args()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    return report(measured(quick=options.quick), options.json)


if __name__ == "__main__":
    sys.exit(main())
