"""The sandbox as a running server, on 127.0.0.1 only."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from bot.sandbox import persistence
from bot.sandbox.api import obey
from bot.sandbox.rates import Mode
from bot.sandbox.routes import application
from bot.sandbox.seeding import begin_anew
from bot.sandbox.state import State
from bot.sandbox.world import Options, World, new_state

HOST = "127.0.0.1"
SAVE_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`url` is what a bot takes as its Bot API, `key` opens the page and /sim."""

    url: str
    key: str
    world: World

    @property
    def address(self) -> str:
        return f"{self.url}/?key={self.key}"

    @property
    def state(self) -> State:
        return self.world.state


@asynccontextmanager
async def running(
    *, pedantic: bool = True, seed: bool = False, token: str | None = None, rates: Mode = "off", port: int = 0
) -> AsyncIterator[Sandbox]:
    """One for a test, in this process: strict, empty, on a free port, gone at the end of the block."""
    async with serving(Options(pedantic=pedantic, seed=seed, token=token, rates=rates), port=port) as sandbox:
        yield sandbox


@asynccontextmanager
async def serving(
    options: Options, *, port: int, file: Path | None = None, key: str | None = None
) -> AsyncIterator[Sandbox]:
    """Serve until the end of the block. Raises OSError when the port is taken, Unreadable for a foreign file."""
    world = World(options, new_state(options.username))
    if file is not None and _exists(file):
        saved_key = persistence.load(world, file)
        key = key or saved_key
    else:
        begin_anew(world)
    world.webhook.execute = partial(obey, world)
    world.webhook.wake()
    key = key or secrets.token_urlsafe(18)
    runner = web.AppRunner(application(world, key), access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    await site.start()
    saver = asyncio.create_task(_save_when_changed(world, file, key)) if file else None
    try:
        yield Sandbox(f"http://{HOST}:{runner.addresses[0][1]}", key, world)
    finally:
        world.polling.stop()
        await world.webhook.stop()
        world.hub.close()
        await _stop(saver)
        await runner.cleanup()
        if file is not None:
            persistence.save(world, file, key)


def _exists(file: Path) -> bool:
    return file.exists()


async def _save_when_changed(world: World, file: Path, key: str) -> None:
    saved = -1
    while True:
        if world.changes != saved:
            saved = world.changes
            persistence.save(world, file, key)
        await asyncio.sleep(SAVE_EVERY_S)


async def _stop(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
