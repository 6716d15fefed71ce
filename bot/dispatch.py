"""Work in order per key, side by side across keys, and a slot at a time: a busy neighbour starves nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from heapq import heappop, heappush

from storage.values import InboxItem

Queue = list[tuple[int, InboxItem]]
"""A heap: the oldest first, also when it comes last, out of the hands of a replica that died."""
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
        self._queues: dict[int, Queue] = {}
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
            heappush(self._queues[item.key], (item.id, item))
            return
        self._queues[item.key] = [(item.id, item)]
        task = asyncio.create_task(self._work(item.key), name=f"updates of {item.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def has_room(self) -> bool:
        """Whether fewer than `limit` items wait."""
        return self._room.is_set()

    async def room(self) -> None:
        """Wait until fewer than `limit` items wait: what is not taken, Telegram keeps."""
        await self._room.wait()

    async def _work(self, key: int) -> None:
        queue = self._queues[key]
        while queue:
            _, item = heappop(queue)
            pause = await self._try(item)
            if pause is None:
                self._finished()
                continue
            # The key's turn is held meanwhile, for its order, but no slot. Something older may come, and goes first.
            heappush(queue, (item.id, item))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        del self._queues[key]

    async def _try(self, item: InboxItem) -> float | None:
        if self._stopping.is_set():
            return None
        async with self._slots:
            if self._stopping.is_set():  # while it waited for the slot
                return None
            return await self._handle(item)

    def _finished(self) -> None:
        self.waiting -= 1
        if self.waiting < self._limit:
            self._room.set()

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
