"""Directories that will be written, looked at without writing."""

from pathlib import Path

import pytest

from bot.cli.places import obstacle


def test_a_directory_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert obstacle(tmp_path / "new" / "data") is None
    monkeypatch.setattr("os.access", lambda *_: False)

    assert obstacle(tmp_path / "new" / "data") == f"this user may not write in {tmp_path}"
