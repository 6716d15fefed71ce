"""Ratings that somebody changed past the program: `audit verify` finds that the trail does not tell of them."""

import pytest
import sqlalchemy as sa

from storage import witnessed
from storage.models import rating
from storage.service import Storage
from storage.values import Brought, Recognised
from tests.databases import ALIEN, ANN, BEN, DUNE, HEAT, NOON, in_club


async def lived(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 9, ANN)
    await storage.ratings.rate(DUNE, 9, in_club(ANN, -1001000000002))  # shared, which changes no stars
    await storage.ratings.rate(HEAT, 7, BEN)
    await storage.ratings.remove(HEAT, BEN)
    await storage.imports.store(BEN, [Recognised(ALIEN, Brought(stars=6))])
    await storage.audit.seal()


async def run(storage: Storage, statement: sa.Executable) -> None:
    await storage.database.write(lambda connection: connection.execute(statement))


async def test_what_people_did_is_what_the_trail_tells(storage: Storage) -> None:
    await lived(storage)
    assert (await storage.audit.verify()).fault is None
    await storage.people.erase(ANN)

    assert (await storage.audit.verify()).fault is None


ANNS = (rating.c.person_id == ANN.person_id) & (rating.c.movie_id == DUNE)
FORGED = {"stars": 10, "chat_id": 1, "source": "button", "created_at": NOON, "rated_at": NOON}


def told(movie_id: int, person_id: int, is_now: str, was: str) -> str:
    return f"movie {movie_id} by person {person_id} is {is_now}, and its entry says {was}:"


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (sa.update(rating).where(ANNS).values(stars=1), told(DUNE, ANN.person_id, "1 of 10", "9 of 10")),
        (sa.delete(rating).where(ANNS), told(DUNE, ANN.person_id, "none", "9 of 10")),
        (
            sa.insert(rating).values(person_id=BEN.person_id, movie_id=HEAT, **FORGED),
            told(HEAT, BEN.person_id, "10 of 10", "none"),
        ),
        (
            sa.insert(rating).values(person_id=ANN.person_id, movie_id=ALIEN, **FORGED),
            told(ALIEN, ANN.person_id, "10 of 10", "none"),
        ),
    ],
    ids=["changed", "removed", "brought back", "made up"],
)
async def test_what_was_changed_past_the_program_is_found(
    storage: Storage, tampering: sa.Executable, fault: str
) -> None:
    await lived(storage)
    await run(storage, tampering)
    found = await storage.audit.verify()

    assert found.fault is not None
    assert fault in found.fault
    assert not found.unanchored


async def test_an_entry_that_was_removed_before_it_was_sealed_is_missed(storage: Storage) -> None:
    await lived(storage)
    for stars in (3, 4, 5):
        await storage.ratings.rate(HEAT, stars, ANN)
    removed = sa.text("DELETE FROM audit_entry WHERE id = (SELECT max(id) - 1 FROM audit_entry)")
    await storage.database.on_writing_connection(lambda connection: without_triggers(connection, removed))
    found = await storage.audit.verify()

    assert found.fault == "an entry is missing: those that are there do not add up to the ratings"


def without_triggers(connection: sa.Connection, statement: sa.Executable) -> None:
    """As somebody would who owns the database."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
    else:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.execute(statement)


async def test_many_ratings_are_added_up_in_pages(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witnessed, "PAGE", 2)
    for who in (ANN, BEN):
        await storage.imports.store(who, [Recognised(film, Brought(stars=film)) for film in (DUNE, HEAT, ALIEN)])
    assert (await storage.audit.verify()).fault is None
    await run(storage, sa.delete(rating).where(rating.c.person_id == BEN.person_id, rating.c.movie_id == ALIEN))

    assert (await storage.audit.verify()).fault is not None
