"""Directories that will be written, looked at without writing."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

from storage.places import hindrance, is_for_all, obstacle


def test_a_directory_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert obstacle(tmp_path / "new" / "data") is None
    monkeypatch.setattr("os.access", lambda *_: False)

    assert obstacle(tmp_path / "new" / "data") == f"this user may not write in {tmp_path}"


def test_a_database_on_a_read_only_file_system_can_be_read_as_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))

    assert hindrance(tmp_path / "matinee.db") == (
        f"{tmp_path} is on a read-only file system, where matinee.db is: to read it, copy matinee.db and matinee.db-wal"
        " to a place that can be written, and name the copy in MATINEE_DATABASE_URL"
    )


def test_a_database_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file := tmp_path / "matinee.db").touch()
    assert hindrance(file) is None
    monkeypatch.setattr("os.access", lambda path, _: path != file)

    assert hindrance(file) == f"this user may not read and write {file}"


def test_a_file_is_for_all_where_no_door_is_closed() -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed
        (file := Path(name, "matinee.db")).touch(0o644)
        Path(name).chmod(0o755)
        assert is_for_all(file)
        file.chmod(0o640)
        assert not is_for_all(file)
        file.chmod(0o644)
        Path(name).chmod(0o750)
        assert not is_for_all(file)
