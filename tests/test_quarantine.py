"""Quarantine: what was given up is kept with its reason, and comes back or goes for good."""

import sqlalchemy as sa

from storage.models import inbox
from storage.service import Storage
from storage.values import Actor, InboxItem
from tests.databases import ANN, DUNE, Clock


async def given_up(storage: Storage, update_id: int = 1) -> int:
    """The quarantine's number of an update of Ann's."""
    (item,) = await storage.inbox.take([(update_id, ANN.person_id, b"one")])
    await storage.quarantine.put(item, "ValueError: a bug")
    return (await storage.quarantine.all())[-1].id


async def test_what_is_given_up_leaves_the_inbox_and_says_why(storage: Storage, clock: Clock) -> None:
    await given_up(storage)
    (kept,) = await storage.quarantine.all()

    assert (kept.update_id, kept.person_id, kept.reason) == (1, ANN.person_id, "ValueError: a bug")
    assert (kept.received_at, kept.given_up_at) == (clock(), clock())
    assert await storage.inbox.undone() == []


async def test_a_retry_puts_it_back_as_if_never_tried(storage: Storage) -> None:
    number = await given_up(storage)

    assert await storage.quarantine.retry(number)
    (item,) = await storage.inbox.undone()
    assert item == InboxItem(item.id, 1, ANN.person_id, b"one")
    assert (await storage.quarantine.all(), await storage.quarantine.retry(number)) == ([], False)


async def test_a_retry_works_when_the_inbox_has_forgotten_it(storage: Storage, clock: Clock) -> None:
    number = await given_up(storage)
    clock.advance(hours=49)
    await storage.inbox.purge()

    assert await storage.quarantine.retry(number)
    assert [item.payload for item in await storage.inbox.undone()] == [b"one"]


async def test_a_retry_does_not_change_anything_twice(storage: Storage) -> None:
    (item,) = await storage.inbox.take([(1, ANN.person_id, b"one")])
    pressed = Actor(person_id=ANN.person_id, name=ANN.name, chat_id=ANN.chat_id, update_id=1)
    await storage.ratings.rate(DUNE, 9, pressed)
    await storage.quarantine.put(item, "the answer failed")
    await storage.ratings.rate(DUNE, 4, ANN)
    await storage.quarantine.retry((await storage.quarantine.all())[0].id)
    await storage.ratings.rate(DUNE, 9, pressed)  # as its handler would

    assert (await storage.movies.card(DUNE, ANN)).my_stars == 4


async def test_what_is_dropped_is_gone(storage: Storage) -> None:
    number = await given_up(storage)

    assert [await storage.quarantine.drop(number) for _ in range(2)] == [True, False]
    assert (await storage.quarantine.all(), await storage.inbox.undone()) == ([], [])


async def test_an_erased_person_leaves_nothing_there(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 9, ANN)
    await given_up(storage)
    (later,) = await storage.inbox.take([(2, ANN.person_id, b"two")])
    await storage.people.erase(ANN)
    await storage.quarantine.put(later, "ValueError: a bug")  # it was at work meanwhile

    assert await storage.quarantine.all() == []
    rows = await storage.database.read(lambda connection: connection.execute(sa.select(inbox.c.payload)).all())
    assert [row.payload for row in rows] == [None, None]
