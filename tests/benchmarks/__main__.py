"""`make bench`: all that is promised of speed, each beside a baseline of the same run, in one table and as JSON.

`python -m tests.benchmarks [--quick] [--json FILE] [--publish]`. Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import chats, lists, publish, search, sending, start, updates, writing
from tests.benchmarks.measures import Measure, as_json, report
from tests.benchmarks.search_build import costs

FILMS = 700_000


@dataclass(frozen=True)
class Made:
    """Folders of what takes long to make, and is not measured."""

    starter: Path
    films: Path
    """With FILMS films."""
    ratings: Path
    """With the most ratings."""


class Run:
    """One after the other; what grows is kept for the pictures."""

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._seconds = 0.7 if quick else 5.0
        self._ratings = 100_000 if quick else 10_000_000
        self.sizes: list[lists.Size] = []
        self.passes: list[chats.Pass] = []

    def measured(self) -> list[Measure]:
        with tempfile.TemporaryDirectory() as name:
            made = Made(Path(name) / "starter", Path(name) / "films", Path(name) / "ratings")
            self._make(made)
            return [measure for part in self._parts(made).items() for measure in _timed(*part)]

    def _make(self, made: Made) -> None:
        """On both cores at once, for nothing is measured yet."""
        began = time.monotonic()
        with ProcessPoolExecutor(1) as other:
            making = other.submit(lists.make, made.ratings, self._ratings)
            search.matinee(made.starter, "starter")
            if not self._quick:
                shutil.copytree(made.starter, made.films)
                search.fill(made.films, FILMS)
            making.result()
        _tell("making what is measured", began)

    def _parts(self, made: Made) -> dict[str, Callable[[], list[Measure]]]:
        parts: dict[str, Callable[[], list[Measure]]] = {
            "presses, the whole way": lambda: asyncio.run(updates.near(self._seconds)),
            "ratings written": lambda: asyncio.run(writing.measure(self._seconds)),
            "top lists and digests": lambda: self._lists(made),
            "a pass over due digests": self._chats,
            "start and memory": lambda: start.measure(made.starter, 1 if self._quick else 5),
        }
        if self._quick:
            return parts | {
                "search": lambda: search.ask(*search.load(made.starter), made.starter, per_kind=8, sample=40)
            }
        return parts | {
            "search": lambda: self._search(made),
            "presses, Telegram 50 ms away": lambda: asyncio.run(updates.far(self._seconds)),
            "sending": lambda: asyncio.run(sending.measure(600)),
        }

    def _lists(self, made: Made) -> list[Measure]:
        self.sizes = lists.look_at(self._ratings, made.ratings)
        return lists.measures(self.sizes)

    def _chats(self) -> list[Measure]:
        self.passes = chats.look_at(1_000 if self._quick else 100_000)
        return chats.measures(self.passes)

    def _search(self, made: Made) -> list[Measure]:
        memory = start.memory(made.films, FILMS, 300)
        films, index = search.load(made.films)
        return [memory, *search.ask(films, index, made.films, per_kind=80, sample=60), *costs(films)]


def _timed(name: str, part: Callable[[], list[Measure]]) -> list[Measure]:
    os.sync()  # or what was made before is written meanwhile
    began = time.monotonic()
    found = part()
    _tell(name, began)
    return found


def _tell(name: str, began: float) -> None:
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


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
