"""The one writer of a process: concurrent writes are folded into shared, durable commits.

Committing each write by itself costs a disk flush and, through an asynchronous driver, a thread hop per statement.
Here every caller hands over a small function of a synchronous connection; whatever waits is run in one
transaction, and a caller hears of success only after the commit (`jobs`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from math import ceil
from typing import Any

from storage.jobs import InOneTrip, J, Job, RunBatch, T, Together, Work, commit

LARGEST_BATCH = 256
"""PostgreSQL keeps a lock for each person and each movie in it, and has room for some thousands."""
GATHER_S = 0.005
"""After several writes at once more are near: so long the next batch waits for them, as a batch costs more than what
is in it."""
ENOUGH = 16
"""So many are worth a batch of their own at once."""
RIDE_S = 0.02
"""How long a write that nobody waits for may wait for another one's batch."""


class Writer:
    """Runs writes in batches, as many at a time as there are `lanes` to run one.

    Writes that share a turn are run in the order in which they were handed over, others as it comes. `write` may be
    called from any number of tasks of one event loop.
    """

    def __init__(
        self, *lanes: RunBatch, in_one_trip: bool = False, let_go: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._in_one_trip = in_one_trip
        """Whether the lanes can do that."""
        self._largest = LARGEST_BATCH // len(lanes)
        self._idle = len(lanes)
        """So many run no batch."""
        self._free = list(lanes)
        """They even wait for none."""
        self._let_go = let_go
        self._waiting: list[Job] = []
        self._held: set[Any] = set()
        """What the batches hold that are being run."""
        self._pumps: set[asyncio.Task[None]] = set()
        self._ride: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many writes were handed over and not begun."""
        return len(self._waiting)

    async def write(self, work: Work[T], *, turns: Collection[int] = ()) -> T:
        """Run `work` in a transaction and return its result once that is durable.

        `work` may run again, after a deadlock or when another's fails, so it changes nothing outside of the database.
        No other process changes what has the numbers of its `turns` meanwhile, if that takes turns too. Its exception
        is raised here and undoes only itself. Raises DatabaseUnavailable when the database cannot be written.
        """
        done = asyncio.get_running_loop().create_future()
        result: T = await self._wait_for(Job(work, done, turns=turns))
        return result

    def write_together(
        self,
        work: Together[J, T],
        job: J,
        *,
        turns: Collection[int] = (),
        in_one_trip: InOneTrip[J, T] | None = None,
        in_order: bool = False,
        rides: bool = False,
    ) -> Awaitable[T]:
        """The same for work that does many jobs at once more cheaply than one by one: those that wait are one call.

        Jobs of the same work that are `in_order` are run as they were handed over. What `rides` starts no batch of its
        own for a moment: it goes along with whatever is written next. `in_one_trip` is tried first, where a database
        has it; who shares a turn with earlier work of another kind waits for that all the same.
        """
        done = asyncio.get_running_loop().create_future()
        shared = Job(work, done, job, is_shared=True, turns=turns, is_ordered=in_order)
        if self._in_one_trip:
            shared.in_one_trip = in_one_trip
        return self._wait_for(shared, rides=rides)

    def _wait_for(self, job: Job, *, rides: bool = False) -> asyncio.Future[Any]:
        self._waiting.append(job)
        if not rides:
            self._start()
        elif self._ride is None:
            self._ride = asyncio.get_running_loop().call_later(RIDE_S, self._start)
        return job.done

    def _start(self) -> None:
        if self._ride is not None:
            self._ride.cancel()
            self._ride = None
        if self._waiting and self._free:
            pump = asyncio.create_task(self._pump_all(self._free.pop()))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def drain(self) -> None:
        """Wait until everything that was handed over is committed or has failed."""
        self._start()
        while self._pumps:
            await asyncio.wait(self._pumps)

    async def close(self) -> None:
        """Write what was handed over, then let go of the connection that batches keep, if they keep one."""
        await self.drain()
        if self._let_go is not None:
            await self._let_go()

    async def _pump_all(self, lane: RunBatch) -> None:
        try:
            while True:
                batch, holds = self._next()
                if not batch:
                    break
                await self._hold(batch, holds, lane)
                if len(batch) > 1:
                    await self._gather()
        finally:
            self._free.append(lane)

    async def _hold(self, batch: Sequence[Job], holds: set[Any], lane: RunBatch) -> None:
        self._held |= holds
        self._idle -= 1
        try:
            await commit(batch, lane)
        finally:
            self._idle += 1
            self._held -= holds

    def _next(self) -> tuple[list[Job], set[Any]]:
        """A lane's part of those that wait, and what would have to wait for that; not what has to wait for others.

        And what no other batch may hold meanwhile.
        """
        part = min(self._largest, max(ENOUGH, ceil(len(self._waiting) / self._idle)))
        batch, left = list[Job](), list[Job]()
        ours, others = set[Any](), set(self._held)
        for job in self._waiting:
            holds = _holds(job)
            has_room = len(batch) < part or (len(batch) < self._largest and not ours.isdisjoint(holds))
            if has_room and others.isdisjoint(holds):
                batch.append(job)
                ours.update(holds)
            else:
                left.append(job)
                others.update(holds)
        self._waiting = left
        return batch, ours

    async def _gather(self) -> None:
        await asyncio.sleep(0)  # who was just answered may have more
        if len(self._waiting) < ENOUGH:
            await asyncio.sleep(GATHER_S)


def _holds(job: Job) -> Collection[Any]:
    """What no other batch may hold meanwhile."""
    return (*job.turns, job.work) if job.is_ordered else job.turns
