"""What a benchmark found: ours beside a baseline of the same run, a target for the ratio, a table, and JSON."""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

RIVALS = Path(__file__).parent / "rivals"
PYTHON = Path("build/rivals/bin/python")
"""What the rivals run with."""

HURRIED_S = 1.0
"""A benchmark with less time than that has one round of each way."""

STEADY = 7
"""Rounds of what is close to its target: that of a single round is a tenth more or less."""

Work = Callable[[int], Awaitable[object]]
"""Does the piece of work with this number."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many pieces a second, and how long they took, in milliseconds."""

    per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Measure:
    """`ratio` is ours by the baseline; where `least`, the target is a lower bound.

    `promised`: ours as it was promised at first, in `unit`. The ratio stands for it on machines that are slower than
    the one where the promise was made; where that is kept, so is the promise.
    """

    name: str
    ours: float
    baseline: float
    target: float
    least: bool = True
    unit: str = "/s"
    promised: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    @property
    def met(self) -> bool:
        return self._is_kept(self.ratio, self.target) or (
            self.promised is not None and self._is_kept(self.ours, self.promised)
        )

    def _is_kept(self, value: float, bound: float) -> bool:
        return value >= bound if self.least else value <= bound

    def row(self) -> str:
        sizes = f"{_figure(self.ours):>10} {_figure(self.baseline):>10} {self.unit:4}"
        return f"{self.name:58}{sizes}{self.ratio:>9,.2f}   {self._goal():16} {'met' if self.met else 'MISSED'}"

    def _goal(self) -> str:
        ratio = f"{'≥' if self.least else '≤'} {self.target}"
        return ratio if self.promised is None else f"{ratio} or {self.promised:,.0f}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def rounds(seconds: float, most: int = 3) -> int:
    return 1 if seconds < HURRIED_S else most


def middle(found: Sequence[float]) -> float:
    """The mean of the middle half, of three the median: steadier than that, and deaf to a round that stood still."""
    cut = (len(found) + 1) // 4
    return statistics.fmean(sorted(found)[cut : len(found) - cut])


async def pace(work: Work, pieces: int, at_once: int) -> Pace:
    """Do so many pieces, `at_once` of them at any time; the first tenth warms up."""
    numbers, spent = iter(range(pieces)), list[float]()
    begun, warm = 0.0, pieces // 10

    async def worker() -> None:
        nonlocal begun
        for number in numbers:
            if number == warm:
                begun = time.perf_counter()
            began = time.perf_counter()
            await work(number)
            if number >= warm:
                spent.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*(worker() for _ in range(at_once)))
    took = time.perf_counter() - begun
    parts = statistics.quantiles(spent, n=100, method="inclusive")
    return Pace(len(spent) / took, statistics.median(spent), parts[94], parts[98])


def table(measures: Sequence[Measure]) -> str:
    head = f"{'':58}{'ours':>10} {'baseline':>10}{'ratio':>14}   target"
    return "\n".join((head, *(measure.row() for measure in measures)))


def as_json(measures: Sequence[Measure]) -> str:
    return json.dumps([{**asdict(each), "ratio": each.ratio, "met": each.met} for each in measures], indent=1) + "\n"


def from_json(text: str) -> list[Measure]:
    names = [field.name for field in fields(Measure)]
    return [Measure(**{name: row[name] for name in names if name in row}) for row in json.loads(text)]


def report(measures: Sequence[Measure], file: Path | None = None) -> int:
    """Print the table, write the JSON; 1 if a target is missed."""
    print(table(measures))
    if file is not None:
        file.write_text(as_json(measures))
    return 0 if all(each.met for each in measures) else 1
