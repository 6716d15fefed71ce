"""Engines: one writing connection for SQLite, asynchronous reads, and what makes SQLite durable."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.errors import DatabaseUnavailable
from storage.faults import forget_the_row

BUSY_TIMEOUT_MS = 15_000
"""How long a connection waits for another's lock: a backup or `digest run` beside the bot, somebody's VACUUM FULL."""

READERS = 4
"""SQLite: as many short questions are read at a time, each by a thread. More would only wait for the same two cores."""

OVERFLOW = 4
"""As many connections are opened beside those that a pool keeps."""

IDLE_S = 1.0
"""A connection that rested for longer is asked whether it still lives. Asking it each time costs three statements."""

UNPREPARED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,  # no name: gone with the transaction, at whichever server it was
}

DISCREET: dict[str, Any] = {"hide_parameters": True}
"""An error names the statement, and not what people wrote."""


def parse_url(url: str, data_dir: Path) -> URL:
    """The database's address; empty means `matinee.db` in the data directory.

    Raises DatabaseUnavailable for what is neither SQLite nor PostgreSQL; the message holds no password.
    """
    if not url:
        return make_url(f"sqlite:///{data_dir / 'matinee.db'}")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUnavailable(
            "the database URL cannot be read: expected sqlite:///FILE or postgresql://..."
        ) from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
        raise DatabaseUnavailable(f"{parsed.get_backend_name()} is not supported: use sqlite:/// or postgresql://")
    return parsed


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def is_unprepared(url: URL) -> bool:
    """Whether the address ends in ?prepared=off: PgBouncer in transaction mode may be between."""
    return url.query.get("prepared") == "off"


def asynchronous_engine(url: URL) -> AsyncEngine:
    """Asynchronous connections: all on PostgreSQL; on SQLite, read-only, for what is read piece by piece."""
    if not is_sqlite(url):
        postgres = url.set(drivername="postgresql+asyncpg").difference_update_query(["prepared"])
        unprepared = UNPREPARED if is_unprepared(url) else {}
        engine = create_async_engine(postgres, pool_size=8, max_overflow=OVERFLOW, connect_args=unprepared, **DISCREET)
        _ask_the_rested(engine.sync_engine)
        if not unprepared:  # behind PgBouncer it would be somebody else's after the transaction
            sa.event.listen(engine.sync_engine, "connect", _wait_no_longer)
        sa.event.listen(engine.sync_engine, "handle_error", _forget_the_row)
        return engine
    engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), pool_size=4, max_overflow=OVERFLOW, **DISCREET)
    sa.event.listen(engine.sync_engine, "connect", _prepare_reader)
    return engine


def reading_engine(url: URL) -> sa.Engine:
    """SQLite's connections for short questions, read-only; used by READERS threads (see `sqlite_threads`)."""
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=READERS,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        **DISCREET,
    )
    sa.event.listen(engine, "connect", _prepare_reader)
    return engine


def _wait_no_longer(connection: Any, _record: Any) -> None:
    """Than SQLite does for a lock of somebody else's: it may be held for minutes, and handlers have one. The role or
    the database may say otherwise."""
    ours = f"SELECT set_config('lock_timeout', '{BUSY_TIMEOUT_MS}', false) WHERE current_setting('lock_timeout') = '0'"
    connection.run_async(lambda driver: driver.execute(ours))


def _ask_the_rested(engine: sa.Engine) -> None:
    """After a restart of the database the pool is made anew when the first of its connections does not answer."""

    def checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    def checkout(connection: Any, record: Any, _fairy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise sa.exc.InvalidatePoolError from error

    sa.event.listen(engine, "checkin", checkin)
    sa.event.listen(engine, "checkout", checkout)


def writing_engine(url: URL) -> sa.Engine:
    """SQLite's one writing connection of this process; used by a single thread (see `sqlite_threads`)."""
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        poolclass=sa.pool.StaticPool,
        connect_args={"check_same_thread": False},
        **DISCREET,
    )
    sa.event.listen(engine, "connect", _prepare_writer)
    # The driver would begin only at the first write, and two readers that both turn writers would deadlock.
    sa.event.listen(engine, "begin", lambda connection: driver_of(connection).execute("BEGIN IMMEDIATE"))
    return engine


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    """The writing connection itself: SQLAlchemy's handling of an execution costs as much as a rating."""
    driver: Any = connection.connection.dbapi_connection
    return driver  # type: ignore[no-any-return]


def _forget_the_row(context: sa.engine.ExceptionContext) -> None:
    forget_the_row(context.original_exception.__cause__)


def _prepare_writer(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
        # Pages; a thousand are soon full, and many pages are in them again and again. Much sooner, a chore of the bot
        # brings the log home each minute, from a connection for which no writer waits.
        "wal_autocheckpoint=32000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "query_only=ON",
        "cache_size=-8000",
        "mmap_size=268435456",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
