"""SQLite's threads: one that writes and some that read, each asked with a single hop.

Through aiosqlite a statement is four hops (cursor, execute, fetch, close), and giving back the connection is a fifth:
one row by its key costs three times as much as one hop with all of a question's statements.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from storage.engine import READERS

T = TypeVar("T")


class WritingThread:
    """One thread and its one connection, for making that anew costs as much as a rating."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: sa.Connection | None = None

    async def run(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` in a transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, work)

    def _commit(self, work: Callable[[sa.Connection], T]) -> T:
        if self._connection is None:
            self._connection = self.engine.connect()
        try:
            with self._connection.begin():
                return work(self._connection)
        except BaseException:
            self._give_back()
            raise

    def _give_back(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._give_back)
        await asyncio.get_running_loop().run_in_executor(self._thread, self.engine.dispose)
        self._thread.shutdown()


class ReadingThreads:
    """As many threads as the engine's pool keeps connections. They never wait for the writer (WAL)."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")

    async def run(self, query: Callable[[sa.Connection], T]) -> T:
        """Run `query`, which changes nothing; what it asks in several statements may change in between."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, query)

    def _ask(self, query: Callable[[sa.Connection], T]) -> T:
        with self.engine.connect() as connection:
            return query(connection)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()
