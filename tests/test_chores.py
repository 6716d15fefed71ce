"""What is done now and then beside the updates."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.chores import chores, every
from bot.config import Settings
from storage.service import Storage
from tests.databases import ANN, DUNE


def ratings_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        has_table = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'rating'").fetchone()[0]
        return int(connection.execute("SELECT count(*) FROM rating").fetchone()[0]) if has_table else 0


async def test_what_was_written_does_not_stay_in_the_log(sqlite_storage: Storage, tmp_path: Path) -> None:
    """The file by itself, without the log beside it, has it soon."""
    await sqlite_storage.ratings.rate(DUNE, 8, ANN)
    file, copy = tmp_path / "data" / "matinee.db", tmp_path / "copy.db"
    before = ratings_in(shutil.copy(file, copy))
    working = asyncio.create_task(chores(sqlite_storage, Settings(data_dir=tmp_path / "data")))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if ratings_in(shutil.copy(file, copy)):
            break
    working.cancel()

    assert (before, ratings_in(copy)) == (0, 1)


async def test_a_log_is_brought_home_while_others_write(sqlite_storage: Storage) -> None:
    await asyncio.gather(
        *(sqlite_storage.ratings.rate(DUNE, stars, ANN) for stars in range(1, 11)),
        *(sqlite_storage.database.checkpoint() for _ in range(4)),
    )

    assert (await sqlite_storage.ratings.mine(ANN.person_id)).total == 1


async def test_a_directory_that_is_away_stops_nothing() -> None:
    """A number that cannot be measured is no reason for the bot to end."""
    tries: list[int] = []

    async def measured() -> None:
        tries.append(1)
        raise FileNotFoundError("data")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await every(0.01, "measure", measured)

    assert len(tries) > 1
