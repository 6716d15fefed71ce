"""A database that is full, read-only, locked or damaged: one clear error, nothing half done, and well again after."""

import resource
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import batches, engine
from storage.errors import DatabaseUnavailable, IndexNotBuilt
from storage.models import audit_entry, rating, score
from storage.scores import rebuild
from storage.service import Storage, StorageSettings
from storage.values import Actor, NewFilm
from tests.databases import ANN, BEN, DUNE, HEAT, Clock, add_films, in_club

ROOMY = 1_073_741_823


def pragma(storage: Storage, setting: str) -> None:
    """Change the one writing connection, which a transaction could not: a read-only one begins none."""
    assert storage.database._writing is not None
    connection = storage.database._writing.engine.raw_connection()
    connection.cursor().execute(f"PRAGMA {setting}").close()
    connection.close()


async def assert_nothing_is_half_done(storage: Storage) -> None:
    """Each rating has its entry, and the scores are those of a recount."""
    scores = sa.select(score).order_by(score.c.scope, score.c.movie_id)

    def look(connection: sa.Connection) -> tuple[Any, ...]:
        ratings = connection.execute(sa.select(sa.func.count()).select_from(rating)).scalar_one()
        created = sa.select(sa.func.count()).where(audit_entry.c.action == "rating.create")
        kept = connection.execute(scores).all()
        rebuild(connection, storage.settings.ranking)
        return ratings, connection.execute(created).scalar_one(), kept, connection.execute(scores).all()

    ratings, entries, kept, recounted = await storage.database.write(look)
    assert ratings == entries
    assert kept == recounted


async def rate_until_refused(storage: Storage) -> int:
    """How many people could rate before the database took no more."""
    for number in range(2_000):
        actor = Actor(person_id=6_000_000_000 + number, name=f"P{number}", chat_id=6_000_000_000 + number)
        try:
            await storage.ratings.rate(DUNE, 8, in_club(actor))
        except DatabaseUnavailable:
            return number
    raise AssertionError("the disk was never full")


async def test_a_full_disk_halves_no_rating(sqlite_storage: Storage) -> None:
    pragma(sqlite_storage, "max_page_count=1")  # no smaller than the file is now
    rated = await rate_until_refused(sqlite_storage)
    with pytest.raises(DatabaseUnavailable, match="cannot be written: database or disk is full"):
        await sqlite_storage.state.set("large", "x" * 1_000_000)
    pragma(sqlite_storage, f"max_page_count={ROOMY}")
    await assert_nothing_is_half_done(sqlite_storage)
    everyone = (await sqlite_storage.ratings.rate(DUNE, 8, BEN)).card.everyone

    assert everyone is not None
    assert everyone.count == rated + 1


