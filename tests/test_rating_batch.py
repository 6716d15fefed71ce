"""Stars of many people at once: a handful of statements, and the same tables as one after the other."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from storage import rating_batch, ratings, steps
from storage.errors import MovieNotFound
from storage.models import audit_entry, chat, membership, person, rating, score
from storage.service import Storage, StorageSettings
from storage.values import Actor, Rated
from tests.databases import CLUB, DUNE, FILMS, HEAT, Clock, add_films, in_club

PEOPLE = [Actor(person_id=5000000000 + n, name=f"P{n}", chat_id=5000000000 + n, language="en") for n in range(6)]
MOVIES = [film["id"] for film in FILMS[:3]]
NOWHERE = 999


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Storage]:
    """A second service, empty, for what one after the other comes to."""
    opened = await Storage.open(StorageSettings(data_dir=tmp_path / "other"), now=Clock())
    await add_films(opened)
    yield opened
    await opened.close()


def some_changes(dice: random.Random, count: int) -> list[tuple[int, int | None, Actor]]:
    """Film, stars or none, and who and where: some in clubs, some renamed, some of a film that there is not."""
    changes = []
    for _ in range(count):
        who = dice.choice(PEOPLE)
        who = replace(who, name=dice.choice([who.name] * 9 + ["New"]))
        where = dice.choice([None, None, CLUB, CLUB - 1])
        movie = dice.choice([*MOVIES] * 6 + [NOWHERE])
        stars = dice.choice([*range(1, 11), None])
        changes.append((movie, stars, who if where is None else in_club(who, where)))
    return changes


async def change(storage: Storage, movie: int, stars: int | None, actor: Actor) -> tuple[Any, ...] | str:
    try:
        rated = await (storage.ratings.rate(movie, stars, actor) if stars else storage.ratings.remove(movie, actor))
    except MovieNotFound as error:
        return type(error).__name__
    return rated.before, rated.after, rated.card.my_stars, rated.card.movie.title


async def tables(storage: Storage) -> list[list[tuple[Any, ...]]]:
    """All that the changes left; the trail as each person's own, in order."""
    trail = ("actor", "chat_id", "action", "subject", "before", "after", "at")
    entries = sa.select(*(audit_entry.c[name] for name in trail)).order_by(audit_entry.c.actor, audit_entry.c.id)
    rated = sa.select(*(rating.c[name] for name in ("person_id", "movie_id", "stars", "chat_id", "source")))
    queries = [entries, rated.order_by(*rated.selected_columns)]
    queries += [sa.select(table).order_by(*table.primary_key) for table in (score, membership, person, chat)]

    def read(connection: sa.Connection) -> list[list[tuple[Any, ...]]]:
        return [[tuple(row) for row in connection.execute(query)] for query in queries]

    return await storage.database.read(read)


@pytest.mark.parametrize("seed", range(4))
async def test_all_at_once_is_the_same_as_one_after_the_other(
    storage: Storage, other: Storage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = [some_changes(random.Random(f"{seed} {n}"), 40) for n in range(4)]

    together = [await asyncio.gather(*(change(storage, *each) for each in changes)) for changes in rounds]
    monkeypatch.setattr(ratings, "set_plain", lambda *_args: {})
    singly = [[await change(other, *each) for each in changes] for changes in rounds]

    assert together == singly
    assert await tables(storage) == await tables(other)


async def test_stars_of_many_people_take_no_more_statements_than_those_of_one(
    sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def noting(connection: sa.Connection, step: steps.Step) -> Any:
        ran.append(step.name)
        return in_turn(connection, step)

    for who in PEOPLE:
        await sqlite_storage.ratings.rate(DUNE, 5, who)
    in_turn = steps._in_turn
    monkeypatch.setattr(steps, "_in_turn", noting)
    await sqlite_storage.ratings.rate(HEAT, 7, PEOPLE[0])
    one, ran[:] = list(ran), []
    await asyncio.gather(*(sqlite_storage.ratings.rate(HEAT, 7, who) for who in PEOPLE[1:]))

    assert ran == one == ["facts", "rated", "started", "entry"]


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How each trip to PostgreSQL begins."""
    trips: list[str] = []

    def noting(name: str) -> Any:
        asked = getattr(asyncpg.Connection, name)

        async def ask(self: Any, query: str, *values: Any, **options: Any) -> Any:
            trips.append(f"{name} {query.removeprefix('SELECT * FROM ').split('(')[0].split()[0]}")
            return await asked(self, query, *values, **options)

        return ask

    for name in ("fetch", "execute"):
        monkeypatch.setattr(asyncpg.Connection, name, noting(name))
    return trips


async def test_first_stars_of_many_people_cost_one_trip_to_postgresql_and_changed_ones_four_more(
    postgres_storage: Storage, trips: list[str]
) -> None:
    for who in PEOPLE:
        await postgres_storage.ratings.rate(DUNE, 5, who)
    usual = ["execute BEGIN", "fetch SELECT", "fetch WITH", "execute COMMIT"]
    one = "fetch pg_temp.store_first"
    for stars, cost in ((7, [one]), (8, [one, *usual])):
        trips.clear()
        await asyncio.gather(*(postgres_storage.ratings.rate(HEAT, stars, who) for who in PEOPLE))
        begun = trips.index(one)  # another connection may have been opened before
        assert trips[begun:] == cost


async def test_one_change_that_breaks_the_batch_takes_no_other_with_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in PEOPLE:
        await storage.ratings.rate(DUNE, 5, who)

    def breaks_at_ten(connection: sa.Connection, ranking: Any, changes: Any) -> dict[int, Rated]:
        if any(each.stars == 10 for each in changes):
            raise ZeroDivisionError
        return rating_batch.set_plain(connection, ranking, changes)

    monkeypatch.setattr(ratings, "set_plain", breaks_at_ten)
    rates = [storage.ratings.rate(DUNE, 10 if n == 3 else 6, who) for n, who in enumerate(PEOPLE)]
    done = await asyncio.gather(*rates, return_exceptions=True)

    assert [isinstance(each, ZeroDivisionError) for each in done] == [n == 3 for n in range(len(PEOPLE))]
    stars = sa.select(rating.c.stars).where(rating.c.movie_id == DUNE).order_by(rating.c.person_id)
    stored = await storage.database.read(lambda connection: connection.execute(stars).scalars().all())
    assert stored == [5 if n == 3 else 6 for n in range(len(PEOPLE))]


async def test_two_replicas_at_the_same_movies_never_wait_for_each_other(
    postgres_storage: Storage, tmp_path: Path
) -> None:
    settings = replace(postgres_storage.settings, data_dir=tmp_path / "second")
    second = await Storage.open(settings, now=Clock())
    both = postgres_storage, second

    async def stream(number: int) -> None:
        dice, who = (
            random.Random(number),
            replace(PEOPLE[0], person_id=5000001000 + number, chat_id=5000001000 + number),
        )
        for _ in range(15):
            await both[number % 2].ratings.rate(dice.choice(MOVIES), dice.randint(1, 10), who)

    await asyncio.gather(*map(stream, range(60)))
    counted = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    flush = sa.text("SELECT pg_stat_force_next_flush()")
    for storage in (postgres_storage, second):
        await storage.database.read(lambda connection: connection.execute(flush).all())
    waited = await postgres_storage.database.read(lambda connection: connection.execute(counted).scalar_one())
    await second.close()

    assert waited == 0
