"""What came of asking: a table by kind and by way, and the targets."""

import statistics
import time
from collections.abc import Iterable, Mapping

from tests.benchmarks.queries import Film
from tests.benchmarks.ways import Search


class Tally:
    def __init__(self) -> None:
        self.first = self.five = self.asked = 0
        self.ms: list[float] = []

    def ask(self, search: Search, query: str, film: Film) -> None:
        began = time.perf_counter()
        found = search(query)
        self.ms.append((time.perf_counter() - began) * 1000)
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


def report(tallies: Tallies, mistyped: set[str], *, large: bool) -> int:
    """Print it all; 1 if a target is missed."""
    print(f"\n{'':26}{'asked':>7}{'recall@1':>9}{'@5':>9}{'p50 ms':>9}{'p95 ms':>9}")
    for kind, tally in tallies["ours"].items():
        print(f"{kind:26}{tally.row()}")
    print("\nof the kinds that a title alone is enough for:")
    wholes = {name: Tally.of(kinds[kind] for kind in kinds if kind in mistyped) for name, kinds in tallies.items()}
    for name, whole in wholes.items():
        print(f"{name:26}{whole.row()}")
    return _verdict(wholes, Tally.of(tallies["ours"].values()), large)


def _verdict(wholes: Mapping[str, Tally], everything: Tally, large: bool) -> int:
    mine, sample = wholes["ours"], wholes["ours, the same sample"]
    oracle = sample.recall / wholes["oracle"].recall
    fts5, brute = mine.recall / wholes["FTS5, tuned"].recall, statistics.median(wholes["rapidfuzz, all titles"].ms)
    # What numerals, people and other titles may cost is in the time of everything.
    targets = [("recall@5 / oracle", oracle, ">=", 0.99), ("recall@5 / FTS5, tuned", fts5, ">=", 1.2)]
    if large:
        targets += [("brute force p50 / p95", brute / mine.p95, ">=", 8), ("p95 ms", everything.p95, "<=", 12)]
    else:
        targets += [("recall@5", 100 * mine.recall, ">=", 97), ("p95 ms", everything.p95, "<=", 6)]
    print()
    for name, value, sense, target in targets:
        met = value >= target if sense == ">=" else value <= target
        print(f"{name:26}{value:9.3f}  target {sense} {target:<6}{'met' if met else 'MISSED'}")
    return 0 if all(value >= target if sense == ">=" else value <= target for _, value, sense, target in targets) else 1