async def test_a_full_disk_still_answers_reads(sqlite_storage: Storage) -> None:
    await sqlite_storage.ratings.rate(HEAT, 7, ANN)
    pragma(sqlite_storage, "max_page_count=1")
    await rate_until_refused(sqlite_storage)

    assert (await sqlite_storage.ratings.mine(ANN.person_id)).total == 1


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """The system refuses this process to write on, as a full disk does."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


@pytest.mark.parametrize("size", [100, 2_000])  # before the first film, and after the last
async def test_an_index_that_cannot_be_written_leaves_nothing_behind(size: int, tmp_path: Path) -> None:
    storage = await Storage.open(StorageSettings(data_dir=tmp_path), now=Clock())
    films = [NewFilm(title=f"Home Video {number}") for number in range(500)]
    await storage.catalogue.import_films(films, "csv", lambda *_: None)
    shutil.rmtree(tmp_path / "search")
    with no_file_above(size), pytest.raises(IndexNotBuilt, match=f"built in {tmp_path}/search, where .* MB are free: "):
        await storage.catalogue.load_index(lambda *_: None)
    left = list((tmp_path / "search").iterdir())
    await storage.catalogue.load_index(lambda *_: None)
    await storage.close()

    assert left == []


def test_a_disk_without_any_room_is_called_full(tmp_path: Path) -> None:
    assert "0.0 MB are free: the disk is full;" in str(IndexNotBuilt(tmp_path, 4096, "a worker panicked"))


async def test_a_read_only_database_is_named_and_recovers(sqlite_storage: Storage) -> None:
    await sqlite_storage.ratings.rate(DUNE, 7, ANN)
    pragma(sqlite_storage, "query_only=ON")
    for change in (sqlite_storage.ratings.rate(DUNE, 8, ANN), sqlite_storage.ratings.remove(DUNE, ANN)):
        with pytest.raises(DatabaseUnavailable, match="cannot be written: attempt to write a readonly database"):
            await change
    pragma(sqlite_storage, "query_only=OFF")
    await assert_nothing_is_half_done(sqlite_storage)

    assert (await sqlite_storage.ratings.rate(DUNE, 9, ANN)).before == 7


async def test_a_read_only_postgresql_is_named_and_recovers(
    postgres_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stood_by:
        stood_by.setattr(batches, "beginning", lambda _turns, **_how: "BEGIN READ ONLY")
        with pytest.raises(DatabaseUnavailable, match=r"cannot be written: .*read-only transaction"):
            await postgres_storage.ratings.rate(DUNE, 8, ANN)
    await assert_nothing_is_half_done(postgres_storage)

    assert (await postgres_storage.ratings.rate(DUNE, 9, ANN)).changed


@pytest.mark.parametrize("doing", ["read", "write"])
async def test_a_connection_that_postgresql_cuts_is_named_and_replaced(postgres_storage: Storage, doing: str) -> None:
    def cut(connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable, match="terminating connection"):
        await getattr(postgres_storage.database, doing)(cut)

    assert (await postgres_storage.ratings.rate(DUNE, 9, ANN)).changed


REFUSED = {
    "a right that was taken away": ("42501", "insufficient_privilege"),
    "a lock that another holds": ("55P03", "lock_not_available"),
    "a clash that stays one": ("40001", "serialization_failure"),
}


@pytest.mark.parametrize(("code", "name"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_postgresql_s_fault_fails_no_update_and_no_chore(
    postgres_storage: Storage, code: str, name: str
) -> None:
    """As the database's own settings may have it: lock_timeout, default_transaction_isolation, a revoked right."""

    def refuse(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE '{name}' USING ERRCODE = '{code}'; END $$")

    database = postgres_storage.database
    for refused in (database.read(refuse), database.write(refuse), database.on_writing_connection(refuse)):
        with pytest.raises(DatabaseUnavailable, match=name):
            await refused


async def test_a_table_that_somebody_locks_makes_updates_wait_and_loses_none(
    postgres_storage: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """VACUUM FULL, or another program's migration: it may take longer than a handler may."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 200)
    storage = await Storage.open(replace(postgres_storage.settings, data_dir=tmp_path / "other"), now=Clock())
    async with postgres_storage.database.engine.begin() as other:
        await other.exec_driver_sql("LOCK TABLE rating, audit_entry IN ACCESS EXCLUSIVE MODE")
        for waiting in (
            storage.ratings.rate(DUNE, 8, ANN), storage.ratings.mine(ANN.person_id), storage.audit.seal()
        ):  # fmt: skip
            with pytest.raises(DatabaseUnavailable, match="lock timeout"):
                await waiting
    rated = await storage.ratings.rate(DUNE, 8, ANN)
    await storage.close()

    assert rated.changed


@contextmanager
def locked_by_another(storage: Storage) -> Iterator[None]:
    """Somebody else is in the middle of a write."""
    with closing(sqlite3.connect(str(storage.database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_locked_database_is_named_and_recovers(sqlite_storage: Storage) -> None:
    pragma(sqlite_storage, "busy_timeout=50")
    with locked_by_another(sqlite_storage):
        with pytest.raises(DatabaseUnavailable, match="cannot be written: database is locked"):
            await sqlite_storage.ratings.rate(DUNE, 8, ANN)
        assert (await sqlite_storage.ratings.mine(ANN.person_id)).total == 0
    await assert_nothing_is_half_done(sqlite_storage)

    assert (await sqlite_storage.ratings.rate(DUNE, 8, ANN)).changed


async def test_sealing_a_locked_database_is_named_and_recovers(sqlite_storage: Storage) -> None:
    await sqlite_storage.ratings.rate(DUNE, 8, ANN)
    pragma(sqlite_storage, "busy_timeout=50")
    with locked_by_another(sqlite_storage), pytest.raises(DatabaseUnavailable, match="database is locked"):
        await sqlite_storage.audit.seal()

    assert await sqlite_storage.audit.seal() is not None


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A closed database in which Ann rated a film."""
    storage = await Storage.open(StorageSettings(data_dir=tmp_path), now=Clock())
    await add_films(storage)
    await storage.ratings.rate(DUNE, 8, ANN)
    await storage.close()
    return tmp_path / "matinee.db"


def overwrite(file: Path, *tables: str) -> None:
    """Garbage where the tables begin, as a failing disk leaves it; without tables everywhere but the first page."""
    with closing(sqlite3.connect(file)) as raw:
        (size,) = raw.execute("PRAGMA page_size").fetchone()
        roots = [page for name, page in raw.execute("SELECT name, rootpage FROM sqlite_master") if name in tables]
    damaged = bytearray(file.read_bytes())
    for page in roots or range(2, len(damaged) // size + 1):
        damaged[(page - 1) * size : page * size] = b"\xa5" * size
    file.write_bytes(damaged)


async def test_opening_a_damaged_file_says_so(file: Path) -> None:
    overwrite(file)

    with pytest.raises(DatabaseUnavailable, match="cannot be opened: database disk image is malformed"):
        await Storage.open(StorageSettings(data_dir=file.parent), now=Clock())


async def exported(storage: Storage) -> None:
    async for _ in storage.audit.export():
        pass


TOUCHED: dict[str, Callable[[Storage], Awaitable[object]]] = {
    "read": lambda storage: storage.ratings.mine(ANN.person_id),
    "write": lambda storage: storage.ratings.rate(DUNE, 3, ANN),
    "stream": exported,
    "seal": lambda storage: storage.audit.seal(),
    "verify": lambda storage: storage.audit.verify(),
}


@pytest.mark.parametrize("touch", TOUCHED.values(), ids=TOUCHED.keys())
async def test_a_damaged_table_is_named_when_it_is_touched(
    file: Path, touch: Callable[[Storage], Awaitable[object]]
) -> None:
    overwrite(file, "rating", "audit_entry")
    storage = await Storage.open(StorageSettings(data_dir=file.parent), now=Clock())
    try:
        with pytest.raises(DatabaseUnavailable, match="database disk image is malformed"):
            await touch(storage)
        assert (await storage.catalogue.count()) == 5
    finally:
        await storage.close()
