"""What every command begins with: the settings, the log and an open storage."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.service import Storage
    from storage.values import Now


def settings() -> "Settings":
    """The settings, their secrets hidden from every log from here on. Raises ConfigError."""
    from bot import log
    from bot.config import load
    from bot.redact import redact

    loaded = load(dict(os.environ))
    redact.learn(*loaded.secrets())
    log.set_up(loaded.log)
    return loaded


def wall_clock() -> datetime:
    return datetime.now(UTC)


def ratings_and_entries(ratings: int, entries: int) -> str:
    return f"{counted(ratings, 'rating', 'ratings')}, {counted(entries, 'audit entry', 'audit entries')}"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


@asynccontextmanager
async def storage_of(given: "Settings", now: "Now" = wall_clock, *, create: bool = False) -> AsyncIterator["Storage"]:
    """An open storage; one in a mistyped place is not made but by those who `create`. Raises StorageError."""
    from bot.database import open_storage

    storage = await open_storage(given, now, create=create)
    try:
        yield storage
    finally:
        await storage.close()


def wait_for(work: Coroutine[Any, Any, int | None]) -> None:
    """Run a command's work; what it returns becomes the exit code."""
    from bot.log import watch

    async def watched() -> int | None:
        watch(asyncio.get_running_loop())
        return await work

    code = asyncio.run(watched())
    if code:
        raise SystemExit(code)
