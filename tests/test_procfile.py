"""The Procfile, run by a real runner: what a host does that knows nothing of this program but that file."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.engine import make_url

from bot.sandbox.server import running
from storage.service import Storage, StorageSettings
from tests import program
from tests.databases import Clock, add_films, new_database
from tests.program import Ended, ended, free_port
from tests.sandbox_bot import TOKEN

ROOT = Path(__file__).parent.parent
BIN = str(Path(sys.executable).parent)
HONCHO = (sys.executable, "-m", "honcho", "--no-colour", "-f", str(ROOT / "Procfile"))


@asynccontextmanager
async def honcho(data_dir: Path, *arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A runner in an empty directory; it and all that it started are gone at the end of the block."""
    clean = program.environment(data_dir)
    process = await asyncio.create_subprocess_exec(
        *HONCHO, "-d", str(data_dir.parent), *arguments, start_new_session=True,
        env={**clean, "PATH": f"{BIN}:{os.environ['PATH']}", **environment},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), 15)


async def released(data_dir: Path, url: str) -> Ended:
    async with honcho(data_dir, "start", "release", MATINEE_DATABASE_URL=url) as process:
        return await ended(process)


async def becomes_ready(port: int) -> str:
    """The answer of /readyz as soon as it is 200; 20 s at most."""
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return await answer.text()
            except aiohttp.ClientConnectionError:
                pass  # it does not listen yet
            await asyncio.sleep(0.05)


@pytest.fixture
async def url(postgres: str) -> str:
    """An empty PostgreSQL: there nothing is migrated unless the release does it."""
    return await new_database(postgres)


async def test_the_release_migrates_and_the_web_serves_at_the_port_it_is_given(tmp_path: Path, url: str) -> None:
    data_dir, port = tmp_path / "data", free_port()
    release = await released(data_dir, url)
    storage = await Storage.open(StorageSettings(data_dir=data_dir, url=url), now=Clock())
    await add_films(storage)
    await storage.close()
    async with running(seed=True) as sandbox:
        settings = {"MATINEE_TOKEN": TOKEN, "MATINEE_API_URL": sandbox.url, "MATINEE_DATABASE_URL": url}
        async with honcho(data_dir, "start", "web", **settings, PORT=str(port)) as process:
            ready = await becomes_ready(port)
            process.send_signal(signal.SIGTERM)
            end = await ended(process)

    assert (release.code, "the database is up to date" in release.out) == (0, True)
    assert ready == "ready\n"
    assert ("Traceback" in end.out + end.err, TOKEN in end.out + end.err) == (False, False)


async def test_a_release_that_fails_says_so_to_the_host(tmp_path: Path, url: str) -> None:
    """Hosts go on with the old version when the release ends with another code than 0."""
    away = make_url(url).set(database="nowhere").render_as_string(hide_password=False)

    end = await released(tmp_path / "data", away)

    assert end.code == 1


async def test_a_command_runs_in_the_same_environment(tmp_path: Path) -> None:
    async with honcho(tmp_path / "data", "run", "matinee", "webhook", "info", MATINEE_TOKEN="no token") as process:
        end = await ended(process)

    assert (end.code, "MATINEE_TOKEN: found" in end.err) == (2, True)
