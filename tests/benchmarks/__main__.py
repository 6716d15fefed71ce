"""`make bench`: all that is promised of speed, each beside a baseline of the same run, in one table and as JSON.

`python -m tests.benchmarks [--quick] [--json FILE] [--publish]`. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import chats, lists, publish, search, sending, start, updates, writing
from tests.benchmarks.measures import Measure, as_json, report
from tests.benchmarks.search_build import costs

FILMS = 700_000


class Run:
    """One after the other; what grows is kept for the pictures."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._seconds = 0.7 if quick else 5.0
        self.sizes: list[lists.Size] = []
        self.passes: list[chats.Pass] = []

    def measured(self) -> list[Measure]:
        parts: dict[str, Callable[[], list[Measure]]] = {
            "presses, the whole way": lambda: asyncio.run(updates.near(self._seconds)),
            "ratings written": lambda: asyncio.run(writing.measure(self._seconds)),
            "top lists and digests": self._lists,
            "a pass over due digests": self._chats,
            "start, memory and search": self._films,
        }
        if not self._quick:
            parts["presses, Telegram 50 ms away"] = lambda: asyncio.run(updates.far(self._seconds))
            parts["sending"] = lambda: asyncio.run(sending.measure(600))
        found = list[Measure]()
        for name, part in parts.items():
            began = time.monotonic()
            found += part()
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        return found

    def _lists(self) -> list[Measure]:
        self.sizes = lists.look_at(100_000 if self._quick else 10_000_000)
        return lists.measures(self.sizes)

    def _chats(self) -> list[Measure]:
        self.passes = chats.look_at(1_000 if self._quick else 100_000)
        return chats.measures(self.passes)

    def _films(self) -> list[Measure]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            search.matinee(folder, "starter")
            found = start.measure(folder, 1 if self._quick else 5)
            if self._quick:
                return [*found, *search.ask(*search.load(folder), per_kind=8, sample=40)]
            search.fill(folder, FILMS)
            found.append(start.memory(folder, FILMS, 300))
            films, index = search.load(folder)
            return [*found, *search.ask(films, index, per_kind=80, sample=60), *costs(films)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute or two: rougher, and less")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--publish", action="store_true", help="put the table into the README, the pictures into docs/")
    options = parser.parse_args()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    run = Run(quick=options.quick)
    found = run.measured()
    if options.publish:
        publish.results(as_json(found))
        publish.pictures(run.sizes, run.passes)
    return report(found, options.json)


if __name__ == "__main__":
    sys.exit(main())
