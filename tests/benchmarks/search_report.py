"""What came of asking: a table by kind and by way, and the targets."""

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence

from tests.benchmarks.measures import Measure
from tests.benchmarks.queries import Film
from tests.benchmarks.ways import Search

LARGE = 200_000
"""From so many films on, the targets are those of all of IMDb."""


def timed(search: Search, query: str) -> tuple[list[int], float]:
    """What it finds, and in how many milliseconds."""
    began = time.perf_counter()
    found = search(query)
    return found, (time.perf_counter() - began) * 1000


class Tally:
    def __init__(self) -> None:
        self.first = self.five = self.asked = 0
        self.ms: list[float] = []

    def ask(self, search: Search, query: str, film: Film) -> None:
        self.add(film, *timed(search, query))

    def add(self, film: Film, found: Sequence[int], ms: float) -> None:
        self.ms.append(ms)
        self.asked += 1
        self.first += found[:1] == [film.id]
        self.five += film.id in found[:5]

    @classmethod
    def of(cls, parts: Iterable["Tally"]) -> "Tally":
        whole = cls()
        for part in parts:
            whole.first, whole.five = whole.first + part.first, whole.five + part.five
            whole.asked, whole.ms = whole.asked + part.asked, whole.ms + part.ms
        return whole

    @property
    def recall(self) -> float:
        return self.five / self.asked

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.ms, n=20)[18]

    def row(self) -> str:
        recall = f"{self.asked:7,}{100 * self.first / self.asked:9.1f}{100 * self.recall:9.1f}"
        return f"{recall}{statistics.median(self.ms):9.2f}{self.p95:9.2f}"


Tallies = Mapping[str, Mapping[str, Tally]]


def show(tallies: Tallies, mistyped: set[str]) -> None:
    print(f"\n{'':26}{'asked':>7}{'recall@1':>9}{'@5':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for kind, tally in tallies["ours"].items():
        print(f"{kind:26}{tally.row()}")
    print("\nof the kinds that a title alone is enough for:")
    for name, whole in _wholes(tallies, mistyped).items():
        print(f"{name:26}{whole.row()}")
    print()


def measures(tallies: Tallies, mistyped: set[str], films: int) -> list[Measure]:
    wholes = _wholes(tallies, mistyped)
    mine, sample, oracle = wholes["ours"], wholes["ours, the same sample"], wholes["oracle"]
    fts5, brute = wholes["FTS5, tuned"], statistics.median(wholes["rapidfuzz, all titles"].ms)
    # What numerals, people and other titles may cost is in the time of everything.
    everything, size = Tally.of(tallies["ours"].values()), f"{films:,} films"
    found = [
        Measure(f"search, {size}, recall@5 / the oracle's", 100 * sample.recall, 100 * oracle.recall, 0.99, unit="%")
    ]
    if films > LARGE:
        return [
            *found,
            Measure(f"search, {size}, recall@5 / FTS5, tuned", 100 * mine.recall, 100 * fts5.recall, 1.2, unit="%"),
            Measure(f"rapidfuzz over {size}, p50 / ours, p95", brute, mine.p95, 8, unit="ms"),
            Measure("the same with numerals, people and other titles", brute, everything.p95, 6.5, unit="ms"),
        ]
    return [
        *found,
        Measure(f"search, {size}, recall@5 / 97 %", 100 * mine.recall, 97, 1, unit="%"),
        Measure(f"rapidfuzz over {size}, p50 / ours, p95", brute, everything.p95, 2, unit="ms"),
    ]


def _wholes(tallies: Tallies, mistyped: set[str]) -> dict[str, Tally]:
    return {name: Tally.of(kinds[kind] for kind in kinds if kind in mistyped) for name, kinds in tallies.items()}
