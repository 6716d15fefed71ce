"""The inbox: taken once, kept until done, forgotten after two days."""

from storage.service import Storage
from tests.databases import Clock


async def test_an_update_is_taken_once(storage: Storage) -> None:
    first = await storage.inbox.take([(1, 50, b"one"), (2, None, b"two")])
    again = await storage.inbox.take([(2, None, b"two"), (3, 50, b"three")])

    assert [(item.update_id, item.key, item.payload) for item in first] == [(1, 50, b"one"), (2, 0, b"two")]
    assert [item.update_id for item in again] == [3]


async def test_what_is_not_done_is_found_again_in_order(storage: Storage) -> None:
    items = await storage.inbox.take([(update_id, 1, b"{}") for update_id in (30, 10, 20)])
    await storage.inbox.done(items[1].id)

    assert [item.update_id for item in await storage.inbox.undone()] == [30, 20]


async def test_a_done_update_is_known_for_two_days(storage: Storage, clock: Clock) -> None:
    (item,) = await storage.inbox.take([(1, 50, b"one")])
    await storage.inbox.done(item.id)
    clock.advance(hours=47)
    assert await storage.inbox.purge() == 0
    assert await storage.inbox.take([(1, 50, b"one")]) == []

    clock.advance(hours=2)
    assert await storage.inbox.purge() == 1
    assert len(await storage.inbox.take([(1, 50, b"one")])) == 1


async def test_deaths_are_remembered(storage: Storage) -> None:
    (item,) = await storage.inbox.take([(1, 50, b"one")])
    await storage.inbox.begun_again(item.id, 3)

    assert [each.deaths for each in await storage.inbox.undone()] == [3]
