"""Directories that will be written, looked at without writing."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.places import is_for_all, obstacle


def test_a_directory_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert obstacle(tmp_path / "new" / "data") is None
    monkeypatch.setattr("os.access", lambda *_: False)

    assert obstacle(tmp_path / "new" / "data") == f"this user may not write in {tmp_path}"


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
