"""Scheduled backups: written when they are due, and no more of them than asked for."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.copies import back_up_if_due, newest, prune, sweep
from storage.service import Storage
from tests.databases import Clock


def scheduled(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).touch()


def test_pruning_keeps_the_newest_and_all_other_files(tmp_path: Path) -> None:
    others = (
        "matinee.db",
        "matinee-before-the-move.db",
        "matinee-99999999-999999.db",
        "matinee-20260101-000000.db.old",
    )
    scheduled(tmp_path, *others, *(f"matinee-2026010{day}-030000.db" for day in range(1, 6)))
    prune(tmp_path, 2)
    left = {path.name for path in tmp_path.iterdir()}

    assert left == {*others, "matinee-20260104-030000.db", "matinee-20260105-030000.db"}


def test_the_newest_copy_is_dated_by_its_name(tmp_path: Path) -> None:
    assert newest(tmp_path / "nowhere") is None
    scheduled(tmp_path, "matinee-20260101-030000.db", "matinee-20260102-030405.db", "matinee.db")

    assert newest(tmp_path) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def test_scheduled_copies_are_written_and_pruned(storage: Storage, tmp_path: Path, clock: Clock) -> None:
    every = timedelta(hours=24)
    for hours in (1, 23, 24, 24):
        await back_up_if_due(storage, tmp_path / "copies", every=every, keep=2)
        clock.advance(hours=hours)

    names = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert names == ["matinee-20261126-120000.db", "matinee-20261127-120000.db"]


def test_what_a_killed_copy_left_is_deleted_a_day_later(tmp_path: Path) -> None:
    old, new = time.time() - 90_000, time.time() - 3_600
    for at, name in ((old, "1"), (new, "2")):
        partial, scratch = tmp_path / f"matinee-2026010{name}-030000.db.partial", tmp_path / f".matinee-{name}"
        partial.touch()
        scratch.mkdir()
        (scratch / "half.db").touch()
        for each in (partial, scratch):
            os.utime(each, (at, at))
    (tmp_path / "notes.partial").touch()
    os.utime(tmp_path / "notes.partial", (old, old))
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}

    assert left == {"matinee-20260102-030000.db.partial", ".matinee-2", "notes.partial"}
