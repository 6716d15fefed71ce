"""Whatever people do, scores equal a recount, and each effective change leaves one entry: on both databases."""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from storage.models import membership, rating, score
from storage.service import Storage, StorageSettings
from storage.values import Actor
from tests.databases import CLUB, FILMS, Clock, add_films, in_club, new_database

PEOPLE = [Actor(person_id=5000000000 + n, name=f"P{n}", chat_id=5000000000 + n) for n in range(4)]
CLUBS = [CLUB, CLUB - 1]
person = st.sampled_from(PEOPLE)
movie_id = st.sampled_from([film["id"] for film in FILMS])
club = st.sampled_from(CLUBS)


class Ratings(RuleBasedStateMachine):
    """A model of plain dictionaries beside the service; `open_storage` and `loop` are set by the test."""

    loop: asyncio.AbstractEventLoop
    settings_of_run: Any

    def __init__(self) -> None:
        super().__init__()
        self.storage: Storage = self.wait(self.settings_of_run())
        self.ratings: dict[tuple[int, int], int] = {}
        self.members: set[tuple[int, int]] = set()
        self.shown_in: dict[tuple[int, int], int] = {}
        self.entries = 0

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(coroutine)

    def teardown(self) -> None:
        self.wait(self.storage.close())

    @rule(who=person, movie=movie_id, stars=st.integers(1, 10), where=st.none() | club)
    def rate(self, who: Actor, movie: int, stars: int, where: int | None) -> None:
        actor = who if where is None else in_club(who, where)
        rated = self.wait(self.storage.ratings.rate(movie, stars, actor))
        key = who.person_id, movie
        changes = self.ratings.get(key) != stars
        assert rated.changed == changes
        shared = not changes and where is not None and self.shown_in[key] != where
        self.entries += changes or shared
        if where is not None and (changes or shared):
            self.members.add((who.person_id, where))
        if changes or shared:
            self.shown_in[key] = actor.chat_id
        self.ratings[key] = stars

    @rule(who=person, movie=movie_id)
    def remove(self, who: Actor, movie: int) -> None:
        removed = self.wait(self.storage.ratings.remove(movie, who))
        before = self.ratings.pop((who.person_id, movie), None)
        assert removed.before == before
        self.entries += before is not None

    @rule(who=person, where=club)
    def join(self, who: Actor, where: int) -> None:
        joined = self.wait(self.storage.clubs.join(in_club(who, where)))
        assert joined == ((who.person_id, where) not in self.members)
        self.members.add((who.person_id, where))
        self.entries += joined

    @rule(who=person, where=club)
    def leave(self, who: Actor, where: int) -> None:
        left = self.wait(self.storage.clubs.leave(in_club(who, where)))
        assert left == ((who.person_id, where) in self.members)
        self.members.discard((who.person_id, where))
        self.entries += left

    @rule(who=person)
    def erase(self, who: Actor) -> None:
        before = self.wait(_count(self.storage, "person", who.person_id))
        gone = self.wait(self.storage.people.erase(who)) or 0
        assert gone == sum(key[0] == who.person_id for key in self.ratings)
        self.ratings = {key: stars for key, stars in self.ratings.items() if key[0] != who.person_id}
        self.members = {pair for pair in self.members if pair[0] != who.person_id}
        self.entries += before

    @invariant()
    def stored_ratings_and_entries_are_the_models(self) -> None:
        stored, scores, members, entries = self.wait(_snapshot(self.storage))
        assert stored == self.ratings
        assert members == self.members
        assert scores == _recount(self.ratings, self.members)
        assert entries == self.entries


def _recount(ratings: dict[tuple[int, int], int], members: set[tuple[int, int]]) -> dict[Any, Any]:
    counted: dict[tuple[int, int], tuple[int, int]] = {}
    for (who, movie), stars in ratings.items():
        for scope in (0, *(chat for member, chat in members if member == who)):
            count, total = counted.get((scope, movie), (0, 0))
            counted[scope, movie] = (count + 1, total + stars)
    prior = {True: 10, False: 3}
    return {
        key: (count, total, (total + prior[key[0] == 0] * 7.0) / (count + prior[key[0] == 0]))
        for key, (count, total) in counted.items()
    }


async def _count(storage: Storage, table: str, key: int) -> int:
    query = sa.text(f"SELECT count(*) FROM {table} WHERE id = {key}")
    return await storage.database.read(lambda connection: connection.execute(query).scalar_one())


async def _snapshot(storage: Storage) -> tuple[Any, ...]:
    def read(connection: sa.Connection) -> tuple[Any, ...]:
        ratings = {(row.person_id, row.movie_id): row.stars for row in connection.execute(sa.select(rating))}
        scores = {
            (row.scope, row.movie_id): (row[2], row.total, row.weighted) for row in connection.execute(sa.select(score))
        }
        members = {(row.person_id, row.chat_id) for row in connection.execute(sa.select(membership))}
        entries = connection.exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one()
        return ratings, scores, members, entries

    return await storage.database.read(read)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_scores_equal_a_recount_whatever_people_do(
    kind: str, request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    server = request.getfixturevalue("postgres") if kind == "postgres" else None
    template = request.getfixturevalue("migrated_template") if server else ""
    runs = iter(range(10_000))

    async def open_storage() -> Storage:
        url = await new_database(server, template) if server else ""
        storage = await Storage.open(StorageSettings(data_dir=tmp_path / str(next(runs)), url=url), now=Clock())
        await add_films(storage)
        return storage

    machine = type(kind, (Ratings,), {"loop": loop, "settings_of_run": staticmethod(open_storage)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
