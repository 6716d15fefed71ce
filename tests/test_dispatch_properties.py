"""The dispatcher under any load: order, slots and turns hold, whatever comes when and however often it fails."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.dispatch import Dispatcher
from storage.values import InboxItem


@dataclass(frozen=True)
class Job:
    """An item of `key`, put `later` turns of the loop after the former; each try takes as many turns as it says."""

    key: int
    later: int
    tries: tuple[int, ...]


@dataclass
class Load:
    """Puts jobs and works on them as they say; `seen` is (what happened, number of the job)."""

    jobs: list[Job]
    seen: list[tuple[str, int]] = field(default_factory=list)
    running: set[int] = field(default_factory=set)
    most_at_once: int = 0

    async def handle(self, item: InboxItem) -> float | None:
        job, number = self.jobs[item.id], Counter(self.seen)["begin", item.id]
        self.seen.append(("begin", item.id))
        self.running.add(item.id)
        self.most_at_once = max(self.most_at_once, len(self.running))
        await turns(job.tries[number])
        self.running.remove(item.id)
        last = number + 1 == len(job.tries)
        self.seen.append(("done" if last else "failed", item.id))
        return None if last else 0.0

    async def put(self, dispatcher: Dispatcher) -> None:
        for number, job in enumerate(self.jobs):
            await turns(job.later)
            self.seen.append(("put", number))
            dispatcher.put(InboxItem(number, number, job.key, b"{}"))

    async def run(self, dispatcher: Dispatcher) -> None:
        """Until nothing waits."""
        await self.put(dispatcher)
        async with asyncio.timeout(10):
            while dispatcher.waiting:  # noqa: ASYNC110
                await asyncio.sleep(0)

    def begun(self) -> list[int]:
        return [number for what, number in self.seen if what == "begin"]

    def overtaken(self, number: int) -> int:
        """How many tries of others begin between the putting of a job and its own beginning."""
        between = self.seen[self.seen.index(("put", number)) : self.seen.index(("begin", number))]
        return sum(what == "begin" for what, _ in between)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


KEYS = 4
JOBS = st.lists(
    st.builds(
        Job, st.integers(1, KEYS), st.integers(0, 3), st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple)
    ),
    max_size=20,
)
SLOTS = st.integers(1, 4)
many = settings(deadline=None, max_examples=150)


@given(jobs=JOBS, slots=SLOTS)
@many
async def test_each_key_keeps_its_order(jobs: list[Job], slots: int) -> None:
    load = Load(jobs)
    await load.run(Dispatcher(load.handle, slots=slots))

    for key in range(1, KEYS + 1):
        wanted = [number for number, job in enumerate(jobs) if job.key == key for _ in job.tries]
        assert [number for number in load.begun() if jobs[number].key == key] == wanted


@given(jobs=JOBS, slots=SLOTS)
@many
async def test_each_item_is_tried_until_done(jobs: list[Job], slots: int) -> None:
    load = Load(jobs)
    await load.run(Dispatcher(load.handle, slots=slots))

    counted = Counter(load.seen)
    assert all(counted["done", number] == 1 for number in range(len(jobs)))
    assert all(counted["begin", number] == len(job.tries) for number, job in enumerate(jobs))


@given(jobs=JOBS, slots=SLOTS)
@many
async def test_never_more_at_once_than_slots(jobs: list[Job], slots: int) -> None:
    load = Load(jobs)
    await load.run(Dispatcher(load.handle, slots=slots))

    assert load.most_at_once <= slots


@given(jobs=JOBS, slots=SLOTS)
@many
async def test_an_idle_key_waits_for_one_try_of_each(jobs: list[Job], slots: int) -> None:
    load = Load([*jobs, Job(key=KEYS + 1, later=0, tries=(0,))])
    await load.run(Dispatcher(load.handle, slots=slots))

    assert load.overtaken(len(jobs)) <= KEYS + 1


@given(tries=st.lists(st.integers(0, 4), min_size=1, max_size=300).map(tuple), slots=SLOTS)
@settings(deadline=None, max_examples=30)
async def test_endless_failure_holds_up_nobody_else(tries: tuple[int, ...], slots: int) -> None:
    load = Load([Job(1, 0, tries), Job(2, 2, (0,)), Job(2, 0, (0,))])
    await load.run(Dispatcher(load.handle, slots=slots))

    assert load.overtaken(1) <= 2
    assert load.overtaken(2) <= 4


@given(jobs=JOBS, slots=SLOTS, limit=st.integers(1, 6))
@many
async def test_the_door_is_open_below_the_limit(jobs: list[Job], slots: int, limit: int) -> None:
    load = Load(jobs)
    dispatcher = Dispatcher(load.handle, slots=slots, limit=limit)
    await load.put(dispatcher)

    async with asyncio.timeout(10):
        while dispatcher.waiting:
            assert is_open(dispatcher) == (dispatcher.waiting < limit)
            await asyncio.sleep(0)
    assert is_open(dispatcher)


def is_open(dispatcher: Dispatcher) -> bool:
    """Whether `room` returns at once."""
    room = dispatcher.room()
    try:
        room.send(None)  # type: ignore[attr-defined]
    except StopIteration:
        return True
    room.close()  # type: ignore[attr-defined]
    return False


@given(jobs=JOBS, slots=SLOTS, after=st.integers(0, 30))
@many
async def test_stopping_lets_running_items_end(jobs: list[Job], slots: int, after: int) -> None:
    load = Load(jobs)
    dispatcher = Dispatcher(load.handle, slots=slots)
    await load.put(dispatcher)
    await turns(after)
    await dispatcher.stop(grace_s=10)

    assert load.running == set()


@given(jobs=JOBS, slots=SLOTS, after=st.integers(0, 30))
@example(jobs=[Job(1, 0, (3,)), Job(2, 0, (0,))], slots=1, after=1)
@settings(deadline=None, max_examples=20)
async def test_stopping_begins_nothing_new(jobs: list[Job], slots: int, after: int) -> None:
    load = Load(jobs)
    dispatcher = Dispatcher(load.handle, slots=slots)
    await load.put(dispatcher)
    await turns(after)
    begun = load.begun()
    await dispatcher.stop(grace_s=10)

    assert load.begun() == begun
