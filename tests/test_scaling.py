"""What docs/scaling.md says of growth: its tables are today's, its figures were measured, its statements work."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage.models import movie
from storage.service import Storage
from tests.benchmarks.load import evening
from tests.benchmarks.scaling import DOC, PARTS, RATING_BYTES, SIZES, Size, shown
from tests.databases import ANN, BEN, DUNE, HEAT

PEOPLE, FILMS = 150, 20
SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_total_relation_size('rating') + pg_total_relation_size('audit_entry')",
}


async def part(storage: Storage) -> None:
    """As the document says."""
    statements = re.findall(r"```sql\n(.*?)```", DOC.read_text(), re.DOTALL)[0]
    driver = await asyncpg.connect(storage.database.url.render_as_string(hide_password=False))
    async with driver.transaction():
        await driver.execute(statements)
    await driver.close()


def test_the_tables_are_those_of_today() -> None:
    document = DOC.read_text()

    assert shown(document) == document
    assert "100,000,000" in document


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.people:,}")
def test_as_many_replicas_as_planned_carry_the_peak(size: Size) -> None:
    found = size.evening()

    assert max(found.replicas, found.database) < 0.9
    assert found.p99_ms < 500


def test_too_few_replicas_are_seen_to_be_too_few() -> None:
    few = evening(PARTS, updates_s=3_000, presses=0.25, replicas=2, cores=16)
    slow = evening(replace(PARTS, rating_s=0.01), updates_s=3_000, presses=0.25, replicas=6, cores=2)

    assert few.replicas > 1
    assert few.p99_ms > 1_000
    assert slow.database > 1


async def test_a_rating_takes_as_much_of_the_disk_as_the_tables_say(storage: Storage) -> None:
    films = [{"id": 1_000 + number, "title": f"Film {number}", "source": "test"} for number in range(FILMS)]
    ids = range(ANN.person_id, ANN.person_id + PEOPLE)
    people = [replace(ANN, person_id=number, chat_id=number) for number in ids]
    storage.database.now = lambda: datetime.now(UTC)  # entries of one instant would share their place in an index
    await storage.database.write(lambda connection: connection.execute(sa.insert(movie), films))
    await asyncio.gather(*(storage.ratings.rate(1_000, 5, person) for person in people))
    query = sa.text(SIZE["sqlite" if storage.database.is_sqlite else "postgresql"])
    before = await storage.database.read(lambda connection: connection.execute(query).scalar_one())
    for film in films[1:]:
        await asyncio.gather(*(storage.ratings.rate(film["id"], 7, person) for person in people))  # type: ignore[arg-type]
    after = await storage.database.read(lambda connection: connection.execute(query).scalar_one())
    said = RATING_BYTES["SQLite" if storage.database.is_sqlite else "PostgreSQL"]

    assert (after - before) / PEOPLE / (FILMS - 1) == pytest.approx(said, rel=0.25)


async def test_ratings_and_trail_can_be_parted_as_written(postgres_storage: Storage) -> None:
    await postgres_storage.ratings.rate(DUNE, 8, ANN)
    await postgres_storage.audit.seal()
    await part(postgres_storage)
    await postgres_storage.ratings.rate(DUNE, 9, ANN)
    await postgres_storage.ratings.rate(HEAT, 7, BEN)
    await postgres_storage.audit.seal()
    verdict = await postgres_storage.audit.verify()
    parts = "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('rating'::regclass, 'audit_entry'::regclass)"
    count = await postgres_storage.database.read(lambda connection: connection.execute(sa.text(parts)).scalar_one())

    assert (verdict.fault, verdict.entries, count) == (None, 3, 18)
    for forbidden in ("DELETE FROM audit_entry", "UPDATE audit_entry SET actor = 1", "TRUNCATE audit_entry_1"):
        with pytest.raises(DBAPIError, match="append-only"):
            await postgres_storage.database.write(lambda connection, text=forbidden: connection.exec_driver_sql(text))


async def test_an_erasure_works_in_parts_too(postgres_storage: Storage) -> None:
    await postgres_storage.ratings.rate(DUNE, 8, ANN)
    await part(postgres_storage)

    assert await postgres_storage.people.erase(ANN) == 1
    assert (await postgres_storage.audit.verify()).fault is None
