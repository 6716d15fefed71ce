"""The dispatcher: order within a key, company across keys, and fair slots."""

import asyncio

from bot.dispatch import Dispatcher
from storage.values import InboxItem


def item(number: int, key: int) -> InboxItem:
    return InboxItem(number, number, key, b"{}")


class Log:
    """A handler that takes `delay_s` and writes down when each item begins and ends."""

    def __init__(self, delay_s: float = 0.01) -> None:
        self.delay_s = delay_s
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.most_at_once = 0

    async def __call__(self, item: InboxItem) -> float | None:
        self.begun.append(item.id)
        self.most_at_once = max(self.most_at_once, len(self.begun) - len(self.ended))
        await asyncio.sleep(self.delay_s)
        self.ended.append(item.id)
        return None


async def all_done(dispatcher: Dispatcher) -> None:
    async with asyncio.timeout(5):
        while dispatcher.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_one_keys_items_run_in_order_and_one_at_a_time() -> None:
    log = Log()
    dispatcher = Dispatcher(log, slots=10)
    for number in range(5):
        dispatcher.put(item(number, key=1))
    await all_done(dispatcher)

    assert (log.ended, log.most_at_once) == ([0, 1, 2, 3, 4], 1)


async def test_what_is_older_and_comes_later_goes_first() -> None:
    """A replica died, and what it left is taken up behind what was waiting for it."""
    order: list[int] = []

    async def handle(item: InboxItem) -> float | None:
        if item.id == 7 and 3 not in order:
            return 0.01
        order.append(item.id)
        return None

    dispatcher = Dispatcher(handle, slots=2)
    dispatcher.put(item(7, key=1))
    await asyncio.sleep(0.03)
    dispatcher.put(item(3, key=1))
    await all_done(dispatcher)

    assert order == [3, 7]


async def test_different_keys_run_at_once_up_to_the_slots() -> None:
    log = Log()
    dispatcher = Dispatcher(log, slots=3)
    for number in range(9):
        dispatcher.put(item(number, key=number))
    await all_done(dispatcher)

    assert log.most_at_once == 3


async def test_a_busy_neighbour_starves_nobody() -> None:
    log = Log()
    dispatcher = Dispatcher(log, slots=2)
    for number in range(20):
        dispatcher.put(item(number, key=1))
    dispatcher.put(item(99, key=2))
    await all_done(dispatcher)

    assert log.begun.index(99) <= 2


async def test_an_item_that_asks_for_it_is_tried_again_before_its_followers() -> None:
    tries: list[int] = []

    async def second_time_lucky(each: InboxItem) -> float | None:
        tries.append(each.id)
        return 0.01 if tries == [1] else None

    dispatcher = Dispatcher(second_time_lucky, slots=1)
    for number, key in ((1, 1), (2, 1), (3, 2)):
        dispatcher.put(item(number, key))
    await all_done(dispatcher)

    assert tries == [1, 3, 1, 2]


async def test_a_full_house_makes_the_poller_wait() -> None:
    dispatcher = Dispatcher(Log(), slots=1, limit=2)
    dispatcher.put(item(1, key=1))
    await asyncio.wait_for(dispatcher.room(), 1)
    dispatcher.put(item(2, key=1))
    waiting = asyncio.create_task(dispatcher.room())
    await asyncio.sleep(0)

    assert not waiting.done()
    await asyncio.wait_for(waiting, 1)
    assert dispatcher.waiting < 2


async def test_stopping_finishes_what_runs_and_begins_nothing() -> None:
    log = Log(delay_s=0.05)
    dispatcher = Dispatcher(log, slots=5)
    for number in range(3):
        dispatcher.put(item(number, key=1))
    await asyncio.sleep(0.01)
    await dispatcher.stop(grace_s=1)

    assert (log.begun, log.ended) == ([0], [0])


async def test_stopping_waits_for_no_further_try() -> None:
    async def failing(_: InboxItem) -> float | None:
        return 60.0

    dispatcher = Dispatcher(failing, slots=5)
    dispatcher.put(item(1, key=1))
    await asyncio.sleep(0.01)

    await asyncio.wait_for(dispatcher.stop(grace_s=30), 1)


async def test_stopping_cancels_what_takes_too_long() -> None:
    log = Log(delay_s=60)
    dispatcher = Dispatcher(log, slots=5)
    dispatcher.put(item(1, key=1))
    await asyncio.sleep(0.01)
    await asyncio.wait_for(dispatcher.stop(grace_s=0.01), 1)

    assert (log.begun, log.ended) == ([1], [])
