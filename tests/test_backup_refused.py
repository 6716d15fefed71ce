"""What no backup is written over, and what is refused before anything begins."""

from pathlib import Path
from typing import Any

import pytest

from storage.backup import BackupRefused, back_up
from storage.service import Storage, StorageSettings
from tests import program
from tests.databases import Clock
from tests.test_backup import content, content_of, lived, no_database, quietly


def of_the_database(suffix: str) -> Any:
    return lambda database, _: Path(f"{database}{suffix}")


def linked(database: Path, place: Path) -> Path:
    (place / "link.db").symlink_to(database)
    return place / "link.db"


def by_another_path(database: Path, _: Path) -> Path:
    return database.parent / ".." / database.parent.name / database.name


OF_THE_DATABASE = {
    **{f"matinee.db{suffix}": of_the_database(suffix) for suffix in ("", "-wal", "-shm", "-journal")},
    "a link to it": linked,
    "another path to it": by_another_path,
}


@pytest.mark.parametrize("named", OF_THE_DATABASE.values(), ids=OF_THE_DATABASE.keys())
async def test_a_backup_never_writes_over_the_database_itself(
    sqlite_storage: Storage, tmp_path: Path, named: Any
) -> None:
    await lived(sqlite_storage)
    before = await content(sqlite_storage)
    with pytest.raises(BackupRefused, match="belongs to a database that is in use"):
        await back_up(sqlite_storage, named(tmp_path / "data" / "matinee.db", tmp_path), quietly)

    assert await content_of(sqlite_storage.settings) == before


async def test_a_backup_never_writes_over_a_database_that_another_bot_has_open(
    storage: Storage, tmp_path: Path
) -> None:
    theirs = StorageSettings(data_dir=tmp_path / "theirs")
    other = await Storage.open(theirs, now=Clock())
    with pytest.raises(BackupRefused, match="in use"):
        await back_up(storage, tmp_path / "theirs" / "matinee.db", quietly)
    await other.close()
    await back_up(storage, tmp_path / "theirs" / "matinee.db", quietly)

    assert await content_of(theirs) == await content(storage)


async def test_the_command_line_refuses_the_database_as_the_backup_in_one_line(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    settings, file = program.storage_settings(data_dir), data_dir / "matinee.db"
    before = await content_of(settings)
    end = await program.matinee(data_dir, "backup", "--force", str(file))

    assert (end.code, end.out) == (1, "")
    assert end.err == f"matinee: {file} belongs to a database that is in use: name another file\n"
    assert await content_of(settings) == before


FAILING_AT_ONCE = {
    "backup --force {0}": "{0} is a directory: name a file to write",
    "backup {0}/nowhere/copy.db": "{0}/nowhere/copy.db was not written: there is no directory {0}/nowhere",
    "restore {0}/nope": "{0}/nope was not restored: there is no such file",
    "restore {0}/letter": "{0}/letter was not restored: it is not a backup of Matinee, and not a database",
}


@pytest.mark.parametrize("command", FAILING_AT_ONCE)
async def test_what_cannot_begin_says_why_in_words_and_nothing_else(command: str, tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    no_database(tmp_path / "letter")
    end = await program.matinee(data_dir, *command.format(tmp_path).split())

    assert (end.code, end.out, end.err) == (1, "", f"matinee: {FAILING_AT_ONCE[command].format(tmp_path)}\n")


@pytest.mark.parametrize(
    "name", [".", "", "/", "b" * 250, "c" * 300], ids=["here", "nothing", "root", "long", "longer"]
)
async def test_a_place_that_no_file_can_have_is_refused_in_words(
    sqlite_storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BackupRefused):
        await back_up(sqlite_storage, Path(name), quietly)


async def test_links_that_lead_nowhere_but_to_themselves_are_refused_in_words(
    sqlite_storage: Storage, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(BackupRefused, match="loop"):
        await back_up(sqlite_storage, tmp_path / "loop", quietly)
