"""The outbox in storage: queued once, in turn per chat, each message with one fate."""

from datetime import timedelta

import pytest

from storage.service import Storage
from storage.values import Owed
from tests.databases import ANN, CLUB, Clock


def owed(key: str, chat_id: int = CLUB) -> Owed:
    return Owed(key=key, kind="notice", chat_id=chat_id, payload={"text": key, "keyboard": None})


async def test_a_key_is_owed_once(storage: Storage) -> None:
    assert await storage.outbox.owe(owed("a"))
    assert not await storage.outbox.owe(owed("a"))
    assert len(await storage.outbox.heads()) == 1


async def test_a_chat_has_its_messages_one_after_another(storage: Storage) -> None:
    for key in "ab":
        await storage.outbox.owe(owed(key))
    ((first, _),) = await storage.outbox.heads()
    item = await storage.outbox.begin(first)

    assert item is not None
    assert (item.payload["text"], await storage.outbox.heads()) == ("a", [])
    await storage.outbox.finish(first, "sent", telegram_id=7)
    assert [chat for _, chat in await storage.outbox.heads()] == [CLUB]


async def test_a_message_is_taken_by_one_only(storage: Storage) -> None:
    await storage.outbox.owe(owed("a"))
    ((message_id, _),) = await storage.outbox.heads()

    assert await storage.outbox.begin(message_id) is not None
    assert await storage.outbox.begin(message_id) is None


async def test_what_was_not_sent_comes_back_when_it_may(storage: Storage, clock: Clock) -> None:
    await storage.outbox.owe(owed("a"))
    ((message_id, _),) = await storage.outbox.heads()
    await storage.outbox.begin(message_id)
    await storage.outbox.release(message_id, after=timedelta(seconds=30))

    assert await storage.outbox.heads() == []
    clock.advance(seconds=30)
    assert [head for head, _ in await storage.outbox.heads()] == [message_id]


async def test_a_live_replicas_message_is_not_taken_for_abandoned(postgres_storage: Storage, clock: Clock) -> None:
    await postgres_storage.outbox.owe(owed("a"))
    ((message_id, _),) = await postgres_storage.outbox.heads()
    await postgres_storage.outbox.begin(message_id)
    clock.advance(seconds=60)

    assert await postgres_storage.outbox.abandoned(at_start=True) == 0
    clock.advance(seconds=61)
    assert await postgres_storage.outbox.abandoned(at_start=True) == 1


@pytest.mark.parametrize(("fate", "unknown"), [("sent", 0), ("failed", 0), ("unknown", 1)])
async def test_the_backlog_counts_what_waits_and_what_nobody_knows(storage: Storage, fate: str, unknown: int) -> None:
    for key in "ab":
        await storage.outbox.owe(owed(key))
    ((message_id, _),) = await storage.outbox.heads()
    await storage.outbox.begin(message_id)
    await storage.outbox.finish(message_id, fate)
    backlog = await storage.outbox.backlog()

    assert (backlog.waiting, backlog.unknown) == (1, unknown)
    assert backlog.oldest is not None


async def test_an_erased_person_is_owed_nothing(storage: Storage) -> None:
    await storage.people.meet(ANN)
    await storage.outbox.owe(owed("a", ANN.chat_id))
    await storage.people.erase(ANN)

    assert await storage.outbox.heads() == []


async def test_what_is_long_done_is_forgotten(storage: Storage, clock: Clock) -> None:
    await storage.outbox.owe(owed("a"))
    ((message_id, _),) = await storage.outbox.heads()
    await storage.outbox.finish(message_id, "sent")
    clock.advance(days=31)

    assert await storage.outbox.purge() == 1
