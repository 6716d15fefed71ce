"""Reading: side by side, never changing anything, and in one hop on SQLite."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.engine import READERS
from storage.errors import DatabaseUnavailable
from storage.models import movie
from storage.service import Storage, StorageSettings
from tests.databases import DUNE, FILMS, Clock

TITLES = sa.select(movie.c.title).where(movie.c.id == DUNE)


async def test_questions_asked_at_once_are_read_side_by_side(sqlite_storage: Storage) -> None:
    together = threading.Barrier(READERS, timeout=10)

    def meet_the_others(connection: sa.Connection) -> str:
        together.wait()
        return connection.execute(TITLES).scalar_one()

    assert await asyncio.gather(*(sqlite_storage.database.read(meet_the_others) for _ in range(READERS))) == (
        ["Dune"] * READERS
    )


async def test_all_statements_of_a_question_are_one_hop(sqlite_storage: Storage) -> None:
    threads: list[str] = []

    def ask_three_times(connection: sa.Connection) -> None:
        for _ in range(3):
            connection.execute(TITLES).all()
            threads.append(threading.current_thread().name)

    await sqlite_storage.database.read(ask_three_times)

    assert len(threads) == 3
    assert len(set(threads)) == 1
    assert threads[0].startswith("sqlite-reader")


async def test_a_question_sees_what_was_stored_before_it(storage: Storage) -> None:
    await storage.database.write(lambda c: c.execute(sa.update(movie).values(title="Dune: Part One")))

    assert await storage.database.read(lambda c: c.execute(TITLES).scalar_one()) == "Dune: Part One"


async def test_a_question_cannot_change_anything(sqlite_storage: Storage) -> None:
    with pytest.raises(DatabaseUnavailable, match="readonly"):
        await sqlite_storage.database.read(lambda c: c.execute(sa.delete(movie)))

    count = sa.select(sa.func.count()).select_from(movie)
    assert await sqlite_storage.database.read(lambda c: c.execute(count).scalar_one()) == len(FILMS)


async def test_a_question_that_failed_harms_no_later_one(sqlite_storage: Storage) -> None:
    for _ in range(READERS + 1):
        with pytest.raises(ZeroDivisionError):
            await sqlite_storage.database.read(lambda c: c.execute(TITLES).first() and 1 / 0)

    assert await sqlite_storage.database.read(lambda c: c.execute(TITLES).scalar_one()) == "Dune"
    assert sqlite_storage.database.connections[0] == 0


async def test_closing_waits_for_the_questions_that_are_being_read(tmp_path: Path) -> None:
    storage = await Storage.open(StorageSettings(data_dir=tmp_path), now=Clock())
    begun, done = threading.Event(), threading.Event()

    def take_a_while(connection: sa.Connection) -> None:
        begun.set()
        time.sleep(0.2)
        connection.execute(TITLES).all()
        done.set()

    asked = asyncio.create_task(storage.database.read(take_a_while))
    await asyncio.to_thread(begun.wait)
    await storage.close()

    assert done.is_set()
    await asked
