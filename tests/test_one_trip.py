"""First ratings on PostgreSQL in one trip: what it must see, what it leaves alone, and what happens when it fails."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from storage import batches, first_ratings, ratings
from storage.errors import MovieNotFound
from storage.models import inbox, score
from storage.service import Storage, StorageSettings
from storage.turns import MEMBERSHIPS, beginning
from storage.values import Actor
from storage.writer import Writer
from tests.databases import ALIEN, AMELIE, CLUB, DUNE, HEAT, in_club

PEOPLE = [Actor(person_id=5000000000 + n, name=f"P{n}", chat_id=5000000000 + n, language="en") for n in range(6)]


@pytest.fixture
async def storage(postgres_storage: Storage) -> Storage:
    """Everybody is known, the first of them in a club too, where they have rated Dune."""
    for who in PEOPLE:
        await postgres_storage.ratings.rate(DUNE, 5, who)
    await postgres_storage.ratings.rate(DUNE, 6, in_club(PEOPLE[0], CLUB))
    return postgres_storage


async def asked(storage: Storage, statement: str) -> Any:
    return await storage.database.read(lambda connection: connection.exec_driver_sql(statement).scalar())


async def club_score(storage: Storage, movie: int) -> Any:
    chosen = sa.select(score.c.count, score.c.total).where(score.c.scope == CLUB, score.c.movie_id == movie)
    return await storage.database.read(lambda connection: connection.execute(chosen).one_or_none())


@asynccontextmanager
async def connection_to(storage: Storage) -> AsyncIterator[asyncpg.Connection]:
    url = storage.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def until_it_waits(storage: Storage, kind: str) -> None:
    waits = f"SELECT count(*) FROM pg_locks WHERE locktype = '{kind}' AND NOT granted"
    async with asyncio.timeout(10):
        while not await asked(storage, waits):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
async def replica(request: pytest.FixtureRequest, storage: Storage, tmp_path: Path) -> AsyncIterator[Storage]:
    """Of a role that would not see what others commit, and does not look for deadlocks; it may be told more."""
    told = storage.database.url.update_query_dict(getattr(request, "param", {}))
    async with connection_to(storage) as other:
        name = await other.fetchval("SELECT quote_ident(current_database())")
        await other.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
        await other.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '60s'")
    url = told.render_as_string(hide_password=False)
    settings = replace(storage.settings, data_dir=tmp_path / "other", url=url)
    opened = await Storage.open(settings, now=storage.now)
    yield opened
    await opened.close()


RATED = f"UPDATE score SET count = 2, total = 11 WHERE scope = {CLUB} AND movie_id = {DUNE}"


@pytest.mark.parametrize(
    ("replica", "film", "counting", "expected"),
    [({}, HEAT, "", (1, 8)), ({}, DUNE, RATED, (2, 14)), ({"prepared": "off"}, HEAT, "", (1, 8))],
    ids=["in one trip", "in four", "behind a pooler"],
    indirect=["replica"],
)
async def test_it_sees_what_was_committed_while_it_waited_for_its_turn(
    storage: Storage, replica: Storage, film: int, counting: str, expected: tuple[int, int]
) -> None:
    who = PEOPLE[1].person_id
    async with connection_to(storage) as other:
        await other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({who})")
        rating = asyncio.create_task(replica.ratings.rate(film, 8, PEOPLE[1]))
        await until_it_waits(storage, "advisory")
        await other.execute(f"INSERT INTO membership VALUES ({who}, {CLUB}, now()); {counting}; COMMIT")
        await rating
    assert await club_score(storage, film) == expected


async def test_a_movie_that_goes_meanwhile_is_not_rated(storage: Storage) -> None:
    async with connection_to(storage) as other:
        await other.execute(f"BEGIN; DELETE FROM movie WHERE id = {HEAT}")
        rating = asyncio.create_task(storage.ratings.rate(HEAT, 8, PEOPLE[1]))
        await until_it_waits(storage, "transactionid")
        await other.execute("COMMIT")
        with pytest.raises(MovieNotFound):
            await rating
    assert await asked(storage, f"SELECT count(*) FROM rating WHERE movie_id = {HEAT}") == 0


async def test_stars_count_in_the_clubs_and_the_card_shows_them(storage: Storage) -> None:
    private, club = await asyncio.gather(
        storage.ratings.rate(HEAT, 8, PEOPLE[0]), storage.ratings.rate(HEAT, 3, PEOPLE[1])
    )
    here = await storage.ratings.rate(ALIEN, 9, in_club(PEOPLE[0], CLUB))

    assert await club_score(storage, HEAT) == (1, 8)
    assert private.card.everyone == club.card.everyone
    assert (private.card.everyone.count, private.card.everyone.total) == (2, 11)  # type: ignore[union-attr]
    assert (here.card.here.count, [voice.stars for voice in here.card.voices]) == (1, [9])  # type: ignore[union-attr]


async def test_every_entry_keeps_to_what_it_commits_to(storage: Storage) -> None:
    await asyncio.gather(*(storage.ratings.rate(HEAT, 1 + n, who) for n, who in enumerate(PEOPLE)))

    assert await asked(storage, f"SELECT count(*) FROM audit_entry WHERE subject = 'movie:{HEAT}'") == len(PEOPLE)
    assert (await storage.audit.verify()).fault is None


async def test_an_update_that_was_applied_changes_nothing_again(storage: Storage) -> None:
    who = replace(PEOPLE[1], update_id=17)
    row = {"update_id": 17, "person_id": who.person_id, "payload": b"{}", "received_at": storage.now()}
    await storage.database.write(lambda connection: connection.execute(sa.insert(inbox), row))
    await storage.ratings.rate(HEAT, 8, who)
    assert await asked(storage, "SELECT applied_at FROM inbox WHERE update_id = 17") is not None
    again = await storage.ratings.rate(ALIEN, 8, who)

    assert (again.before, again.after) == (None, None)
    assert await asked(storage, f"SELECT count(*) FROM rating WHERE movie_id = {ALIEN}") == 0


async def test_nothing_of_the_usual_way_is_needed(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    def set_plain(*_given: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(ratings, "set_plain", set_plain)
    rated = await asyncio.gather(*(storage.ratings.rate(HEAT, 7, who) for who in PEOPLE))

    assert [(each.before, each.after) for each in rated] == [(None, 7)] * len(PEOPLE)


async def test_when_it_fails_all_is_stored_the_usual_way_and_the_log_says_so_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Failed(Exception): ...

    def failing(*_given: Any) -> Any:
        raise Failed

    monkeypatch.setattr(first_ratings, "call", failing)
    rated = await asyncio.gather(*(storage.ratings.rate(HEAT, 7, who) for who in PEOPLE))
    await storage.ratings.rate(ALIEN, 7, PEOPLE[0])

    assert [(each.before, each.after) for each in rated] == [(None, 7)] * len(PEOPLE)
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [Failed]


async def test_no_table_is_held_while_it_waits_for_its_turn(storage: Storage) -> None:
    """Else a seal would stand between it and whom it waits for, and a migration would stand behind it."""
    async with connection_to(storage) as other:
        await other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({PEOPLE[1].person_id})")
        rating = asyncio.create_task(storage.ratings.rate(HEAT, 8, PEOPLE[1]))
        await until_it_waits(storage, "advisory")
        tables = "audit_entry, inbox, rating, score, movie, person"
        await other.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT")
    assert (await rating).after == 8


@pytest.mark.parametrize("turns", [{PEOPLE[1].person_id}, {MEMBERSHIPS}], ids=["a person's", "all memberships"])
async def test_a_seal_does_not_come_between_those_who_wait_for_a_turn(
    storage: Storage, replica: Storage, turns: set[int]
) -> None:
    """All the three would wait for each other, until PostgreSQL looks for that."""
    async with connection_to(storage) as usual:
        await usual.execute(beginning(turns, by_key=False))
        sealing = asyncio.create_task(replica.audit.seal())
        await until_it_waits(storage, "relation")
        rating = asyncio.create_task(replica.ratings.rate(HEAT, 8, PEOPLE[1]))
        await until_it_waits(storage, "advisory")
        await usual.execute("INSERT INTO audit_entry (at, commitment) VALUES (now(), 'x'); COMMIT", timeout=10)
        await asyncio.gather(rating, sealing)


async def test_a_user_who_may_make_no_functions_stores_all_the_usual_way(
    storage: Storage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = storage.database.url.set(username="modest").render_as_string(hide_password=False)
    async with connection_to(storage) as other:
        name = await other.fetchval("SELECT quote_ident(current_database())")
        await other.execute("CREATE ROLE modest LOGIN; GRANT pg_read_all_data, pg_write_all_data TO modest")
        await other.execute(f"REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC")
        try:
            modest = await Storage.open(StorageSettings(data_dir=tmp_path / "other", url=theirs), now=storage.now)
            rated = [await modest.ratings.rate(film, 8, PEOPLE[1]) for film in (HEAT, ALIEN)]
            await modest.database._writer.close()
            rated.append(await modest.ratings.rate(AMELIE, 8, PEOPLE[1]))
            await modest.close()
        finally:
            await other.execute("DROP ROLE modest")

    assert [(each.before, each.after) for each in rated] == [(None, 8)] * 3
    assert caplog.text.count("store_first takes more trips to the database than one: permission denied") == 1


async def test_a_connection_that_could_not_be_told_is_not_kept(
    storage: Storage, replica: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(batches, "BY_KEY", "SELECT 1 / 0")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await replica.ratings.rate(HEAT, 8, PEOPLE[1])
    assert (await replica.ratings.rate(HEAT, 8, PEOPLE[1])).before is None
    assert await replica.database.write(plans, turns=[7]) == "off"


def plans(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql("SHOW enable_seqscan").scalar())


async def test_only_what_takes_turns_is_told_to_go_by_key(storage: Storage) -> None:
    await storage.ratings.rate(HEAT, 7, PEOPLE[0])
    assert await storage.database.write(plans, turns=[7]) == "off"
    assert await storage.database.write(plans) == "on"
    await storage.database._writer.close()
    assert {await storage.database.read(plans) for _ in range(3)} == {"on"}


async def test_no_trip_is_made_for_nobody() -> None:
    trips: list[Any] = []

    async def run(work: Callable[[Any], None], turns: Collection[int] | None) -> None:
        trips.append(turns)
        work(None)

    def do(_connection: sa.Connection, given: Sequence[int], *_turns: Any) -> Sequence[int]:
        return given

    writer = Writer(run, in_one_trip=True)
    jobs = writer.write_together(do, 1, turns=[7]), writer.write_together(do, 2, turns=[7], in_one_trip=do)
    assert await asyncio.gather(*jobs) == [1, 2]
    assert trips == [{7}]


@given(jobs=st.lists(st.tuples(st.sets(st.integers(1, 9), max_size=3), st.booleans()), min_size=1, max_size=40))
def test_whoever_shares_a_turn_with_something_else_keeps_the_order(jobs: list[tuple[set[int], bool]]) -> None:
    ran: list[int] = []

    async def run(work: Callable[[Any], None], _turns: Collection[int] | None) -> None:
        await asyncio.sleep(0)
        work(None)

    def do(_connection: sa.Connection, given: Sequence[int], *_turns: Any) -> Sequence[int]:
        ran.extend(given)
        return given

    def do_even(connection: sa.Connection, given: Sequence[int], *_turns: Any) -> Sequence[int | None]:
        do(connection, [each for each in given if each % 2 == 0])
        return [each if each % 2 == 0 else None for each in given]

    async def write_all() -> list[int]:
        writer = Writer(run, run, in_one_trip=True)
        trips = [do_even if hurries else None for _, hurries in jobs]
        waiting = (writer.write_together(do, n, turns=jobs[n][0], in_one_trip=trip) for n, trip in enumerate(trips))
        return await asyncio.gather(*waiting)

    assert asyncio.run(write_all()) == list(range(len(jobs)))
    assert sorted(ran) == list(range(len(jobs)))
    for number, (turns, hurries) in enumerate(jobs):
        if not hurries:
            later = [each for each in range(number + 1, len(jobs)) if turns & jobs[each][0]]
            assert all(ran.index(number) < ran.index(each) for each in later)
