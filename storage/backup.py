"""Backups: one SQLite file, whatever the database; each is restored once to check it, before it gets its name."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage import upgrade
from storage.catalogue.service import Progress
from storage.database import Database
from storage.engine import is_sqlite, parse_url, writing_engine
from storage.errors import StorageError
from storage.faults import in_words
from storage.in_use import IN_USE, belongs_to_one_in_use
from storage.service import Storage, StorageSettings
from storage.transfer import (
    NotEmpty,
    count_rows,
    create,
    fold,
    holds_anything,
    rename,
    scratch,
    set_aside,
    transfer,
    vacuum,
)
from storage.values import Now
from storage.verify import verify

T = TypeVar("T")
SQLITE = b"SQLite format 3\0"
"""How every such file begins."""


class BackupRefused(StorageError):
    """A backup that was not written or not restored, why, and what to do; everything is as it was before."""


class _Unfit(Exception):
    """Why a file is not a backup that could be restored."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What is in the backup; `size` in bytes."""

    file: Path
    size: int
    ratings: int
    audit_entries: int


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What the database holds now; `kept` is where the one that was there before lies."""

    ratings: int
    audit_entries: int
    kept: Path | None


async def back_up(storage: Storage, file: Path, progress: Progress) -> BackupReport:
    """Write the database as it is at one instant to `file`, over an older one; others may write meanwhile.

    Raises BackupRefused, DatabaseUnavailable.
    """
    with _explained(f"{file} was not written"):
        partial = await _in_thread(lambda: _place_beside(file, storage.database.url))
        with scratch(file.parent) as place:
            try:
                return await _written(storage, file, partial, place, progress)
            finally:
                partial.unlink(missing_ok=True)


async def _written(storage: Storage, file: Path, partial: Path, place: Path, progress: Progress) -> BackupReport:
    create(partial)
    progress("backup", 0, 2)
    before = await storage.database.read(count_rows)
    await _copy(storage, partial, place, progress)
    progress("backup", 1, 2)
    counts = await _in_thread(lambda: _restored(partial, place, storage.settings, storage.now))
    if counts["audit_entry"] < before["audit_entry"]:
        raise _Unfit("audit entries are missing from the copy")
    size = (await _in_thread(partial.stat)).st_size
    rename(partial, file)
    progress("backup", 2, 2)
    return BackupReport(file, size, counts["rating"], counts["audit_entry"])


def _place_beside(file: Path, ours: URL) -> Path:
    """Where to write until it is checked."""
    if file.is_dir():
        raise BackupRefused(f"{file} is a directory: name a file to write")  # which may have no name at all
    partial = file.with_name(f"{file.name}.partial")
    for each in (file, partial):
        if each.exists() and not each.is_file():
            raise BackupRefused(f"{each} is no file: name one to write")
        if belongs_to_one_in_use(each, ours):
            raise BackupRefused(f"{each} {IN_USE}")
    return partial


async def _copy(storage: Storage, partial: Path, place: Path, progress: Progress) -> None:
    source = _file_of(storage.database.url)
    if not storage.database.is_sqlite:
        source = place / "copy.db"
        filled = Database(_url_of(source), storage.now)
        try:
            await upgrade.bring_to_head(filled, may_migrate=True)
            await transfer(storage.database, filled, progress, lambda _: None)
        finally:
            await filled.close()
    await _in_thread(lambda: vacuum(source, partial))


async def restore(
    settings: StorageSettings, file: Path, *, replace: bool, now: Now, progress: Progress
) -> RestoreReport:
    """Make `file` the database that `settings` name, migrated if it is older; all of it or nothing.

    With `replace` a SQLite database that is there already is kept under another name. Nobody may have it open.
    Raises BackupRefused, DatabaseUnavailable.
    """
    url = parse_url(settings.url, settings.data_dir)
    with _explained(f"{file} was not restored"):
        await _in_thread(lambda: _glance_at(file))
        if not is_sqlite(url):
            return await _restore_into_postgresql(settings, url, file, now, progress)
        return await _in_thread(lambda: _restore_file(settings, _file_of(url), file, replace, now, progress))


def _restore_file(
    settings: StorageSettings, target: Path, file: Path, replace: bool, now: Now, progress: Progress
) -> RestoreReport:
    full = _file_holds_anything(target)
    if full and not replace:
        raise BackupRefused(f"{target} holds people, ratings or audit entries: pass --replace to set it aside")
    if target.exists() and file.exists() and target.samefile(file):
        raise BackupRefused(f"{file} is the database itself")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        fold(target)
    with scratch(target.parent) as place:
        progress("restore", 0, 2)
        counts = _restored(file, place, settings, now)
        progress("restore", 1, 2)
        copy = place / "matinee.db"
        for each in filter(Path.exists, (copy, target)):
            fold(each)
        kept = set_aside(target, now()) if full else None
        rename(copy, target)
        progress("restore", 2, 2)
    return RestoreReport(counts["rating"], counts["audit_entry"], kept)


async def _restore_into_postgresql(
    settings: StorageSettings, url: URL, file: Path, now: Now, progress: Progress
) -> RestoreReport:
    target = Database(url, now)
    try:
        if await target.read(holds_anything):
            raise NotEmpty
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with scratch(settings.data_dir) as place:
            counts = await _in_thread(lambda: _restored(file, place, settings, now))
            await upgrade.bring_to_head(target, may_migrate=True)
            source = Database(_url_of(place / "matinee.db"), now)
            try:
                await transfer(source, target, progress, _refuse_a_fault)
            finally:
                await source.close()
    except NotEmpty:
        raise BackupRefused("the database holds people, ratings or audit entries: restore into an empty one") from None
    finally:
        await target.close()
    return RestoreReport(counts["rating"], counts["audit_entry"], None)


def _glance_at(file: Path) -> None:
    """What can be said before anything begins. Raises _Unfit."""
    if not file.is_file():
        raise _Unfit("it is a directory or a device" if file.exists() else "there is no such file")
    if (wal := file.with_name(f"{file.name}-wal")).exists() and wal.stat().st_size:
        raise _Unfit(f"{wal.name} lies beside it, so it is a database in use: 'matinee backup' makes a backup of one")
    with file.open("rb") as opened:
        if opened.read(len(SQLITE)) != SQLITE:
            raise _Unfit("it is not a backup of Matinee, and not a database")


def _restored(file: Path, place: Path, settings: StorageSettings, now: Now) -> dict[str, int]:
    """Restore `file` as matinee.db in `place` and look at all of it; returns its rows by table. Raises _Unfit."""
    copy = place / "matinee.db"
    create(copy)
    shutil.copyfile(file, copy)
    try:
        _recognise(copy)
        return asyncio.run(_opened(replace(settings, url="", data_dir=place), now))
    except (StorageError, sqlite3.Error, SQLAlchemyError) as error:
        raise _Unfit(f"it cannot be opened and read: {error}") from error


def _recognise(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        if (found := connection.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise _Unfit(f"it is damaged: {found}")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", "audit_entry", "rating"} <= tables:
            raise _Unfit("it is not a backup of Matinee")
        if lost := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise _Unfit(f"it is damaged: a row of {lost[0]} refers to a row of {lost[2]} that is missing")
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("none",)
    if version not in {path.stem[: len(version)] for path in (upgrade.SCRIPTS / "versions").glob("[0-9]*.py")}:
        raise _Unfit(f"its tables are at migration {version}, this program knows up to {upgrade.head()}: update it")


async def _opened(settings: StorageSettings, now: Now) -> dict[str, int]:
    storage = await Storage.open(settings, now=now)
    try:
        if fault := (await storage.audit.verify()).fault:
            raise _Unfit(f"its audit trail was changed from outside: {fault}")
        return await storage.database.read(count_rows)
    finally:
        await storage.close()


def _refuse_a_fault(connection: sa.Connection) -> None:
    if fault := verify(connection).fault:
        raise _Unfit(f"its audit trail did not arrive whole: {fault}")


def _file_holds_anything(file: Path) -> bool:
    """What cannot be read may hold everything."""
    if not file.exists():
        return False
    engine = writing_engine(_url_of(file))
    try:
        with engine.connect() as connection:
            return holds_anything(connection)
    except SQLAlchemyError:
        return True
    finally:
        engine.dispose()


@contextmanager
def _explained(sentence: str) -> Iterator[None]:
    try:
        yield
    except (_Unfit, OSError, RuntimeError, sqlite3.Error, SQLAlchemyError) as error:  # RuntimeError: links in a loop
        raise BackupRefused(f"{sentence}: {in_words(error)}") from error


async def _in_thread(work: Callable[[], T]) -> T:
    """A caller that is cancelled waits until the thread has let go of its files."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    finally:
        await asyncio.wait([running])


def _file_of(url: URL) -> Path:
    return Path(url.database or "")


def _url_of(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))
