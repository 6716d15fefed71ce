"""A clock that jumps, forward by weeks or back by days: nothing is lost, nothing comes twice, the trail verifies."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.service import Storage
from tests.databases import ANN, BEN, DUNE, HEAT, Clock, in_club

JUMPS = st.lists(st.integers(-30, 30).map(lambda days: timedelta(days=days, hours=days % 5)), max_size=12)


async def queued(storage: Storage) -> int:
    """Looks for due digests; how many were put into the outbox."""
    _, chats = await storage.digests.queue_due(lambda claim: {"text": claim.week, "keyboard": None})
    return len(chats)


async def test_a_digest_of_a_week_comes_once_however_often_the_clock_passes_its_hour(
    storage: Storage, clock: Clock
) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    setting = await storage.digests.change(in_club(ANN), enabled=True)
    assert setting.next_run_at is not None
    first = setting.next_run_at
    came = []
    for at in (first, first - timedelta(days=3), first, first - timedelta(hours=1), first + timedelta(hours=1)):
        clock.at = at
        came.append(await queued(storage))

    assert came == [1, 0, 0, 0, 0]


async def test_updates_taken_under_a_wrong_clock_are_not_forgotten(storage: Storage, clock: Clock) -> None:
    done, undone = await storage.inbox.take([(1, 7, b"one"), (2, 7, b"two")])
    await storage.inbox.done(done.id)
    clock.advance(days=400)
    await storage.inbox.purge()
    clock.advance(days=-800)
    await storage.inbox.purge()

    assert [item.id for item in await storage.inbox.undone()] == [undone.id]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JUMPS)
async def test_the_trail_verifies_whatever_the_clock_said(
    sqlite_storage: Storage, clock: Clock, jumps: list[timedelta]
) -> None:
    for number, jump in enumerate(jumps):
        clock.at += jump
        who, film = (ANN, BEN)[number % 2], (DUNE, HEAT)[number % 3 % 2]
        await sqlite_storage.ratings.rate(film, 1 + number % 10, in_club(who))
        await sqlite_storage.audit.seal()

    assert (await sqlite_storage.audit.verify()).fault is None
