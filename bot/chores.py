"""What is done now and then beside the updates: sealing the audit trail, forgetting finished updates."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.config import Settings
from storage.errors import StorageError
from storage.service import Storage

log = structlog.get_logger("matinee.chores")

PURGE_S = 3600


async def chores(storage: Storage, settings: Settings) -> None:
    """Until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(every(PURGE_S, "forget finished updates", storage.inbox.purge))
        group.create_task(every(settings.seal_s, "seal the audit trail", storage.audit.seal))


async def every(seconds: float, what: str, work: Callable[[], Awaitable[object]]) -> None:
    """Now and then for ever; while the database is away, the next turn makes up for it."""
    while True:
        try:
            await work()
        except StorageError as error:
            log.warning("could not " + what, reason=str(error))
        await asyncio.sleep(seconds)
