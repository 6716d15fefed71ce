"""Batches beside each other: what shares a turn keeps its order, what shares none does not wait for the other."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage.inbox import Inbox
from storage.service import Storage
from storage.writer import LARGEST_BATCH, Writer

NOWHERE: Any = None
"""The connection of lanes that have no database."""


class Lanes:
    """A writer with two of them, whose batches take as many turns of the loop as they are told, one after another."""

    def __init__(self, *slowness: int) -> None:
        self.writer = Writer(self._run, self._run)
        self._slowness = slowness
        self._holders = Counter[int]()
        self.batches: list[list[int]] = []
        self.most_batches = 0
        self.most_holders = 0
        self._under_way = 0

    async def _run(self, run: Callable[[sa.Connection], None], turns: Collection[int]) -> None:
        slow = self._slowness[len(self.batches) % len(self._slowness)]
        self._holders.update(turns)
        self._under_way += 1
        self.most_batches = max(self.most_batches, self._under_way)
        self.most_holders = max(self.most_holders, *self._holders.values(), 0)
        self.batches.append([])
        run(NOWHERE)
        for _ in range(slow):
            await asyncio.sleep(0)
        self._holders.subtract(turns)
        self._under_way -= 1

    def together(self, _connection: sa.Connection, jobs: Sequence[int]) -> Sequence[int]:
        self.batches[-1] += jobs
        return jobs

    def ran(self) -> list[int]:
        return [job for batch in self.batches for job in batch]


@given(
    jobs=st.lists(st.tuples(st.sets(st.integers(1, 30), max_size=3), st.booleans()), min_size=1, max_size=80),
    slowness=st.lists(st.integers(0, 20), min_size=1, max_size=5),
)
def test_whoever_shares_a_turn_is_run_in_order_and_never_beside_the_other(
    jobs: list[tuple[set[int], bool]], slowness: list[int]
) -> None:
    lanes = Lanes(*slowness)

    async def write_all() -> list[int]:
        numbered = enumerate(jobs)
        waiting = (lanes.writer.write_together(lanes.together, n, turns=t, in_order=o) for n, (t, o) in numbered)
        return await asyncio.gather(*waiting)

    assert asyncio.run(write_all()) == list(range(len(jobs)))
    ran = lanes.ran()
    assert sorted(ran) == list(range(len(jobs)))
    assert lanes.most_holders <= 1
    for turn in range(1, 31):
        theirs = [number for number in ran if turn in jobs[number][0]]
        assert theirs == sorted(theirs)
    ordered = [number for number in ran if jobs[number][1]]
    assert ordered == sorted(ordered)


async def test_many_are_parted_between_the_lanes_and_few_are_not() -> None:
    many, few = Lanes(5), Lanes(5)
    await asyncio.gather(*(many.writer.write_together(many.together, n) for n in range(100)))
    await asyncio.gather(*(few.writer.write_together(few.together, n) for n in range(10)))

    assert [len(batch) for batch in many.batches] == [50, 50]
    assert many.most_batches == 2
    assert [len(batch) for batch in few.batches] == [10]


async def test_those_who_would_have_to_wait_for_a_batch_come_along() -> None:
    lanes = Lanes(5)
    await asyncio.gather(*(lanes.writer.write_together(lanes.together, n, turns=[7, 100 + n]) for n in range(100)))

    assert [len(batch) for batch in lanes.batches] == [100]


async def test_the_lanes_together_hold_no_more_than_one_did() -> None:
    lanes = Lanes(5)
    jobs = range(3 * LARGEST_BATCH)
    await asyncio.gather(*(lanes.writer.write_together(lanes.together, n, turns=[7]) for n in jobs))

    assert {len(batch) for batch in lanes.batches} == {LARGEST_BATCH // 2}


def sleeping(seconds: float) -> Any:
    return lambda connection: connection.execute(sa.select(sa.func.pg_sleep(seconds)))


async def test_who_shares_nothing_with_a_slow_write_does_not_wait_for_it(postgres_storage: Storage) -> None:
    database, done = postgres_storage.database, list[str]()

    async def write(name: str, seconds: float, turn: int) -> None:
        await database.write(sleeping(seconds), turns=[turn])
        done.append(name)

    async with asyncio.TaskGroup() as group:
        for name, seconds, turn in (("slow", 0.5, 1), ("after it", 0.0, 1), ("beside it", 0.0, 2)):
            group.create_task(write(name, seconds, turn))
            await asyncio.sleep(0.05)

    assert done == ["beside it", "slow", "after it"]


async def test_deliveries_are_stored_in_order_whatever_is_written_beside_them(postgres_storage: Storage) -> None:
    inbox, database = Inbox(postgres_storage.database), postgres_storage.database
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(database.write(sleeping(0.2)))
        deliveries = [group.create_task(inbox.take([(n, 17, b"{}")])) for n in range(100)]

    assert slow.done()
    stored = [item.id for delivery in deliveries for item in delivery.result()]
    assert len(stored) == 100
    assert stored == sorted(stored)


async def test_a_lane_whose_batch_is_cut_short_goes_on_with_the_next() -> None:
    lanes = Lanes(50)
    cut = asyncio.ensure_future(lanes.writer.write_together(lanes.together, 1, turns=[7]))
    await asyncio.sleep(0)
    for pump in list(lanes.writer._pumps):
        pump.cancel()
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        assert await lanes.writer.write_together(lanes.together, 2, turns=[7]) == 2
    assert not cut.done()
