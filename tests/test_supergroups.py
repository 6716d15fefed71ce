"""A group that becomes a supergroup keeps everything, however often and in whatever order Telegram says so."""

from dataclasses import replace
from datetime import timedelta

from storage.service import Storage
from storage.values import Actor, TopQuery
from tests.databases import ANN, BEN, DUNE, HEAT, Clock, in_club
from tests.test_digests import FRIDAY_18, claim, switch_on

OLD, NEW = -4000000001, -1001000000077


def in_group(actor: Actor, chat_id: int = OLD) -> Actor:
    return replace(in_club(actor, chat_id), chat_type="group" if chat_id == OLD else "supergroup")


async def lived(storage: Storage) -> None:
    for actor, stars in ((ANN, 9), (BEN, 7)):
        await storage.ratings.rate(DUNE, stars, in_group(actor))
    await switch_on(storage, in_group(ANN))


async def test_members_scores_and_the_digest_move(storage: Storage, clock: Clock) -> None:
    await lived(storage)
    moved = await storage.clubs.migrate(OLD, NEW)
    card = await storage.movies.card(DUNE, in_group(ANN, NEW))
    clock.at = FRIDAY_18

    assert moved
    assert card.here is not None
    assert (card.here.count, card.here.total, len(card.voices)) == (2, 16, 2)
    assert (await storage.digests.setting(NEW)).next_run_at == FRIDAY_18
    assert [each.digest.chat_id for each in await claim(storage)] == [NEW]


async def test_the_second_signal_changes_nothing(storage: Storage) -> None:
    await lived(storage)
    await storage.clubs.migrate(OLD, NEW)

    assert not await storage.clubs.migrate(OLD, NEW)
    actions = [entry.action async for entry in storage.audit.export()]
    assert actions.count("chat.migrate") == 1


async def test_what_the_new_chat_has_already_stays(storage: Storage) -> None:
    """The new chat's message came first, and somebody rated there."""
    await lived(storage)
    await storage.ratings.rate(HEAT, 5, in_group(ANN, NEW))
    await storage.clubs.migrate(OLD, NEW)
    top = await storage.lists.top(TopQuery(scope=NEW))

    assert [line.title for line in top.lines] == ["Dune"]
    card = await storage.movies.card(HEAT, in_group(ANN, NEW))
    assert card.here is not None
    assert card.here.count == 1


async def test_an_update_from_before_the_move_counts_in_the_new_chat(storage: Storage) -> None:
    await lived(storage)
    await storage.clubs.migrate(OLD, NEW)
    await storage.ratings.rate(HEAT, 5, in_group(BEN))
    card = await storage.movies.card(HEAT, in_group(BEN, NEW))

    assert card.here is not None
    assert card.here.count == 1


async def test_who_left_before_the_move_counts_in_the_new_chat_no_more(storage: Storage) -> None:
    await lived(storage)
    await storage.clubs.migrate(OLD, NEW)

    assert await storage.clubs.leave(in_group(ANN))
    card = await storage.movies.card(DUNE, in_group(ANN, NEW))
    assert card.here is not None
    assert (card.here.count, card.here.total) == (1, 7)


async def test_a_week_that_had_its_digest_has_no_second_after_the_move(storage: Storage, clock: Clock) -> None:
    await lived(storage)
    clock.at = FRIDAY_18
    assert len(await claim(storage)) == 1
    await storage.clubs.migrate(OLD, NEW)
    await storage.digests.change(in_group(ANN, NEW), minute=20 * 60)
    clock.at = FRIDAY_18 + timedelta(hours=3)

    assert await claim(storage) == []
    assert [chat for _, chat in await storage.outbox.heads()] == [NEW]
