"""`python -m tests.faults.chaos`: run after run, each with a seed of its own, until one breaks a promise."""

import argparse
import asyncio
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.faults import world
from tests.faults.plan import Plan, plan
from tests.faults.run import Report, Run

UPDATES = 3_000


async def chaos(prepared: Path, data_dir: Path, plan: Plan) -> Report:
    """One run on a copy of what was prepared."""
    return await Run(plan, world.copy(prepared, data_dir)).to_its_end()


def _seeds(given: argparse.Namespace) -> Iterator[int]:
    first, _, last = given.seeds.partition("-")
    end = time.monotonic() + given.seconds if given.seconds else None
    numbers = itertools.count(int(first)) if end else range(int(first), int(last or first) + 1)
    return itertools.takewhile(lambda _: end is None or time.monotonic() < end, numbers)


async def _all(given: argparse.Namespace) -> int:
    """Stops at the first seed that breaks a promise, and keeps its data for a look."""
    directory = Path(tempfile.mkdtemp(prefix="chaos-"))
    prepared = await world.prepare(directory / "prepared" / "data")
    for seed in _seeds(given):
        home = directory / str(seed)
        ends = {"kills": given.kills, "stops": given.stops, "crashes": given.crashes}
        report = await chaos(prepared, home / "data", plan(seed, given.updates, **ends))
        print(report, flush=True)
        if report.broken:
            print(f"the database of this run is in {home}")
            return 1
        shutil.rmtree(home)
    shutil.rmtree(directory)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--seeds", default="1-10", help="A-B, or with --seconds the first (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="go on for as long as this")
    parser.add_argument("--updates", type=int, default=UPDATES, help="for each seed (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=2, help="SIGKILLs for each seed (default: %(default)s)")
    parser.add_argument("--stops", type=int, default=1, help="SIGTERMs amid the work (default: %(default)s)")
    parser.add_argument("--crashes", type=int, default=0, help="deaths in a row, at the first poll of each")
    return asyncio.run(_all(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
