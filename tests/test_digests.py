"""Digests in storage: who is due, what is claimed, that it is claimed once, and what the week looked like."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.errors import UnknownZone
from storage.models import digest_run, digest_setting
from storage.service import Storage
from storage.values import Actor, ClaimedDigest, Source
from tests.databases import ALIEN, ANN, BEN, CLUB, DUNE, HEAT, Clock, in_club

ANN_IN_CLUB = in_club(ANN)
FRIDAY_18 = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # in Berlin


async def switch_on(storage: Storage, actor: Actor = ANN_IN_CLUB, zone: str = "Europe/Berlin") -> None:
    await storage.digests.change(actor, enabled=True, weekday=4, minute=18 * 60, zone=zone)


async def rate_dune(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 4, in_club(BEN))


async def claim_at(storage: Storage, clock: Clock, at: datetime) -> list[ClaimedDigest]:
    clock.at = at
    return await claim(storage)


async def claim(storage: Storage) -> list[ClaimedDigest]:
    """What is due, as it was handed to be rendered for the outbox."""
    rendered = {}

    def render(claimed: ClaimedDigest) -> dict[str, str]:
        rendered[claimed.digest.chat_id] = claimed
        return {"text": claimed.week}

    _, chats = await storage.digests.queue_due(render)
    return [rendered[chat] for chat in chats]


async def test_setting_shows_the_next_digest(storage: Storage) -> None:
    await switch_on(storage)
    setting = await storage.digests.setting(CLUB)

    assert (setting.enabled, setting.next_run_at) == (True, FRIDAY_18)
    assert await storage.digests.next_due() == FRIDAY_18


async def test_change_is_written_down_and_no_change_is_not(storage: Storage) -> None:
    await switch_on(storage)
    await switch_on(storage)
    (entry,) = [entry async for entry in storage.audit.export()]

    assert (entry.action, entry.subject) == ("digest.update", f"chat:{CLUB}")
    assert entry.after == {
        "enabled": True, "weekday": 4, "minute": 1080, "zone": "Europe/Berlin", "thread_id": None
    }  # fmt: skip


async def test_unknown_zone_changes_nothing(storage: Storage) -> None:
    with pytest.raises(UnknownZone):
        await switch_on(storage, zone="Europe/Atlantis")
    assert not (await storage.digests.setting(CLUB)).enabled


async def test_a_zone_that_is_gone_stops_nobody_s_digest(storage: Storage, clock: Clock) -> None:
    """The rows came from a machine that knew more zones than this one."""
    elsewhere = in_club(BEN, CLUB - 1)
    for actor in (ANN_IN_CLUB, elsewhere):
        await switch_on(storage, actor)
        await storage.ratings.rate(DUNE, 8, actor)
    lost = sa.update(digest_setting).where(digest_setting.c.chat_id == CLUB).values(zone="Europe/Atlantis")
    await storage.database.write(lambda connection: connection.execute(lost))
    claims = await claim_at(storage, clock, FRIDAY_18)
    setting = await storage.digests.setting(CLUB)

    assert [(each.digest.chat_id, each.digest.zone) for each in sorted(claims, key=lambda each: each.digest.zone)] == [
        (CLUB - 1, "Europe/Berlin"),
        (CLUB, "UTC"),
    ]
    assert (setting.zone, setting.next_run_at) == ("UTC", datetime(2026, 12, 4, 18, 0, tzinfo=UTC))


async def test_a_digest_that_cannot_be_put_into_words_costs_no_other_chat_its_own(
    storage: Storage, clock: Clock
) -> None:
    elsewhere = in_club(BEN, CLUB - 1)
    for actor in (ANN_IN_CLUB, elsewhere):
        await switch_on(storage, actor)
        await storage.ratings.rate(DUNE, 8, actor)
    clock.at = FRIDAY_18
    due = await storage.digests.queue_due(lambda claim: None if claim.digest.chat_id == CLUB else {"text": "x"})

    assert due == (2, [CLUB - 1])
    assert await storage.digests.runs([CLUB, CLUB - 1]) == {CLUB: "failed", CLUB - 1: "claimed"}
    assert await storage.digests.queue_due(lambda _: {"text": "x"}) == (0, [])


async def test_chats_that_are_due_together_have_each_their_own_outcome(storage: Storage, clock: Clock) -> None:
    had_it, late, silent, due = (in_club(BEN, CLUB - number) for number in range(1, 5))
    for actor in (had_it, late, silent, due):
        await switch_on(storage, actor)
    for actor in (had_it, late, due):
        await storage.ratings.rate(HEAT, 8, actor)
    this_week = {"chat_id": had_it.chat_id, "week": "2026-W48", "status": "sent"}
    this_week |= dict.fromkeys(("period_start", "period_end", "claimed_at"), FRIDAY_18)
    await storage.database.write(lambda connection: connection.execute(sa.insert(digest_run), this_week))
    long_ago = sa.update(digest_setting).values(next_run_at=FRIDAY_18 - timedelta(days=9), weekday=2)
    late_one = long_ago.where(digest_setting.c.chat_id == late.chat_id)
    await storage.database.write(lambda connection: connection.execute(late_one))

    (claimed,) = await claim_at(storage, clock, FRIDAY_18)
    chats = [each.chat_id for each in (had_it, late, silent, due)]
    outcomes = await storage.digests.runs(chats)
    assert claimed.digest.chat_id == due.chat_id
    assert [outcomes[each] for each in chats] == ["sent", "missed", "empty", "claimed"]
    assert [(await storage.digests.setting(each)).next_run_at > FRIDAY_18 for each in chats] == [True] * 4


async def test_digest_is_claimed_once_at_its_instant(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)

    assert await claim_at(storage, clock, FRIDAY_18 - timedelta(seconds=1)) == []
    (claim,) = await claim_at(storage, clock, FRIDAY_18)
    assert (claim.digest.chat_id, claim.week, claim.digest.films) == (CLUB, "2026-W48", 1)
    assert await claim_at(storage, clock, FRIDAY_18 + timedelta(minutes=1)) == []


async def test_many_scans_at_once_claim_once(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)
    clock.at = FRIDAY_18
    claims = await asyncio.gather(*(claim(storage) for _ in range(10)))

    assert sum(map(len, claims)) == 1


async def test_two_zones_each_get_their_own_hour_across_dst(storage: Storage, clock: Clock) -> None:
    clock.at = datetime(2026, 10, 21, 12, 0, tzinfo=UTC)
    new_york = -1002
    await switch_on(storage)
    await switch_on(storage, in_club(BEN, new_york), "America/New_York")
    due = []
    while clock.at < datetime(2026, 11, 14, tzinfo=UTC):
        for club, actor in ((CLUB, ANN), (new_york, BEN)):
            await storage.ratings.rate(DUNE, clock.at.day % 9 + 1, in_club(actor, club))
        clock.advance(hours=1)
        due += [(claim.digest.chat_id, clock.at) for claim in await claim(storage)]

    def hours(chat_id: int) -> list[str]:
        return [f"{at:%m-%d %H:%M}" for chat, at in due if chat == chat_id]

    assert hours(CLUB) == ["10-23 16:00", "10-30 17:00", "11-06 17:00", "11-13 17:00"]
    assert hours(new_york) == ["10-23 22:00", "10-30 22:00", "11-06 23:00", "11-13 23:00"]


async def test_a_later_hour_on_the_same_day_gives_no_second_digest(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)
    await claim_at(storage, clock, FRIDAY_18)
    setting = await storage.digests.change(in_club(ANN), minute=20 * 60)

    assert setting.next_run_at == FRIDAY_18 + timedelta(days=7, hours=2)


async def test_an_empty_week_is_skipped(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)

    assert await claim_at(storage, clock, FRIDAY_18) == []
    assert (await storage.digests.setting(CLUB)).next_run_at == FRIDAY_18 + timedelta(days=7)


async def test_imports_do_not_count_as_rated_this_week(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN), Source.IMPORT)

    assert (await storage.digests.week(CLUB)).films == 0


async def test_a_digest_too_late_is_missed_and_the_next_one_comes(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)

    assert await claim_at(storage, clock, FRIDAY_18 + timedelta(hours=25)) == []
    assert (await storage.digests.setting(CLUB)).next_run_at == FRIDAY_18 + timedelta(days=7)


async def test_after_weeks_of_silence_the_present_week_is_posted_on_time(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    clock.at = FRIDAY_18 + timedelta(days=20)
    await rate_dune(storage)
    (claim,) = await claim_at(storage, clock, FRIDAY_18 + timedelta(days=21))

    assert (claim.digest.start, claim.digest.end) == (
        FRIDAY_18 + timedelta(days=14),
        FRIDAY_18 + timedelta(days=21),
    )


async def test_a_chat_that_cannot_be_reached_waits(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)
    await storage.clubs.set_active(CLUB, False, None)

    assert await claim_at(storage, clock, FRIDAY_18) == []


async def test_the_week_names_best_most_rated_and_most_argued(storage: Storage, clock: Clock) -> None:
    for movie_id, ann, ben in ((DUNE, 10, 3), (HEAT, 9, 9), (ALIEN, 8, 7)):
        await storage.ratings.rate(movie_id, ann, in_club(ANN))
        await storage.ratings.rate(movie_id, ben, in_club(BEN))
    digest = await storage.digests.week(CLUB)

    assert (digest.films, digest.people, digest.ratings) == (3, 2, 6)
    assert [line.title for line in digest.best] == ["Heat", "Alien", "Dune"]
    assert digest.most_argued is not None
    assert (digest.most_argued.title, digest.most_argued.spread) == ("Dune", 7)
    assert digest.newcomer is not None
    assert (digest.newcomer[0], digest.newcomer[1].title) == (1, "Heat")


async def test_one_rater_makes_no_best_of_the_week(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 10, in_club(ANN))
    digest = await storage.digests.week(CLUB)

    assert (digest.films, digest.best, digest.most_rated) == (1, (), None)
    assert [line.title for line in digest.others] == ["Dune"]


async def test_a_private_digest_is_about_oneself(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 10, ANN)
    await storage.ratings.rate(HEAT, 2, BEN)
    digest = await storage.digests.week(ANN.chat_id)

    assert [line.title for line in digest.best] == ["Dune"]


async def test_switching_off_says_why(storage: Storage) -> None:
    await switch_on(storage)
    await storage.digests.off(CLUB, "the bot was removed")
    *_, entry = [entry async for entry in storage.audit.export()]

    assert entry.after == {"enabled": False, "reason": "the bot was removed"}
    assert await storage.digests.next_due() is None


async def test_a_sending_without_an_outcome_is_never_repeated(storage: Storage, clock: Clock) -> None:
    await switch_on(storage)
    await rate_dune(storage)
    await claim_at(storage, clock, FRIDAY_18)
    ((message_id, _),) = await storage.outbox.heads()
    await storage.outbox.begin(message_id)
    clock.advance(hours=1)

    assert await storage.outbox.abandoned(at_start=True) == 1
    assert (await claim_at(storage, clock, clock.at), await storage.outbox.heads()) == ([], [])
    assert await storage.digests.unknown() == [(CLUB, "2026-W48")]
