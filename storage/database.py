"""A database to read and write: what every subject of the service stands on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.batches import SqliteThread, postgresql_writer, sqlite_writer
from storage.engine import OVERFLOW, is_sqlite, is_unprepared, reading_engine, writing_engine
from storage.faults import explained
from storage.values import Now
from storage.writer import Writer

T = TypeVar("T")
J = TypeVar("J")


class Database:
    """`read` and `write` take a function of a synchronous connection: the same function serves both databases."""

    def __init__(self, url: URL, now: Now) -> None:
        self.url = url
        self.now = now
        self.engine: AsyncEngine = reading_engine(url)
        # PostgreSQL's transactions of reads promise nothing more than their statements do, and cost two more of them.
        # Behind PgBouncer they are what keeps a statement's parts at one server.
        in_transactions = is_sqlite(url) or is_unprepared(url)
        self._reading = self.engine if in_transactions else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writing = SqliteThread(writing_engine(url)) if is_sqlite(url) else None
        self._writer: Writer = sqlite_writer(self._writing) if self._writing else postgresql_writer(self.engine)

    @property
    def is_sqlite(self) -> bool:
        return self._writing is not None

    @property
    def waiting(self) -> int:
        """How many writes were handed over and not begun."""
        return self._writer.waiting

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections of the pool are in use, and how many may be."""
        pool = self.engine.pool
        return (pool.checkedout(), pool.size() + OVERFLOW) if isinstance(pool, sa.QueuePool) else (0, 0)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run `query`, which changes nothing. Raises DatabaseUnavailable when the database cannot be reached."""
        return await self._read(self._reading, query)

    async def _read(self, engine: AsyncEngine, query: Callable[[sa.Connection], T]) -> T:
        with explained("read"):
            async with engine.connect() as connection:
                return await connection.run_sync(query)

    async def snapshot(self, query: Callable[[sa.Connection], T]) -> T:
        """The same for a `query` of many statements, all of which see the database as it is now."""

        def begun(connection: sa.Connection) -> T:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA mmap_size=0")  # mapped, a whole file read once would fill the memory
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            return query(connection)

        return await self._read(self.engine, begun)

    async def checkpoint(self) -> None:
        """Bring SQLite's write-ahead log home, as far as nobody has to wait for it. Raises DatabaseUnavailable."""
        if self.is_sqlite:
            await self.read(lambda connection: connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all())

    async def write(self, work: Callable[[sa.Connection], T], *, turns: Collection[int] = ()) -> T:
        """Run `work` in a durable transaction; see `Writer.write`."""
        return await self._writer.write(work, turns=turns)

    def write_together(
        self,
        work: Callable[[sa.Connection, Sequence[J]], Sequence[T | Exception]],
        job: J,
        *,
        turns: Collection[int] = (),
        in_order: bool = False,
        rides: bool = False,
    ) -> Awaitable[T]:
        """Run `work` for this job and all others that wait for the same `work`; see `Writer.write_together`."""
        return self._writer.write_together(work, job, turns=turns, in_order=in_order, rides=rides)

    async def stream(self, query: sa.Select[tuple[object, ...]]) -> AsyncIterator[sa.Row[tuple[object, ...]]]:
        """Rows one by one in flat memory. Raises DatabaseUnavailable."""
        with explained("read"):
            async with self.engine.connect() as connection, connection.stream(query) as rows:
                async for row in rows:
                    yield row

    async def on_writing_connection(self, work: Callable[[sa.Connection], T], doing: str = "written") -> T:
        """Run `work` by itself on a connection that may change the schema. Raises DatabaseUnavailable."""
        with explained(doing):
            return await self._by_itself(work)

    async def _by_itself(self, work: Callable[[sa.Connection], T]) -> T:
        if self._writing is not None:
            return await self._writing.run(work)
        async with self.engine.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._writer.close()
        await self.engine.dispose()
        if self._writing is not None:
            await self._writing.close()
