"""Scheduled backups: a directory of dated copies, of which the newest are kept."""

import asyncio
import os
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.backup import BackupRefused, BackupReport, back_up
from storage.faults import in_words
from storage.service import Storage

NAME = "matinee-%Y%m%d-%H%M%S.db"
"""Of a copy, in UTC. Other files in the directory are never touched, but for what a killed copy left."""
LEFT = ("matinee-????????-??????.db.partial", ".matinee-*")
LEFT_S = 86_400.0
"""So old, half a copy is nobody's any more."""


async def back_up_if_due(storage: Storage, directory: Path, *, every: timedelta, keep: int) -> BackupReport | None:
    """Write a copy unless there is one younger than `every`, and delete all but the newest `keep`.

    Raises BackupRefused, DatabaseUnavailable.
    """
    try:
        await asyncio.to_thread(os.makedirs, directory, mode=0o700, exist_ok=True)
        last = newest(directory)
        if last and last > storage.now() - every:
            return None
        await asyncio.to_thread(sweep, directory)
        file = directory / storage.now().astimezone(UTC).strftime(NAME)
        report = await back_up(storage, file, lambda *_: None)
        prune(directory, keep)
    except OSError as error:
        raise BackupRefused(f"no copy was written to {directory}: {in_words(error)}") from error
    return report


def prune(directory: Path, keep: int) -> None:
    """Delete the copies but the newest `keep`."""
    for _, file in _copies(directory)[keep:]:
        file.unlink(missing_ok=True)


def sweep(directory: Path) -> None:
    """Delete what copies left that were killed: each is as large as the database."""
    for left in (path for name in LEFT for path in directory.glob(name)):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def newest(directory: Path) -> datetime | None:
    """When the newest copy was begun."""
    return next((at for at, _ in _copies(directory)), None)


def _copies(directory: Path) -> list[tuple[datetime, Path]]:
    """Those with a proper instant in their name, the newest first."""
    found = []
    for file in directory.glob("matinee-????????-??????.db"):
        with suppress(ValueError):
            found.append((datetime.strptime(file.name, NAME).replace(tzinfo=UTC), file))
    return sorted(found, reverse=True)
