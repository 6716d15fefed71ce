"""How each database runs a batch of the writer: in one transaction, with the fewest hops and trips."""

import time
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import IDLE_S
from storage.sqlite_threads import WritingThread
from storage.turns import BY_KEY, SEES_OTHERS, beginning
from storage.writer import Writer

LANES = 2
"""Batches at a time: PostgreSQL stores one while the next is made ready."""


def sqlite_writer(writing: WritingThread) -> Writer:
    """SQLite: one hop for a whole batch."""

    async def run_batch(run: Callable[[sa.Connection], None], _turns: Collection[int] | None) -> None:
        await writing.run(run)  # nobody else writes: no turns to take

    return Writer(run_batch)


def postgresql_writer(engine: AsyncEngine, *, has_sessions: bool) -> Writer:
    """PostgreSQL: some connections, each for a batch at a time; without sessions a pooler is between."""
    untied = engine.execution_options(isolation_level="AUTOCOMMIT")
    kept = [_Kept(untied, by_key=has_sessions) for _ in range(LANES)]

    async def give_back() -> None:
        for each in kept:
            await each.give_back()

    return Writer(*(each.run_batch for each in kept), in_one_trip=has_sessions, let_go=give_back)


class _Kept:
    """PostgreSQL: a connection of the pool, kept from batch to batch, for taking one costs as much as five ratings.

    The transaction is begun here: the driver would use a trip to the server for that alone.
    """

    def __init__(self, engine: AsyncEngine, *, by_key: bool) -> None:
        self._engine = engine
        self._by_key = by_key
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        self._used_at = 0.0

    async def run_batch(self, run: Callable[[sa.Connection], None], turns: Collection[int] | None) -> None:
        connection = await self._taken()
        try:
            if turns is None:
                await connection.run_sync(run)
            else:
                await self._driver.execute(beginning(turns, by_key=self._by_key))
                await connection.run_sync(run)
                await self._driver.execute("COMMIT")
        except BaseException:
            await self._undo(connection)
            raise
        self._used_at = time.monotonic()

    async def _taken(self) -> AsyncConnection:
        if self._connection is not None and time.monotonic() - self._used_at > IDLE_S:
            await self._ask_the_rested(self._connection)
        if self._connection is None:
            self._connection = await self._opened()
        return self._connection

    async def _opened(self) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            self._driver = (await connection.get_raw_connection()).driver_connection
            if self._by_key:
                await self._driver.execute(f"{BY_KEY}; {SEES_OTHERS}")
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        return connection

    async def _ask_the_rested(self, connection: AsyncConnection) -> None:
        """Let go of a connection that no longer answers, as the pool does with those that rest in it."""
        try:
            await self._driver.execute("SELECT 1")
        except Exception:  # a cut connection has many names, and any of them means that another one is needed
            await connection.invalidate()
            await self.give_back()

    async def _undo(self, connection: AsyncConnection) -> None:
        try:
            await connection.exec_driver_sql("ROLLBACK")
        except BaseException:  # whatever it is in the middle of: nobody is to use it again
            await connection.invalidate()
        finally:
            await self.give_back()

    async def give_back(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if self._by_key and not connection.invalidated:
                await connection.invalidate()  # others are not to go by key
        finally:
            await connection.close()
