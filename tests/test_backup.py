"""Backups: consistent while others write, checked before they get their name, restored whole or not at all."""

import asyncio
import itertools
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage.backup import BackupRefused, back_up, restore
from storage.errors import DatabaseUnavailable
from storage.models import metadata
from storage.service import Storage, StorageSettings
from storage.transfer import transfer
from storage.upgrade import SCRIPTS
from tests import program
from tests.databases import ALIEN, ANN, BEN, DUNE, HEAT, Clock, add_films, in_club, new_database


def quietly(*_: object) -> None:
    """No progress bar."""


async def lived(storage: Storage) -> None:
    """Ratings in private and in a club, a seal in the middle, an erasure, and a setting."""
    await storage.ratings.rate(DUNE, 9, in_club(ANN))
    await storage.ratings.rate(HEAT, 7, in_club(BEN))
    await storage.audit.seal()
    await storage.ratings.rate(ALIEN, 3, ANN)
    await storage.people.erase(BEN)
    await storage.state.set("offset", "17")


async def content(storage: Storage) -> dict[str, list[Any]]:
    """Every row of every table."""

    def rows(connection: sa.Connection) -> dict[str, list[Any]]:
        return {
            table.name: [
                dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in metadata.sorted_tables
        }

    return await storage.database.read(rows)


async def restored(file: Path, settings: StorageSettings, **options: Any) -> Storage:
    """The database that a backup becomes."""
    await restore(settings, file, **{"replace": False, "now": Clock(), "progress": quietly, **options})
    return await Storage.open(settings, now=Clock())


@dataclass(frozen=True, slots=True)
class Stopped:
    """A database that was lived in, with nobody who has it open, what it holds, and its backup."""

    settings: StorageSettings
    database: Path
    before: dict[str, list[Any]]
    backup: Path


@pytest.fixture
async def stopped(tmp_path: Path) -> Stopped:
    settings, backup = StorageSettings(data_dir=tmp_path / "data"), tmp_path / "copy.db"
    storage = await Storage.open(settings, now=Clock())
    await add_films(storage)
    await lived(storage)
    await back_up(storage, backup, quietly)
    before = await content(storage)
    await storage.close()
    return Stopped(settings, tmp_path / "data" / "matinee.db", before, backup)


async def content_of(settings: StorageSettings) -> dict[str, list[Any]]:
    storage = await Storage.open(settings, now=Clock())
    found = await content(storage)
    await storage.close()
    return found


async def test_a_restored_backup_equals_the_original(storage: Storage, tmp_path: Path) -> None:
    await lived(storage)
    report = await back_up(storage, tmp_path / "copy.db", quietly)
    copy = await restored(report.file, StorageSettings(data_dir=tmp_path / "new"))
    found, verified = await content(copy), await copy.audit.verify()
    await copy.close()

    assert found == await content(storage)
    assert (verified.fault, report.ratings, report.audit_entries) == (None, 2, len(found["audit_entry"]))


async def test_a_backup_goes_into_an_empty_postgresql(storage: Storage, tmp_path: Path, postgres: str) -> None:
    await lived(storage)
    await back_up(storage, tmp_path / "copy.db", quietly)
    settings = StorageSettings(data_dir=tmp_path / "new", url=await new_database(postgres))
    copy = await restored(tmp_path / "copy.db", settings)
    same = await content(copy) == await content(storage)
    await copy.ratings.rate(DUNE, 1, BEN)  # a new entry gets a number that nobody has
    fault = (await copy.audit.verify()).fault
    await copy.close()

    assert same
    assert fault is None


async def test_a_backup_while_others_write_is_of_one_instant(storage: Storage, tmp_path: Path) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        for stars in itertools.cycle(range(1, 11)):
            await storage.ratings.rate(DUNE, stars, in_club(ANN))
            begun.set()
            if done.is_set():
                return

    writing = asyncio.create_task(write())
    await begun.wait()
    await back_up(storage, tmp_path / "copy.db", quietly)
    done.set()
    await writing
    copy = await restored(tmp_path / "copy.db", StorageSettings(data_dir=tmp_path / "new"))
    found = await content(copy)
    await copy.close()

    assert found["audit_entry"][-1]["after"] == {"stars": found["rating"][0]["stars"]}
    assert {row["total"] for row in found["score"]} == {found["rating"][0]["stars"]}


async def test_only_the_owner_may_read_it_and_nothing_lies_beside_it(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    file = tmp_path / "copies" / "copy.db"
    await back_up(storage, file, quietly)

    assert [path.name for path in file.parent.iterdir()] == ["copy.db"]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_failed_check_leaves_the_older_backup(sqlite_storage: Storage, tmp_path: Path) -> None:
    await lived(sqlite_storage)
    file = tmp_path / "copy.db"
    file.write_bytes(b"older")
    with sqlite3.connect(str(sqlite_storage.database.url.database)) as raw:
        raw.executescript("DROP TRIGGER audit_entry_fix; UPDATE audit_entry SET actor = 1 WHERE id = 1")

    with pytest.raises(BackupRefused, match=r"was not written: its audit trail .* entry 1"):
        await back_up(sqlite_storage, file, quietly)
    assert file.read_bytes() == b"older"
    assert not file.with_name("copy.db.partial").exists()


async def test_a_missing_directory_is_named(sqlite_storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match=r"there is no directory .*nowhere"):
        await back_up(sqlite_storage, tmp_path / "nowhere" / "copy.db", quietly)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9000])


