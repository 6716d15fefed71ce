"""`matinee demo`: a local Telegram with a page, and in it the bot as it runs against the real one."""

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from pydantic import SecretStr
from rich.console import Console

from bot.clock import Clock
from bot.config import Settings
from bot.demo_sandbox import LocalTelegram, local_telegram
from bot.errors import Halt
from bot.signals import until_told_to_stop

if TYPE_CHECKING:
    from bot.app import Running
    from storage.service import Storage

log = structlog.get_logger("matinee.demo")

TOKEN = "1000000001:only-the-local-telegram-takes-it"  # noqa: S105 - well-formed, and worth nothing
LOOK_S = 1.0
"""How often to look whether the next digest is due at another instant than the page shows."""
PATIENCE_S = 75
"""A group that was lively just now is sent nothing more for up to a minute."""
"""With the posting of a digest that the page's clock jumped over."""


async def run(given: Settings, port: int) -> None:
    """Serve the page and the bot until Ctrl-C. Raises Halt when the local Telegram cannot start or ends."""
    logging.getLogger().setLevel(logging.WARNING)  # the terminal belongs to the address and the progress bar
    with _own_directory(given.data_dir) as directory:
        await until_told_to_stop(_demo(given, directory, port))


async def _demo(given: Settings, directory: Path, port: int) -> None:
    console = Console()
    async with local_telegram(directory / "sandbox.json", port, meanwhile=_load_bot) as telegram:
        if port and not telegram.api_url.endswith(f":{port}"):
            console.print(f"Port {port} is taken, so another one is used.")
        console.print(f"\n  Matinee's demo: [bold]{telegram.address}[/bold]\n  Ctrl-C stops it.\n", soft_wrap=True)
        from bot import app

        world = await telegram.world()
        settings = _settings(given, directory, telegram, world)
        clock = Clock(timedelta(seconds=world["clock"]["offset_s"]))
        await app.serve(settings, clock, partial(_beside, settings=settings, telegram=telegram, clock=clock))


def _load_bot() -> None:
    """The bot takes as long to import as the local Telegram to start: the two share the wait."""
    import_module("bot.app")


def _settings(given: Settings, directory: Path, telegram: LocalTelegram, world: dict[str, Any]) -> Settings:
    """The operator's own, but for where the bot lives and which Telegram it talks to; the first person there is one."""
    people = (user["id"] for user in world["users"] if not user["is_bot"])
    own = {
        "token": SecretStr(TOKEN), "api_url": telegram.api_url, "data_dir": directory,
        "operators": given.operators or tuple(islice(people, 1)),
    }  # fmt: skip
    return given.model_copy(update={**own, "database_url": None, "webhook_url": None})


async def _beside(running: "Running", *, settings: Settings, telegram: LocalTelegram, clock: Clock) -> None:
    from bot.demo_seed import seed

    await seed(running.storage, settings, await telegram.world())
    Console().print(f"  Ready, with {await running.storage.catalogue.count():,} films.\n")
    async with asyncio.TaskGroup() as group:
        group.create_task(telegram.ended())
        group.create_task(_follow_clock(running.storage, telegram, clock))
        group.create_task(_show_next_digest(running, telegram))


async def _follow_clock(storage: "Storage", telegram: LocalTelegram, clock: Clock) -> None:
    """Whenever somebody moves the page's clock, the bot's moves along."""
    while True:
        try:
            world = await telegram.world()
            await _move(storage, clock, timedelta(seconds=world["clock"]["offset_s"]))
            async for event in telegram.events():
                if event["type"] == "clock":
                    await _move(storage, clock, timedelta(seconds=event["offset_s"]))
        except aiohttp.ClientError as error:
            log.warning("lost sight of the page's clock", error=str(error))
        await asyncio.sleep(1)


async def _move(storage: "Storage", clock: Clock, offset: timedelta) -> None:
    """Stop at each digest on the way until it is posted: after a jump of more than a day it would be too late."""
    while (due := await storage.digests.next_due()) is not None and due <= datetime.now(UTC) + offset:
        clock.move(max(due, clock.now()) - datetime.now(UTC))
        try:
            await asyncio.wait_for(_posted(storage, due), PATIENCE_S)
        except TimeoutError:
            log.warning("a digest on the way was not posted in time", due=due.isoformat())
            break
    clock.move(offset)


async def _posted(storage: "Storage", due: datetime) -> None:
    while await storage.digests.next_due() == due or (await storage.outbox.backlog()).waiting:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def _show_next_digest(running: "Running", telegram: LocalTelegram) -> None:
    """Tell the page which instant is worth a jump."""
    shown = None
    while True:
        due = await running.storage.digests.next_due()
        if due != shown:
            landmarks = [{"name": "Next digest", "at": int(due.timestamp())}] if due else []
            await telegram.show_landmarks(landmarks)
            shown = due
        await asyncio.sleep(LOOK_S)


@contextmanager
def _own_directory(data_dir: Path) -> Iterator[Path]:
    """`demo` in the data directory, or `demo-2` and so on: two demos in one would mix their updates."""
    for name in ("demo", *(f"demo-{number}" for number in range(2, 10))):
        directory = data_dir / name
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        try:
            yield directory
        finally:
            os.close(lock)
        return
    raise Halt(f"nine demos run in {data_dir} already")
