"""Shared commits: durable before anyone hears of it, one failure undoes only itself, clashes run again."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage import audit, batches, steps
from storage.engine import driver_of
from storage.errors import DatabaseUnavailable
from storage.models import bot_state
from storage.service import Storage
from tests.databases import ANN, in_club


def put(key: str) -> Any:
    return lambda connection: connection.execute(sa.insert(bot_state).values(key=key, value="x"))


async def keys(storage: Storage) -> set[str]:
    query = sa.select(bot_state.c.key).where(bot_state.c.value == "x")
    return set(await storage.database.read(lambda connection: connection.execute(query).scalars().all()))


async def test_writes_at_once_share_commits(sqlite_storage: Storage) -> None:
    commits: list[object] = []
    sa.event.listen(sqlite_storage.database._writing.engine, "commit", commits.append)
    await asyncio.gather(*(sqlite_storage.database.write(put(str(n))) for n in range(100)))

    assert len(await keys(sqlite_storage)) == 100
    assert len(commits) <= 3


async def test_a_failure_in_the_middle_undoes_only_itself(storage: Storage) -> None:
    def half_done(connection: sa.Connection) -> None:
        put("half")(connection)
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        storage.database.write(put("a")),
        storage.database.write(half_done),
        storage.database.write(put("a")),  # the key is taken
        storage.database.write(put("b")),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes[1:3]] == [ZeroDivisionError, IntegrityError]
    assert await keys(storage) == {"a", "b"}


async def test_what_broke_the_connection_beside_the_batches_breaks_no_batch(sqlite_storage: Storage) -> None:
    def broken(connection: sa.Connection) -> None:
        driver_of(connection).close()

    await sqlite_storage.database.write(put("a"))
    with pytest.raises(Exception, match="closed"):
        await sqlite_storage.database.on_writing_connection(broken)
    await sqlite_storage.database.write(put("b"))

    assert await keys(sqlite_storage) == {"a", "b"}


async def test_a_cancelled_caller_leaves_its_write_standing(storage: Storage) -> None:
    waiting = asyncio.create_task(storage.database.write(put("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    await storage.database.write(put("b"))
    await storage.database._writer.drain()

    assert await keys(storage) == {"a", "b"}


async def test_replicas_that_deadlock_run_again(postgres_storage: Storage, postgres: str) -> None:
    other = await Storage.open(postgres_storage.settings, now=postgres_storage.now)
    await postgres_storage.database.write(lambda connection: (put("a")(connection), put("b")(connection)))

    def touch(first: str, second: str) -> Any:
        def work(connection: sa.Connection) -> None:
            for key in (first, second):
                connection.execute(sa.update(bot_state).where(bot_state.c.key == key).values(value="x"))
                connection.execute(sa.select(sa.func.pg_sleep(0.2)))

        return work

    await asyncio.gather(postgres_storage.database.write(touch("a", "b")), other.database.write(touch("b", "a")))
    await other.close()
    assert await keys(postgres_storage) == {"a", "b"}


async def test_a_full_disk_fails_everyone_and_halves_nothing(sqlite_storage: Storage) -> None:
    database = sqlite_storage.database

    def fill(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")

    def large(connection: sa.Connection) -> None:
        for n in range(50):
            connection.execute(sa.insert(bot_state).values(key=f"large{n}", value="y" * 4000))

    await database.write(fill)
    outcomes = await asyncio.gather(
        database.write(put("before")), database.write(large), database.write(put("after")),
        return_exceptions=True,
    )  # fmt: skip
    stored = await keys(sqlite_storage)

    assert isinstance(outcomes[1], DatabaseUnavailable)
    for key, outcome in (("before", outcomes[0]), ("after", outcomes[2])):
        assert (key in stored) == (not isinstance(outcome, Exception))


async def test_it_recovers_when_the_disk_has_room_again(sqlite_storage: Storage) -> None:
    database = sqlite_storage.database
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=10"))
    with pytest.raises(DatabaseUnavailable, match="full"):
        await database.write(lambda c: c.execute(sa.insert(bot_state).values(key="a", value="y" * 4_000_000)))
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000"))
    await database.write(put("b"))

    assert await keys(sqlite_storage) == {"b"}


async def test_a_write_that_the_database_refuses_names_the_cause(sqlite_storage: Storage) -> None:
    with pytest.raises(DatabaseUnavailable, match="no such table"):
        await sqlite_storage.database.write(lambda c: c.exec_driver_sql("INSERT INTO nowhere VALUES (1)"))


def noted(ran: list[int]) -> Any:
    """Work on many jobs at once that notes how many came together."""

    def together(_connection: sa.Connection, jobs: Sequence[int]) -> Sequence[int]:
        ran.append(len(jobs))
        return jobs

    return together


async def test_what_rides_waits_for_company_but_not_for_ever(sqlite_storage: Storage) -> None:
    ran: list[int] = []
    work = noted(ran)
    first = sqlite_storage.database.write_together(work, 1, rides=True)
    second = sqlite_storage.database.write_together(work, 2)

    assert await asyncio.gather(first, second) == [1, 2]
    assert ran == [2]
    assert await sqlite_storage.database.write_together(work, 3, rides=True) == 3


async def test_what_rides_is_written_before_the_end(sqlite_storage: Storage) -> None:
    riding = asyncio.ensure_future(sqlite_storage.database.write_together(noted([]), 1, rides=True))
    await sqlite_storage.database._writer.drain()

    assert riding.done()


async def test_a_connection_that_is_cut_in_a_batch_is_noticed_and_not_used_again(postgres_storage: Storage) -> None:
    def cut(connection: sa.Connection) -> None:
        put("lost")(connection)
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable):
        await postgres_storage.database.write(cut)
    await postgres_storage.database.write(put("kept"))

    assert await keys(postgres_storage) == {"kept"}


async def test_what_a_batch_told_postgresql_of_its_plans_ends_with_it(postgres_storage: Storage) -> None:
    def plans(connection: sa.Connection) -> tuple[str, ...]:
        shown = ("enable_seqscan", "enable_hashjoin", "jit")
        return tuple(connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in shown)

    before = await postgres_storage.database.write(plans)
    with_turns = await postgres_storage.database.write(plans, turns=[1])
    after = await asyncio.gather(*(postgres_storage.database.write(plans) for _ in range(3)))

    assert with_turns == ("off", "off", "off")
    assert before not in {with_turns}
    assert set(after) == {before}


async def test_who_takes_the_same_turn_waits_until_it_is_over(postgres_storage: Storage) -> None:
    other = await Storage.open(postgres_storage.settings, now=postgres_storage.now)
    order: list[str] = []

    def slow(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        order.append("first")

    first = asyncio.create_task(postgres_storage.database.write(slow, turns=[7, 8]))
    await asyncio.sleep(0.1)
    await other.database.write(lambda _connection: order.append("second"), turns=[8, 9])
    await first
    await other.close()

    assert order == ["first", "second"]


async def test_a_connection_that_was_cut_while_it_rested_is_noticed_before_it_is_used(
    postgres_storage: Storage, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await postgres_storage.database.write(put("before"))
    database = postgres_storage.database.engine.url.database
    other = await asyncpg.connect(postgres)
    await other.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", database)
    await other.close()
    monkeypatch.setattr(batches, "IDLE_S", 0.0)
    await postgres_storage.database.write(put("after"))

    assert await keys(postgres_storage) == {"before", "after"}


async def test_a_row_that_postgresql_refuses_is_in_no_error(postgres_storage: Storage) -> None:
    def secretly(connection: sa.Connection) -> None:
        entry = audit.entry_of(audit.AuditAction.MOVIE_ADD, ANN, at=None, after={"title": "SECRET"})
        steps.run(connection, *audit.recording("postgresql", [entry]))

    outcomes = await asyncio.gather(
        *(postgres_storage.database.write(secretly) for _ in range(2)), return_exceptions=True
    )

    assert all(isinstance(each, asyncpg.NotNullViolationError) for each in outcomes)
    assert "SECRET" not in "".join(map(str, outcomes))


@pytest.mark.parametrize("doing", ["join", "leave"])
async def test_nobody_joins_or_leaves_a_club_while_stars_of_theirs_are_stored_elsewhere(
    postgres_storage: Storage, doing: str
) -> None:
    other = await Storage.open(postgres_storage.settings, now=postgres_storage.now)
    stored: list[str] = []

    def slow(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        stored.append("stars")

    elsewhere = asyncio.create_task(postgres_storage.database.write(slow, turns=[ANN.person_id]))
    await asyncio.sleep(0.1)
    await getattr(other.clubs, doing)(in_club(ANN))
    in_time = list(stored)
    await elsewhere
    await other.close()

    assert in_time == ["stars"]
