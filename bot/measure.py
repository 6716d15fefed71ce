"""What is measured by looking: at the database, the copies and the disk, every few seconds, never for an update."""

import asyncio
import shutil
from datetime import datetime

from bot import telemetry
from bot.config import Settings
from storage.copies import newest
from storage.errors import StorageError
from storage.service import Storage

MEASURE_S = 15.0


def watch(storage: Storage) -> None:
    """Measure what can be read at any time when somebody asks, and searches as they end."""
    database = storage.database
    telemetry.writes_waiting.set_function(lambda: database.waiting)
    telemetry.connections_used.set_function(lambda: database.connections[0])
    telemetry.connections_most.set_function(lambda: database.connections[1])
    storage.movies.took = telemetry.search.observe


async def measure(storage: Storage, settings: Settings) -> None:
    """Look once. A database that is away is measured, too; the other numbers of it stay as they were."""
    telemetry.disk_free.set((await asyncio.to_thread(shutil.disk_usage, settings.data_dir)).free)
    await _backups(storage, settings)
    try:
        await _database(storage)
    except StorageError:
        telemetry.database_answers.set(0)
    else:
        telemetry.database_answers.set(1)


async def _database(storage: Storage) -> None:
    count, oldest = await storage.inbox.backlog()
    telemetry.inbox_waiting.set(count)
    telemetry.inbox_age.set(_since(storage, oldest))
    telemetry.quarantined.set(await storage.quarantine.count())
    telemetry.digest_overdue.set(_since(storage, await storage.digests.next_due()))
    telemetry.unsealed_age.set(_since(storage, await storage.audit.unsealed_since()))
    seal = await storage.audit.newest_seal()
    telemetry.seal_age.set(_since(storage, seal.at if seal else None))


async def _backups(storage: Storage, settings: Settings) -> None:
    if settings.backup_dir is None:
        telemetry.backup_age.set(0)
        return
    last = await asyncio.to_thread(newest, settings.backup_dir)
    telemetry.backup_age.set(_since(storage, last) if last else float("inf"))


def _since(storage: Storage, instant: datetime | None) -> float:
    """Seconds; 0 where there is none, or where it is still to come."""
    return max(0.0, (storage.now() - instant).total_seconds()) if instant else 0.0
