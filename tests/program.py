"""The real program as a child process, and a data directory in which it need not import 120,000 films first."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.service import Storage, StorageSettings
from tests.databases import add_films

PYTHON_M_BOT = (sys.executable, "-m", "bot")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and all that it wrote."""

    code: int | None
    out: str
    err: str


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Nothing of the developer's own settings, but what a test gives: `log="json"` is MATINEE_LOG."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_") and name != "PORT"}
    given = {f"MATINEE_{name.upper()}": value for name, value in settings.items()}
    return {**own, "MATINEE_DATA_DIR": str(data_dir), **given}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _hear_ctrl_c() -> None:
    """Tests that run in the background of a shell were told to ignore it, and a child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def started(data_dir: Path, *arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running child; killed at the end of the block if it has not ended by then."""
    process = await asyncio.create_subprocess_exec(
        *PYTHON_M_BOT, *arguments, env=environment(data_dir, **settings), cwd=data_dir.parent,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        preexec_fn=_hear_ctrl_c,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.communicate(), 10)  # closes its pipes too


async def ended(process: asyncio.subprocess.Process, stdin: str = "", *, within_s: float = 180) -> Ended:
    out, err = await asyncio.wait_for(process.communicate(stdin.encode()), within_s)
    return Ended(process.returncode, out.decode(), err.decode())


async def matinee(data_dir: Path, *arguments: str, stdin: str = "", **settings: str) -> Ended:
    """Run a command to its end."""
    async with started(data_dir, *arguments, **settings) as process:
        return await ended(process, stdin)


async def terminated(process: asyncio.subprocess.Process, *, within_s: float = 30) -> Ended:
    """Tell a child to stop, as a host does, and wait until it has."""
    process.send_signal(signal.SIGTERM)
    return await ended(process, within_s=within_s)


def storage_settings(data_dir: Path) -> StorageSettings:
    """The database that the program uses in this data directory."""
    return StorageSettings(data_dir=data_dir)


async def small_world(data_dir: Path) -> Path:
    """A data directory with five films and their search index."""
    storage = await Storage.open(StorageSettings(data_dir=data_dir), now=lambda: datetime.now(UTC))
    await add_films(storage)
    await storage.catalogue.load_index(lambda *_: None)
    await storage.close()
    return data_dir
