"""The whole bot in a sandbox, over HTTP, in this process: fixtures for tests that hold conversations."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import Running, serve
from bot.clock import Clock
from bot.config import Settings
from bot.sandbox.seed import CLUB
from bot.sandbox.server import Sandbox, running
from storage.service import Storage
from storage.values import AuditEntry
from tests.sandbox_client import SandboxClient, connected

TOKEN = "1000000001:test"


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox, people in it, and the bot at work; `clock` is the bot's."""

    client: SandboxClient
    sandbox: Sandbox
    storage: Storage
    clock: Clock

    @property
    def bot_id(self) -> int:
        return self.sandbox.world.bot_id

    async def trail(self, prefix: str = "rating.") -> list[AuditEntry]:
        """The audit entries of a kind."""
        return [entry async for entry in self.storage.audit.export() if (entry.action or "").startswith(prefix)]


@asynccontextmanager
async def staged(data_dir: Path, **given: Any) -> AsyncIterator[Stage]:
    """The bot with the films of `data_dir` in a fresh, pedantic sandbox with its people; `given` are settings."""
    clock, ready = Clock(), asyncio.Event()
    begun: list[Running] = []

    async def beside(parts: Running) -> None:
        begun.append(parts)
        ready.set()
        await asyncio.Event().wait()

    async with running(pedantic=True, seed=True) as sandbox, connected(sandbox.url, sandbox.key) as client:
        settings = Settings(
            token=TOKEN, api_url=sandbox.url, data_dir=data_dir, poll_timeout_s=5, **{"flood": None, **given}
        )
        bot = asyncio.create_task(serve(settings, clock, beside))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if bot.done():
            bot.result()
        try:
            yield Stage(client, sandbox, begun[0].storage, clock)
        finally:
            bot.cancel()
            with suppress(asyncio.CancelledError):
                await bot


@pytest.fixture
async def stage(starter: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """Over a copy of the starter catalogue."""
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data") as made:
        yield made


__all__ = ["CLUB", "Stage", "stage", "staged"]
