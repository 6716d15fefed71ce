"""Moving whole databases: every row from one into another, and files, so that a name never stands for half of one."""

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.catalogue.service import Progress
from storage.database import Database
from storage.engine import BUSY_TIMEOUT_MS
from storage.errors import DatabaseUnavailable, StorageError
from storage.models import bot_state, metadata, movie, movie_genre, movie_title, replica

BATCH = 2_000
REPLACEABLE = (bot_state, movie, movie_genre, movie_title, replica)
"""What a program that has only been started once leaves behind: nobody misses it."""

SIDECARS = ("-wal", "-shm", "-journal")

_Insert = Callable[[sa.Table, Sequence[sa.RowMapping]], Awaitable[None]]
_Check = Callable[[sa.Connection], None]


class NotEmpty(StorageError):
    """The database that should be filled holds something already."""


async def transfer(source: Database, target: Database, progress: Progress, check: _Check) -> None:
    """Copy all tables as they are at one instant, with the ids they have. Raises NotEmpty, DatabaseUnavailable.

    `target` is at this program's migration. On PostgreSQL all happens in one transaction, which `check` may refuse
    at its end by raising. A SQLite file is filled batch by batch: after a failure it can only be thrown away.
    """
    try:
        async with _snapshot(source) as reading:
            counts = await reading.run_sync(count_rows)
            async with _filling(target, counts, check) as insert:
                await _copy(reading, insert, progress, sum(counts.values()))
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnavailable(f"the rows cannot be copied: {getattr(error, 'orig', None) or error}") from error


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has, by the table's name."""
    count = sa.func.count()
    return {
        table.name: connection.execute(sa.select(count).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def holds_anything(connection: sa.Connection) -> bool:
    """Whether there is a row that somebody would miss, in a database at any migration."""
    present = set(sa.inspect(connection).get_table_names())
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
        for table in metadata.sorted_tables
        if table not in REPLACEABLE and table.name in present
    )


async def _copy(reading: AsyncConnection, insert: _Insert, progress: Progress, total: int) -> None:
    done = 0
    for table in metadata.sorted_tables:
        query = sa.select(table).order_by(*table.primary_key)
        async with reading.stream(query.execution_options(yield_per=BATCH)) as rows:
            async for batch in rows.mappings().partitions():
                await insert(table, batch)
                done += len(batch)
                progress("rows", done, total)


@asynccontextmanager
async def _snapshot(source: Database) -> AsyncIterator[AsyncConnection]:
    """A connection to which the database looks the same until the end, whoever writes meanwhile."""
    async with source.engine.connect() as connection:
        if source.is_sqlite:
            await connection.exec_driver_sql("BEGIN")
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@asynccontextmanager
async def _filling(target: Database, counts: Mapping[str, int], check: _Check) -> AsyncIterator[_Insert]:
    """Takes rows from the first table to the last; `counts` is what has to be there at the end."""

    def finish(connection: sa.Connection) -> None:
        if (found := count_rows(connection)) != counts:
            raise DatabaseUnavailable(f"the rows cannot be copied: {counts} became {found}")
        check(connection)

    if target.is_sqlite:
        await target.on_writing_connection(_make_room)
        yield lambda table, rows: target.on_writing_connection(lambda connection: _insert(connection, table, rows))
        await target.on_writing_connection(finish)
        return
    async with target.engine.begin() as connection:
        await connection.run_sync(_make_room)
        yield lambda table, rows: connection.run_sync(_insert, table, rows)
        await connection.run_sync(_go_on_counting)
        await connection.run_sync(finish)


def _make_room(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":  # a bot that is just starting must not slip a row in between
        names = map(connection.dialect.identifier_preparer.format_table, metadata.sorted_tables)
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
    if holds_anything(connection):
        raise NotEmpty("the database to be filled is not empty")
    for table in reversed(metadata.sorted_tables):
        if table in REPLACEABLE:
            connection.execute(sa.delete(table))


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[sa.RowMapping]) -> None:
    connection.execute(sa.insert(table), [dict(row) for row in rows])


def _go_on_counting(connection: sa.Connection) -> None:
    """PostgreSQL's serial numbers know nothing of rows that brought their own; SQLite looks for itself."""
    for table in metadata.sorted_tables:
        if (column := table.autoincrement_column) is not None:
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(sa.select(sa.func.setval(sequence, sa.func.max(column))))


def vacuum(source: Path, target: Path) -> None:
    """Write a SQLite database as it is at one instant into an empty file; its writers go on meanwhile."""
    with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def fold(file: Path) -> None:
    """Bring the write-ahead log home, so that the file is all there is. Raises DatabaseUnavailable if it is in use."""
    busy = f"{file} is in use: stop the bot first"
    try:
        with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            if connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                raise DatabaseUnavailable(busy)
    except sqlite3.DatabaseError as error:  # a damaged one keeps its log beside it
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise DatabaseUnavailable(busy) from error


def set_aside(file: Path, at: datetime) -> Path:
    """Give `file` a second name; it keeps the first until another takes it, so that there is always a database."""
    kept = file.with_name(f"{file.name}.before-restore-{at:%Y%m%d-%H%M%S}")
    if kept.exists():
        raise FileExistsError(f"{kept} is there already")
    try:
        os.link(file, kept)
    except OSError:  # a file system without second names
        shutil.copy2(file, kept)
    with suppress(OSError):  # a file system without modes
        kept.chmod(0o600)  # it may be older than the program that keeps its files to itself
    for suffix in SIDECARS:
        if (beside := Path(f"{file}{suffix}")).exists():
            beside.replace(f"{kept}{suffix}")
    return kept


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A directory for half-done work, on the same disk as what it is for, so that a rename is all or nothing."""
    if not beside.is_dir():
        raise FileNotFoundError(f"there is no directory {beside}")
    with TemporaryDirectory(prefix=".matinee-", dir=beside) as name:
        yield Path(name)


def create(file: Path) -> None:
    """An empty file that only its owner may read."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def rename(file: Path, target: Path) -> None:
    _sync(file)
    file.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
