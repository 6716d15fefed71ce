"""`python -m tests.faults.soak`: many updates through one process, and whether its memory stays as it was."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.faults import world
from tests.faults.child import Child, kept
from tests.faults.lean import Lean, serving

EVERY = 2_000
WARM_UP = 0.1
AT_MOST_PERCENT = 5.0
AVERAGED = 5
"""Samples at each end: a single one may catch the collector at its work."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory in MiB: all that is resident, and what is the process's own, without the mapped database file."""

    updates: int
    seconds: float
    resident: float
    own: float

    def __str__(self) -> str:
        rate = self.updates / self.seconds
        return f"{self.updates:>9,} {self.seconds:>8.1f} {rate:>8.0f} {self.resident:>10.1f} {self.own:>8.1f}"


def memory(pid: int) -> tuple[float, float]:
    """Resident and own, from /proc/PID/statm."""
    _, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    return resident * page, (resident - shared) * page


def growth(samples: list[Sample], updates: int) -> float:
    """Of own memory from the end of the warm-up to the end, in percent."""
    own = [sample.own for sample in samples if sample.updates >= updates * WARM_UP]
    first, last = median(own[:AVERAGED]), median(own[-AVERAGED:])
    return (last / first - 1) * 100


async def soak(updates: int, data_dir: Path) -> list[Sample]:
    """Prints each sample as it comes."""
    lean, samples = Lean(updates), list[Sample]()
    await world.prepare(data_dir)
    async with serving(lean) as url:
        child = Child(data_dir, url, tick_s="30", seal_s="300")
        async with kept(child) as keeping:
            began = time.monotonic()
            while lean.answered < updates and not keeping.done():
                if lean.answered >= EVERY * (len(samples) + 1):
                    samples.append(Sample(lean.answered, time.monotonic() - began, *memory(child.pid)))
                    print(samples[-1], flush=True)
                await asyncio.sleep(0.02)
            await child.stop(keeping)
    return samples


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--updates", type=int, default=200_000, help="(default: %(default)s)")
    updates = parser.parse_args().updates
    print(f"{'updates':>9} {'seconds':>8} {'rate/s':>8} {'RSS MiB':>10} {'own MiB':>8}")
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        samples = asyncio.run(soak(updates, Path(directory) / "data"))
    grown = growth(samples, updates)
    print(f"own memory grew by {grown:.1f} % after a warm-up of {WARM_UP:.0%} (allowed: {AT_MOST_PERCENT:g} %)")
    return 1 if grown > AT_MOST_PERCENT else 0


if __name__ == "__main__":
    sys.exit(main())
