"""From the start to the first answer, and what the idle bot takes of memory: `python -m tests.benchmarks.start`."""

import asyncio
import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.measures import Measure, report
from tests.benchmarks.telegram import press
from tests.benchmarks.updates import serving

TIMES = 5
LIBRARIES = (
    "telegram.ext", "aiohttp", "sqlalchemy.ext.asyncio", "aiosqlite", "apscheduler.schedulers.asyncio",
    "tantivy", "rapidfuzz",
)  # fmt: skip
"""What any bot of this kind stands on."""


def matinee(data_dir: Path, *words: str) -> float:
    """Seconds that a command takes."""
    return _python(data_dir, "-m", "bot", *words)


def libraries(data_dir: Path) -> float:
    """Seconds from the start of Python until LIBRARIES are imported."""
    return _python(data_dir, "-c", f"import {', '.join(LIBRARIES)}")


def _python(data_dir: Path, *arguments: str) -> float:
    began = time.perf_counter()
    own = os.environ | {"MATINEE_DATA_DIR": str(data_dir)}
    subprocess.run((sys.executable, *arguments), env=own, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


async def started(data_dir: Path) -> tuple[float, float]:
    """Seconds until the first press is answered, and MiB that are resident afterwards."""
    began = time.perf_counter()
    async with serving("matinee", data_dir) as (heard, couriers):
        await couriers[0].bring(press(int(began), 5_000_000_001, 1, 8))
        while not heard.answered:  # noqa: ASYNC110 - looked at while the answer comes
            await asyncio.sleep(0.002)
        seconds = time.perf_counter() - began
        await asyncio.sleep(1)
        return seconds, resident_mb(heard.pid)


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _compile() -> None:
    """As pip does with what it installs, the libraries among it; some machines forbid Python to do so by itself."""
    for package in ("bot", "handlers", "storage"):
        compileall.compile_dir(package, quiet=1)


def memory(data_dir: Path, films: int, limit_mb: float) -> Measure:
    _, resident = asyncio.run(started(data_dir))
    return Measure(f"memory, idle, {films:,} films / {limit_mb:.0f} MB", resident, limit_mb, 1, least=False, unit="MB")


def measure(data_dir: Path, times: int = TIMES) -> list[Measure]:
    """With the starter catalogue in `data_dir`."""
    _compile()
    starts, helps, imports = [], [], []
    for _ in range(times):  # in turn, for the machine is not always as quick
        starts.append(asyncio.run(started(data_dir)))
        helps.append(1000 * matinee(data_dir, "--help"))
        imports.append(1000 * libraries(data_dir))
    first, resident = 1000 * min(seconds for seconds, _ in starts), max(memory for _, memory in starts)
    return [
        Measure("matinee --help / importing the libraries", min(helps), min(imports), 0.45, False, "ms", 400),
        Measure("start to first answer / importing the libraries", first, min(imports), 1.7, False, "ms", 1_500),
        Measure("memory, idle, 120,000 films / 150 MB", resident, 150, 1, least=False, unit="MB"),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        matinee(Path(folder), "catalogue", "import", "starter")
        sys.exit(report(measure(Path(folder))))
