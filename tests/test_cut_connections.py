"""PostgreSQL cuts every connection ten times a second while two replicas store: nothing is lost or done by halves."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage import scores
from storage.errors import DatabaseUnavailable
from storage.models import rating, score
from storage.service import Storage
from storage.values import Actor
from tests.databases import CLUB, FILMS, Clock, in_club

PEOPLE = [Actor(person_id=5000000000 + n, name=f"P{n}", chat_id=5000000000 + n, language="en") for n in range(24)]
Wanted = dict[tuple[int, int], int | None]


async def cut_all(server: str, database: str | None, cuts: int) -> int:
    """How many were cut."""
    cut = 0
    connection = await asyncpg.connect(server)
    theirs = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    for _ in range(cuts):
        await asyncio.sleep(0.1)
        cut += len(await connection.fetch(theirs, database))
    await connection.close()
    return cut


async def change_until_stored(storage: Storage, movie: int, stars: int | None, actor: Actor) -> None:
    """As the intake does with an update."""
    while True:
        try:
            await (storage.ratings.rate(movie, stars, actor) if stars else storage.ratings.remove(movie, actor))
        except DatabaseUnavailable:
            await asyncio.sleep(0.03)
        else:
            return


async def changes_of(who: Actor, replicas: list[Storage], wanted: Wanted) -> None:
    dice = random.Random(who.person_id)
    for _ in range(25):
        movie, stars = dice.choice(FILMS)["id"], dice.choice([*range(1, 11), None])
        actor = in_club(who, CLUB - dice.randrange(2)) if dice.random() < 0.4 else who
        await change_until_stored(dice.choice(replicas), movie, stars, actor)
        wanted[who.person_id, movie] = stars


async def all_of(storage: Storage, query: sa.Select[tuple[int, ...]]) -> list[tuple[int, ...]]:
    return await storage.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def test_nothing_is_lost_or_done_by_halves_while_connections_are_cut(
    postgres_storage: Storage, postgres: str, tmp_path: Path
) -> None:
    second = await Storage.open(replace(postgres_storage.settings, data_dir=tmp_path / "second"), now=Clock())
    wanted: Wanted = {}
    database = make_url(postgres_storage.settings.url).database
    cutting = asyncio.create_task(cut_all(postgres, database, cuts=20))
    await asyncio.gather(*(changes_of(who, [postgres_storage, second], wanted) for who in PEOPLE))
    cut = await cutting
    await second.close()
    fresh = await Storage.open(replace(postgres_storage.settings, data_dir=tmp_path / "third"), now=Clock())
    stored = await all_of(fresh, sa.select(rating.c.person_id, rating.c.movie_id, rating.c.stars))
    kept = await all_of(fresh, sa.select(score).order_by(score.c.scope, score.c.movie_id))
    await fresh.database.write(lambda connection: scores.rebuild(connection, fresh.settings.ranking))
    counted = await all_of(fresh, sa.select(score).order_by(score.c.scope, score.c.movie_id))
    await fresh.close()

    assert cut > 20
    assert {row[:2]: row[2] for row in stored} == {key: stars for key, stars in wanted.items() if stars}
    assert kept == counted
