"""Replicas on one PostgreSQL: who lives, whose work is whose, and that one person's updates keep their order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from bot.pacer import ALL, Pacer
from storage.models import replica
from storage.replicas import LEASE
from storage.service import Storage, StorageSettings
from storage.values import InboxItem, NewFilm
from tests.databases import ANN, BEN, CLUB, DUNE, Clock, in_club


@pytest.fixture
async def other(postgres_storage: Storage, tmp_path: Path, clock: Clock) -> AsyncIterator[Storage]:
    """Another process on the same database."""
    url = postgres_storage.database.url.render_as_string(hide_password=False)
    opened = await Storage.open(StorageSettings(data_dir=tmp_path / "other", url=url), now=clock)
    yield opened
    await opened.close()


async def take(storage: Storage, *numbers: int, person: int = 7) -> list[InboxItem]:
    return await storage.inbox.take([(number, person, b"{}") for number in numbers], storage.replicas.id)


async def claimed(storage: Storage) -> list[int]:
    return [item.update_id for item in await storage.inbox.claim(storage.replicas.id)]


async def die(storage: Storage) -> None:
    """Its last sign of life was long ago."""
    ago = sa.update(replica).where(replica.c.id == storage.replicas.id).values(seen_at=sa.func.now() - 2 * LEASE)
    await storage.database.write(lambda connection: connection.execute(ago))


async def test_replicas_count_each_other(postgres_storage: Storage, other: Storage) -> None:
    assert [await postgres_storage.replicas.beat(), await other.replicas.beat()] == [1, 2]
    assert await postgres_storage.replicas.beat() == 2
    await die(other)
    assert await postgres_storage.replicas.beat() == 1
    assert await other.replicas.beat() == 2


async def test_what_a_living_replica_works_on_is_nobody_elses(postgres_storage: Storage, other: Storage) -> None:
    for each in (postgres_storage, other):
        await each.replicas.beat()
    await take(postgres_storage, 1, 2)

    assert await claimed(other) == []
    assert await claimed(postgres_storage) == []


async def test_a_dead_replicas_work_is_taken_over_once(postgres_storage: Storage, other: Storage) -> None:
    await postgres_storage.replicas.beat()
    await take(postgres_storage, 1, 2)
    await die(postgres_storage)
    await other.replicas.beat()
    taken = await other.inbox.claim(other.replicas.id)

    assert [(item.update_id, item.begun) for item in taken] == [(1, True), (2, True)]
    assert await claimed(other) == []


async def test_what_is_taken_knows_whether_another_replica_is_at_work_for_the_same_person(
    postgres_storage: Storage, other: Storage
) -> None:
    await take(postgres_storage, 1)
    (own,) = await take(postgres_storage, 2)
    (behind,) = await take(other, 3)
    (anothers,) = await take(other, 4, person=8)

    assert [item.behind for item in (own, behind, anothers)] == [False, True, False]
    assert not await other.inbox.is_next(behind)


async def test_after_the_database_was_away_nobody_is_taken_for_dead_before_all_could_show_that_they_live(
    postgres_storage: Storage, other: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("storage.replicas.monotonic", lambda: now[0])

    async def sees(*beats: float) -> list[bool]:
        seen = []
        for now[0] in beats:
            await other.replicas.beat()
            seen.append(other.replicas.sees_the_dead)
        return seen

    assert not other.replicas.sees_the_dead
    assert await sees(100, 105, 110, 115) == [False, False, False, True]
    now[0] = 140  # since 115 it could write nothing
    assert not other.replicas.sees_the_dead
    assert await sees(141, 146, 151, 156) == [False, False, False, True]


async def test_what_dead_replicas_had_is_left_to_who_sees_them(postgres_storage: Storage, other: Storage) -> None:
    for each in (postgres_storage, other):
        await each.replicas.beat()
    await take(postgres_storage, 1)
    await postgres_storage.inbox.take([(2, 8, b"{}")])
    await die(postgres_storage)

    assert [item.update_id for item in await other.inbox.claim(other.replicas.id, of_dead=False)] == [2]
    assert await claimed(other) == [1]


async def test_who_leaves_in_order_is_taken_over_at_once(postgres_storage: Storage, other: Storage) -> None:
    for each in (postgres_storage, other):
        await each.replicas.beat()
    await take(postgres_storage, 1)
    await postgres_storage.replicas.leave()

    assert await claimed(other) == [1]
    assert await other.replicas.beat() == 1


async def test_many_at_once_never_claim_the_same(postgres_storage: Storage, other: Storage) -> None:
    for each in (postgres_storage, other):
        await each.replicas.beat()
    await postgres_storage.inbox.take([(number, number, b"{}") for number in range(1, 200)])
    first, second = await asyncio.gather(claimed(postgres_storage), claimed(other))

    assert sorted(first + second) == list(range(1, 200))


async def test_a_persons_next_update_waits_for_the_one_before_wherever_that_is(
    postgres_storage: Storage, other: Storage
) -> None:
    (first,) = await take(postgres_storage, 1)
    (second,) = await take(other, 2)
    (stranger,) = await take(other, 3, person=8)

    assert [await other.inbox.is_next(item) for item in (first, second, stranger)] == [True, False, True]
    await postgres_storage.inbox.done(first.id)
    assert await other.inbox.is_next(second)


async def test_one_process_alone_takes_up_what_was_left(sqlite_storage: Storage) -> None:
    assert await sqlite_storage.replicas.beat() == 1
    await sqlite_storage.inbox.take([(1, 7, b"{}")], owner=12345)
    await take(sqlite_storage, 2)

    assert await claimed(sqlite_storage) == [1]
    await sqlite_storage.replicas.leave()


@pytest.mark.parametrize("replicas", [1, 2, 3, 100])
def test_what_telegram_allows_is_shared(replicas: int) -> None:
    now = [100.0]
    pacer = Pacer(lambda: now[0])
    pacer.share(replicas)
    started = 0
    while pacer.wait_all_s() <= 0 and started < 100:
        pacer.end(pacer.begin(started + 1))
        started += 1

    assert started == max(1, ALL // replicas)


@asynccontextmanager
async def held_up(storage: Storage, lock: str) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """While `lock` is held nobody gets on; what it yields waits until so many are held up, and lets them go."""
    url = storage.database.url.render_as_string(hide_password=False)
    holding, looking = await asyncpg.connect(url), await asyncpg.connect(url)
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"

    async def let_go(count: int) -> None:
        async with asyncio.timeout(10):
            while await looking.fetchval(waiting) < count:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
        await holding.execute("COMMIT")

    try:
        await holding.execute(f"BEGIN; {lock}")
        yield let_go
    finally:
        await holding.close()
        await looking.close()


async def test_films_that_two_replicas_add_at_once_get_numbers_of_their_own(
    postgres_storage: Storage, other: Storage
) -> None:
    async with held_up(postgres_storage, "LOCK TABLE movie IN SHARE MODE") as let_go:
        adding = asyncio.gather(
            postgres_storage.catalogue.add(NewFilm(title="Home Video", year=2021)),
            other.catalogue.add(NewFilm(title="Urlaub", year=2022)),
        )
        await let_go(2)

    assert len(set(await adding)) == 2


async def test_a_film_that_two_replicas_take_up_at_once_is_there_once(
    postgres_storage: Storage, other: Storage
) -> None:
    film = NewFilm(title="The Godfather", year=1972, tmdb_id=238)
    async with held_up(postgres_storage, "LOCK TABLE movie IN SHARE MODE") as let_go:
        adding = asyncio.gather(*(each.catalogue.take_up([film], "tmdb") for each in (postgres_storage, other)))
        await let_go(2)

    assert sorted(await adding) == [0, 1]


async def test_what_two_admins_change_at_once_is_both_kept(postgres_storage: Storage, other: Storage) -> None:
    await postgres_storage.digests.change(in_club(ANN), enabled=True)
    async with held_up(postgres_storage, "LOCK TABLE audit_entry IN SHARE MODE") as let_go:
        changing = asyncio.gather(
            postgres_storage.digests.change(in_club(ANN), weekday=1), other.digests.change(in_club(BEN), minute=600)
        )
        await let_go(2)
        await changing
    setting = await other.digests.setting(CLUB)

    assert (setting.weekday, setting.minute) == (1, 600)


async def test_replicas_that_start_at_once_with_other_priors_recount_one_after_the_other(
    postgres_storage: Storage,
) -> None:
    await postgres_storage.ratings.rate(DUNE, 8, ANN)
    changed = replace(postgres_storage.settings, everyone_prior=20)
    async with held_up(postgres_storage, "LOCK TABLE rating IN ACCESS EXCLUSIVE MODE") as let_go:
        starting = asyncio.gather(*(Storage.open(changed, now=postgres_storage.now) for _ in range(2)))
        await let_go(2)
        opened = await starting
    card = await opened[0].movies.card(DUNE, ANN)
    for each in opened:
        await each.close()

    assert card.everyone is not None
    assert card.everyone.weighted == (8 + 20 * 7.0) / 21
