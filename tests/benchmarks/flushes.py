"""A disk that takes 0.35 ms to keep a commit for good, as the one on which the promises were made.

What shared commits save is flushes, so what they are worth is up to the disk: some say at once that all is safe, others
take ten times as long. Where the disk is quicker, both sides wait for the rest at each commit.
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

FLUSH_MS = 0.35
_TIMES = 200


def flush_ms(folder: Path) -> float:
    """What the disk takes to keep ten pages for good, in milliseconds."""
    with (folder / "flushed").open("wb", buffering=0) as file:

        def flush() -> None:
            os.fdatasync(file)

        spent = []
        for _ in range(_TIMES):
            file.write(bytes(40_960))
            spent.append(_took_ms(flush))
    return statistics.median(spent)


def waiting(flush: float) -> Callable[[], None]:
    """What a commit has to wait besides, on a disk with this flush, in milliseconds."""
    asked = (FLUSH_MS - flush) / 1000
    late = (
        statistics.median(_took_ms(lambda: time.sleep(asked)) for _ in range(_TIMES)) / 1000 - asked if asked > 0 else 0
    )
    rest = asked - late

    def wait() -> None:
        if rest > 0:
            time.sleep(rest)

    return wait


def _took_ms(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
