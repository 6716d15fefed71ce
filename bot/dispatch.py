"""Work in order per key, side by side across keys, and a slot at a time: a busy neighbour starves nobody."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from storage.values import InboxItem

Handle = Callable[[InboxItem], Awaitable[float | None]]
"""Works on an item and must not raise; returns after how many seconds to try it again, or None when done."""


class Dispatcher:
    """One short-lived task per key that has work.

    A key waits for its turn first and for one of `slots` second, anew for every item; slots are given out
    first come, first served. The other way round, one chat's queue would hold every slot while it waits.
    """

    def __init__(self, handle: Handle, *, slots: int, limit: int = 5_000) -> None:
        self._handle = handle
        self._slots = asyncio.Semaphore(slots)
        self._limit = limit
        self._queues: dict[int, deque[InboxItem]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._stopping = asyncio.Event()
        self.waiting = 0

    def put(self, item: InboxItem) -> None:
        self.waiting += 1
        if self.waiting >= self._limit:
            self._room.clear()
        if item.key in self._queues:
            self._queues[item.key].append(item)
            return
        self._queues[item.key] = deque([item])
        task = asyncio.create_task(self._work(item.key), name=f"updates of {item.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def room(self) -> None:
        """Wait until fewer than `limit` items wait: what is not taken, Telegram keeps."""
        await self._room.wait()

    async def _work(self, key: int) -> None:
        queue = self._queues[key]
        while queue:
            await self._finish(queue.popleft())
            self.waiting -= 1
            if self.waiting < self._limit:
                self._room.set()
        del self._queues[key]

    async def _finish(self, item: InboxItem) -> None:
        """A pause before another try holds the key's turn, for its order, but no slot."""
        while not self._stopping.is_set():
            async with self._slots:
                if self._stopping.is_set():  # while it waited for the slot
                    return
                pause = await self._handle(item)
            if pause is None:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def stop(self, *, grace_s: float) -> None:
        """Let running handlers finish for `grace_s` seconds, start no waiting item, then cancel.

        Whatever did not finish stays undone in the inbox and runs at the next start.
        """
        self._stopping.set()
        for queue in self._queues.values():
            queue.clear()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
