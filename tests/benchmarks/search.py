"""Search quality and speed beside brute force, tuned FTS5 and the oracle, on the same titles in the same run.

`python -m tests.benchmarks.search [--films 700000] [--per-kind 200] [--seed 1] [--data DIR]`. Without --films it is the
starter catalogue. A hit is that very film. What is slow is asked a sample. Exit code 1 if a target is missed.
"""

import argparse
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import ClassVar

from storage.search.index import SearchIndex
from tests.benchmarks import imdb_files
from tests.benchmarks.measures import Measure, report
from tests.benchmarks.queries import KNOWN, MISTYPED, Film, queries
from tests.benchmarks.search_build import costs
from tests.benchmarks.search_report import Tally, measures, show, timed
from tests.benchmarks.ways import BruteForce, Fts5, Oracle, Ours, Search

BY_HAND = Path(__file__).with_name("by_hand.tsv")


def fill(data_dir: Path, films: int, times: int = 1) -> None:
    """IMDb's files, with so many films, as an operator imports them, again and again."""
    basics, ratings, akas = imdb_files.write(data_dir / "imdb", films)
    files = ("--basics", str(basics), "--ratings", str(ratings), "--akas", str(akas))
    for _ in range(times):
        began = time.perf_counter()
        matinee(data_dir, "imdb", *files)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"in {time.perf_counter() - began:.0f} s, at most {peak:.0f} MB")


def matinee(data_dir: Path, *words: str) -> None:
    command = (sys.executable, "-m", "bot", "catalogue", "import", *words)
    subprocess.run(command, check=True, env=os.environ | {"MATINEE_DATA_DIR": str(data_dir)})


def load(data_dir: Path) -> tuple[list[Film], SearchIndex]:
    with sqlite3.connect(data_dir / "matinee.db") as database:
        others: dict[int, list[str]] = defaultdict(list)
        for movie_id, title in database.execute("SELECT movie_id, title FROM movie_title"):
            others[movie_id].append(title)
        rows = database.execute(
            "SELECT id, title, year, popularity, imdb_id, directors, [cast] FROM movie WHERE length(title) > 1"
        )
        films = [
            Film(*row[:5], tuple(filter(None, f"{row[5]}|{row[6]}".split("|"))), tuple(others[row[0]])) for row in rows
        ]
    began = time.perf_counter()
    index = SearchIndex.open(data_dir / "search")
    print(f"{len(films):,} films; index opened in {1000 * (time.perf_counter() - began):.0f} ms")
    assert index is not None
    return films, index


def by_hand(films: list[Film]) -> list[tuple[str, Film]]:
    """What somebody typed for a film, written down by hand: query, tab, title, tab, year."""
    known = {(film.title, film.year): film for film in sorted(films, key=lambda film: film.fame)}
    rows = [line.split("\t") for line in BY_HAND.read_text().splitlines() if line]
    return [(query, known[title, int(year)]) for query, title, year in rows]


def ask(
    films: list[Film], index: SearchIndex, data_dir: Path, *, per_kind: int = 200, sample: int = 20, seed: int = 1
) -> list[Measure]:
    """Print what came of each kind of query."""
    ways: dict[str, Search] = {"ours": Ours(index), "FTS5, tuned": Fts5(films)}
    slow, sampled = BruteForce(films), list[tuple[str, str, Film]]()
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    kinds = {rule.__name__: queries(films, rule, per_kind, seed) for rule in (*MISTYPED, *KNOWN)}
    kinds["by hand"] = by_hand(films)[: 3 * per_kind]
    mistyped = {rule.__name__ for rule in MISTYPED}
    numbers = count()
    for kind, asked in kinds.items():
        for query, film in asked:
            for name, search in ways.items():
                if search is ways["ours"] or kind in mistyped:
                    tallies[name][kind].ask(search, query, film)
            if kind in mistyped and next(numbers) % sample == 0:
                tallies["rapidfuzz, all titles"][kind].ask(slow, query, film)
                tallies["ours, the same sample"][kind].ask(ways["ours"], query, film)
                sampled.append((kind, query, film))
    _ask_the_oracle(data_dir, sampled, tallies["oracle"])
    show(tallies, mistyped)
    return measures(tallies, mistyped, len(films))


def _ask_the_oracle(data_dir: Path, sampled: list[tuple[str, str, Film]], tallies: dict[str, Tally]) -> None:
    """On all cores: each query takes it seconds, and nobody asks how many."""
    apart = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), apart, _Oracle.open, (data_dir / "search",)) as pool:
        answers = pool.map(_Oracle.ask, [query for _, query, _ in sampled])
        for (kind, _, film), answer in zip(sampled, answers, strict=True):
            tallies[kind].add(film, *answer)


class _Oracle:
    """That of a process."""

    one: ClassVar[Oracle]

    @classmethod
    def open(cls, directory: Path) -> None:
        cls.one = Oracle(SearchIndex.of(directory))

    @classmethod
    def ask(cls, query: str) -> tuple[list[int], float]:
        return timed(cls.one, query)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-kind", type=int, default=200)
    parser.add_argument("--sample", type=int, default=20, help="of so many queries the slow ways are asked one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--films", type=int, help="as many, most of them invented, through IMDb's own file format")
    parser.add_argument("--data", type=Path, help="a data directory with films of one's own, such as all of IMDb")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder)
        if not (data / "matinee.db").exists():
            matinee(data, "starter")
            if options.films:
                fill(data, options.films, times=2)
        films, index = load(data)
        found = ask(films, index, data, per_kind=options.per_kind, sample=options.sample, seed=options.seed)
        return report([*found, *costs(films)])


if __name__ == "__main__":
    sys.exit(main())
