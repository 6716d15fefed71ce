"""What is done now and then beside the updates: sealing the audit trail, copying the database, measuring, purging."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from bot.config import Settings
from bot.measure import MEASURE_S, measure
from storage.copies import back_up_if_due
from storage.errors import StorageError
from storage.service import Storage

log = structlog.get_logger("matinee.chores")

PURGE_S = 3600
FOLLOW_S = 20
CHECKPOINT_S = 60
"""What was written before is in SQLite's own file; a start after a crash reads no more of the log than that."""
COPY_S = 300
"""How often to look whether a copy is due."""


async def chores(storage: Storage, settings: Settings) -> None:
    """Until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(every(PURGE_S, "forget finished updates", storage.inbox.purge))
        group.create_task(every(PURGE_S, "forget messages sent long ago", storage.outbox.purge))
        group.create_task(every(settings.seal_s, "seal the audit trail", storage.audit.seal))
        group.create_task(every(MEASURE_S, "measure", partial(measure, storage, settings)))
        group.create_task(every(FOLLOW_S, "take up new films", storage.catalogue.follow))
        group.create_task(every(FOLLOW_S, "learn which languages were chosen", storage.languages.follow))
        group.create_task(every(CHECKPOINT_S, "bring the write-ahead log home", storage.database.checkpoint))
        if settings.backup_dir:
            group.create_task(every(COPY_S, "copy the database", partial(_copy, storage, settings)))


async def every(seconds: float, what: str, work: Callable[[], Awaitable[object]]) -> None:
    """Now and then for ever; while the database or a directory is away, the next turn makes up for it."""
    while True:
        try:
            await work()
        except (StorageError, OSError) as error:
            log.warning("could not " + what, reason=str(error))
        await asyncio.sleep(seconds)


async def _copy(storage: Storage, settings: Settings) -> None:
    every, directory = timedelta(hours=settings.backup_every_h), settings.backup_dir
    if directory and (written := await back_up_if_due(storage, directory, every=every, keep=settings.backup_keep)):
        log.info("copied and checked", file=str(written.file), bytes=written.size)
