"""A database to read and write: what every subject of the service stands on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.batches import postgresql_writer, sqlite_writer
from storage.engine import OVERFLOW, asynchronous_engine, is_sqlite, is_unprepared, reading_engine, writing_engine
from storage.faults import explained
from storage.jobs import InOneTrip
from storage.sqlite_threads import ReadingThreads, WritingThread
from storage.values import Now
from storage.writer import Writer

T = TypeVar("T")
J = TypeVar("J")


class Database:
    """`read` and `write` take a function of a synchronous connection: the same function serves both databases."""

    def __init__(self, url: URL, now: Now) -> None:
        self.url = url
        self.now = now
        self.engine: AsyncEngine = asynchronous_engine(url)
        self._reading: ReadingThreads | None = None
        self._writing: WritingThread | None = None
        if is_sqlite(url):
            self._reading, self._writing = ReadingThreads(reading_engine(url)), WritingThread(writing_engine(url))
        self._writer: Writer = (
            sqlite_writer(self._writing)
            if self._writing
            else postgresql_writer(self.engine, has_sessions=not is_unprepared(url))
        )
        # PostgreSQL's transactions of reads promise nothing more than their statements do, and cost two more of them.
        # Behind PgBouncer they are what keeps a statement's parts at one server.
        untied = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._read_with = self.engine if is_unprepared(url) else untied

    @property
    def is_sqlite(self) -> bool:
        return self._writing is not None

    @property
    def waiting(self) -> int:
        """How many writes were handed over and not begun."""
        return self._writer.waiting

    @property
    def connections(self) -> tuple[int, int]:
        """How many connections are in use, SQLite's writing one left out, and how many may be."""
        pools = [self.engine.pool, *([self._reading.engine.pool] if self._reading else [])]
        kept = [pool for pool in pools if isinstance(pool, sa.QueuePool)]
        return sum(pool.checkedout() for pool in kept), sum(pool.size() for pool in kept) + OVERFLOW

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run `query`, which is short and changes nothing. Raises DatabaseUnavailable when the database is away."""
        if self._reading is not None:
            with explained("read"):
                return await self._reading.run(query)
        return await self._asked(self._read_with, query)

    async def _asked(self, engine: AsyncEngine, query: Callable[[sa.Connection], T]) -> T:
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

        return await self._asked(self.engine, begun)

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
        in_one_trip: InOneTrip[J, T] | None = None,
        in_order: bool = False,
        rides: bool = False,
    ) -> Awaitable[T]:
        """Run `work` for this job and all others that wait for the same `work`; see `Writer.write_together`."""
        return self._writer.write_together(
            work, job, turns=turns, in_one_trip=in_one_trip, in_order=in_order, rides=rides
        )

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
        if self._reading is not None and self._writing is not None:
            await self._reading.close()
            await self._writing.close()
