"""The data directory that a run of chaos begins with: forty films, and two clubs that wait for their digest."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from storage.service import Storage
from storage.values import Actor
from tests.faults.plan import FILMS, FOUNDING, FOUNDING_STARS
from tests.program import small_world, storage_settings

MICROSECONDS = 1_000_000


async def prepare(data_dir: Path) -> Path:
    """A directory to copy for every run."""
    await small_world(data_dir)
    storage = await Storage.open(storage_settings(data_dir), now=lambda: datetime.now(UTC))
    for number, step in enumerate(FOUNDING):
        actor = Actor(person_id=step.person, name="P1", chat_id=step.chat, chat_type="supergroup", update_id=number)
        await storage.ratings.rate(step.film, FOUNDING_STARS, actor)
        in_three_days = (datetime.now(UTC).weekday() + 3) % 7
        await storage.digests.change(replace(actor, update_id=None), enabled=True, weekday=in_three_days)
    await storage.close()
    with open_database(data_dir) as database:
        _add_films(database)
    database.close()
    return data_dir


def _add_films(database: sqlite3.Connection) -> None:
    (known,) = database.execute("SELECT max(id) FROM movie").fetchone()
    films = [(film, f"Film {film}", 1980 + film, "test") for film in FILMS if film > known]
    database.executemany("INSERT INTO movie (id, title, year, source) VALUES (?, ?, ?, ?)", films)


def copy(prepared: Path, data_dir: Path) -> Path:
    shutil.copytree(prepared, data_dir)
    return data_dir


def open_database(data_dir: Path) -> sqlite3.Connection:
    """As the bot has it, beside the bot."""
    return sqlite3.connect(data_dir / "matinee.db", timeout=15)


def make_digests_due(data_dir: Path) -> None:
    """Now: at the bot's next look. Done twice, nobody may get a second one in the same week."""
    now = int(datetime.now(UTC).timestamp() * MICROSECONDS)
    with open_database(data_dir) as database:
        database.execute("UPDATE digest_setting SET next_run_at = ?", (now,))
    database.close()