def overwritten(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(b"\xa5" * 20_000)


def no_database(file: Path) -> None:
    file.write_bytes(b"a letter to somebody else")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def missing(file: Path) -> None:
    file.unlink()


def altered(*statements: str) -> Any:
    def alter(file: Path) -> None:
        with sqlite3.connect(file) as raw:
            raw.executescript("; ".join(statements))

    return alter


UNFIT = {
    "cut short": (cut_short, "malformed|damaged"),
    "overwritten": (overwritten, "malformed|damaged"),
    "no database": (no_database, "not a database"),
    "empty": (empty, "not a backup"),
    "missing": (missing, "no such file"),
    "of another program": (altered("DROP TABLE rating"), "not a backup"),
    "from a newer program": (altered("UPDATE alembic_version SET version_num = '2999_01_01_001'"), "2999_01_01_001"),
    "a changed trail": (
        altered("DROP TRIGGER audit_entry_fix", "UPDATE audit_entry SET actor = 1 WHERE id = 1"),
        "entry 1",
    ),
    "a lost film": (altered(f"DELETE FROM movie WHERE id = {DUNE}"), "refers to a row of movie"),
}


@pytest.mark.parametrize(("spoil", "reason"), UNFIT.values(), ids=UNFIT.keys())
async def test_an_unfit_file_is_refused_and_changes_nothing(stopped: Stopped, spoil: Any, reason: str) -> None:
    spoil(stopped.backup)
    with pytest.raises(BackupRefused, match=reason):
        await restored(stopped.backup, stopped.settings, replace=True)

    assert [path.name for path in stopped.settings.data_dir.iterdir()] == ["matinee.db"]
    assert await content_of(stopped.settings) == stopped.before


async def test_a_database_with_content_is_refused(storage: Storage, tmp_path: Path) -> None:
    await lived(storage)
    await back_up(storage, tmp_path / "copy.db", quietly)

    with pytest.raises(BackupRefused, match="holds people, ratings or audit entries"):
        await restored(tmp_path / "copy.db", storage.settings)


async def test_postgresql_with_content_is_refused_even_to_replace(postgres_storage: Storage, tmp_path: Path) -> None:
    await lived(postgres_storage)
    await back_up(postgres_storage, tmp_path / "copy.db", quietly)

    with pytest.raises(BackupRefused, match="into an empty one"):
        await restored(tmp_path / "copy.db", postgres_storage.settings, replace=True)


async def test_a_replaced_database_is_kept_whole(stopped: Stopped) -> None:
    done = await restore(stopped.settings, stopped.backup, replace=True, now=Clock(), progress=quietly)

    assert done.kept == stopped.database.with_name("matinee.db.before-restore-20261125-120000")
    assert done.kept.stat().st_mode & 0o777 == 0o600
    assert await content_of(replace(stopped.settings, url=f"sqlite:///{done.kept}")) == stopped.before
    assert await content_of(stopped.settings) == stopped.before


async def test_a_database_in_use_is_not_replaced(sqlite_storage: Storage, tmp_path: Path) -> None:
    await lived(sqlite_storage)
    await back_up(sqlite_storage, tmp_path / "copy.db", quietly)

    with pytest.raises(DatabaseUnavailable, match="in use: stop the bot"):
        await restored(tmp_path / "copy.db", sqlite_storage.settings, replace=True)
    await sqlite_storage.ratings.rate(DUNE, 2, ANN)


async def test_a_damaged_database_is_replaced_and_kept(stopped: Stopped) -> None:
    stopped.database.write_bytes(b"lightning struck" * 1000)
    done = await restore(stopped.settings, stopped.backup, replace=True, now=Clock(), progress=quietly)

    assert done.kept is not None
    assert done.kept.read_bytes().startswith(b"lightning")
    assert await content_of(stopped.settings) == stopped.before


async def test_a_live_database_is_not_taken_for_a_backup(sqlite_storage: Storage, tmp_path: Path) -> None:
    await lived(sqlite_storage)

    with pytest.raises(BackupRefused, match=r"matinee\.db-wal lies beside it"):
        await restored(tmp_path / "data" / "matinee.db", StorageSettings(data_dir=tmp_path / "new"))


def downgraded(file: Path, revision: str) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


async def test_a_backup_with_older_tables_is_migrated(sqlite_storage: Storage, tmp_path: Path) -> None:
    await sqlite_storage.ratings.rate(DUNE, 9, ANN)
    await back_up(sqlite_storage, tmp_path / "copy.db", quietly)
    downgraded(tmp_path / "copy.db", "2026_11_23_001")
    copy = await restored(tmp_path / "copy.db", StorageSettings(data_dir=tmp_path / "new"))
    found = await content(copy)
    await copy.close()

    assert found["rating"][0]["stars"] == 9
    assert found["outbox"] == []


async def test_a_refused_transfer_leaves_postgresql_empty(sqlite_storage: Storage, postgres_storage: Storage) -> None:
    def refuse(connection: sa.Connection) -> None:
        raise BackupRefused("no")

    await lived(sqlite_storage)
    before = await content(postgres_storage)
    with pytest.raises(BackupRefused):
        await transfer(sqlite_storage.database, postgres_storage.database, quietly, refuse)

    assert await content(postgres_storage) == before


async def test_the_command_line_backs_up_and_restores(tmp_path: Path) -> None:
    data_dir, file = await program.small_world(tmp_path / "data"), str(tmp_path / "copy.db")
    written = await program.matinee(data_dir, "backup", file)
    again = await program.matinee(data_dir, "backup", file)
    forced = await program.matinee(data_dir, "backup", file, "--force")
    restored = await program.matinee(tmp_path / "new", "restore", file)

    assert [each.code for each in (written, again, forced, restored)] == [0, 1, 0, 0]
    assert written.out.endswith("0 ratings, 0 audit entries, checked by restoring it\n")
    assert "is there already" in again.err
    assert "0 audit entries, the trail verified" in restored.out


async def test_the_command_line_says_where_the_database_before_is(stopped: Stopped) -> None:
    data_dir, file = stopped.settings.data_dir, str(stopped.backup)
    refused = await program.matinee(data_dir, "restore", file)
    replaced = await program.matinee(data_dir, "restore", file, "--replace")

    assert (refused.code, replaced.code) == (1, 0)
    assert "--replace" in refused.err
    assert "is kept as" in replaced.out
