"""The arithmetic behind docs/scaling.md: `python -m tests.benchmarks.scaling [--write]`.

What was measured and what is assumed is named here once; the tables follow from it.
"""

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import Evening, Parts, evening

DOC = Path(__file__).parent.parent.parent / "docs" / "scaling.md"
MARK, END = "<!-- make scaling: {} -->\n", "\n<!-- end -->"

# Measured: `make bench` on 2 cores, PostgreSQL on the same machine.
PRESSES_S = 700
"""Presses a second that one process carries, Telegram 50 ms away."""
PARTS = Parts(press_s=1 / PRESSES_S, other_s=0.8 / PRESSES_S, batch_s=0.0015, rating_s=0.00007)
"""A batch of 32 ratings takes PostgreSQL about 3.7 ms, of 256 about 19 ms."""
DIGESTS_S = 1_100
RATING_BYTES = {"SQLite": 330, "PostgreSQL": 500}
"""Of the rating, its entry and their indexes; a test measures it."""
ACKNOWLEDGED_S = 0.06
"""A delivery holds one of Telegram's connections for a round trip of 50 ms and a commit."""

# Telegram's own limits.
CONNECTIONS, LOCAL_CONNECTIONS = 100, 100_000
BULK_S, PAID_BULK_S, STARS = 30, 1_000, 0.1

# Assumed of people.
PRESSES_A_WEEK, OTHERS_A_WEEK = 4, 12
PEAK = 6
"""The busiest minutes of an evening beside the week's average."""
CLUB = 20
"""One digest for so many people."""
PLANNED = 0.6
"""How busy a replica may be at the peak, so that bursts find room."""
WEEK_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    cores: int
    """Of the database's machine."""

    @property
    def mean_s(self) -> float:
        return self.people * (PRESSES_A_WEEK + OTHERS_A_WEEK) / WEEK_S

    @property
    def peak_s(self) -> float:
        return PEAK * self.mean_s

    @property
    def presses(self) -> float:
        return PRESSES_A_WEEK / (PRESSES_A_WEEK + OTHERS_A_WEEK)

    @property
    def replicas(self) -> int:
        """So many carry the peak as planned; two at least, for one may die."""
        work = self.presses * PARTS.press_s + (1 - self.presses) * PARTS.other_s
        return max(2, math.ceil(self.peak_s * work / PLANNED))

    @property
    def connections(self) -> int:
        return math.ceil(self.peak_s * ACKNOWLEDGED_S)

    @property
    def digests(self) -> int:
        return self.people // CLUB

    def disk_gb(self, database: str) -> float:
        return self.people * PRESSES_A_WEEK * 52 * RATING_BYTES[database] / 1e9

    def evening(self, replicas: int | None = None) -> Evening:
        wanted = replicas or self.replicas
        return evening(PARTS, updates_s=self.peak_s, presses=self.presses, replicas=wanted, cores=self.cores)


SIZES = (Size(10_000, 2), Size(1_000_000, 4), Size(100_000_000, 16))


def tables() -> dict[str, str]:
    return {"arithmetic": _table(_arithmetic()), "evening": _table(_evenings())}


def _arithmetic() -> list[list[str]]:
    def row(name: str, *cells: object) -> list[str]:
        return [name, *map(str, cells)]

    def each(form: str, *values: float) -> list[str]:
        return [form.format(value) for value in values]

    return [
        row("people", *(f"{size.people:,}" for size in SIZES)),
        row("updates a second, mean", *each("{:,.2g}", *(size.mean_s for size in SIZES[:1])),
            *each("{:,.0f}", *(size.mean_s for size in SIZES[1:]))),
        row("updates a second, peak", *each("{:,.1f}", *(size.peak_s for size in SIZES[:1])),
            *each("{:,.0f}", *(size.peak_s for size in SIZES[1:]))),
        row("webhook connections at the peak", *(f"{size.connections:,}" for size in SIZES)),
        row(f"replicas at {PLANNED:.0%} of a core", *(f"{size.replicas:,}" for size in SIZES)),
        row("ratings a second in the database, peak", *(f"{size.peak_s * size.presses:,.1f}" for size in SIZES)),
        row("digests a week", *(f"{size.digests:,}" for size in SIZES)),
        row("to compose them", *(_duration(size.digests / DIGESTS_S) for size in SIZES)),
        row(f"to send them at {BULK_S}/s", *(_duration(size.digests / BULK_S) for size in SIZES)),
        row(f"to send them at {PAID_BULK_S:,}/s, paid", *(_duration(size.digests / PAID_BULK_S) for size in SIZES)),
        row("Telegram Stars for that, a week", *(f"{size.digests * STARS:,.0f}" for size in SIZES)),
        *(row(f"disk a year, {name}", *(f"{size.disk_gb(name):,.1f} GB" for size in SIZES)) for name in RATING_BYTES),
    ]  # fmt: skip


def _evenings() -> list[list[str]]:
    rows = [["people", "replicas", "a replica is busy", "the database is busy", "stored after, p50", "p99"]]
    for size in SIZES:
        for replicas in sorted({max(1, size.replicas // 2), size.replicas}):
            found = size.evening(replicas)
            times = _milliseconds(found.p50_ms), _milliseconds(found.p99_ms)
            rows.append([f"{size.people:,}", f"{replicas}", f"{found.replicas:.0%}", f"{found.database:.0%}", *times])
    return rows


def _milliseconds(value: float) -> str:
    return f"{value:,.1f} ms" if value < 10 else f"{value:,.0f} ms"


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.1f} s"


def _table(rows: list[list[str]]) -> str:
    head, *rest = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join((head, "|---" + "|--:" * (len(rows[0]) - 1) + "|", *rest))


def shown(document: str) -> str:
    """The document with the tables of today."""
    for name, table in tables().items():
        before, _, rest = document.partition(MARK.format(name))
        document = before + MARK.format(name) + table + END + rest.partition(END)[2]
    return document


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scaling.md")
    if parser.parse_args().write:
        DOC.write_text(shown(DOC.read_text()))
    for table in tables().values():
        print(table, end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
