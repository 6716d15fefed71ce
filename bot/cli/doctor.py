"""`matinee doctor`: looks at every part the bot needs and says what to do; it changes nothing."""

import asyncio
import platform
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import doctor_storage, doctor_telegram
from bot.cli.common import settings, wait_for, wall_clock
from bot.cli.findings import Finding, Findings, failed, ok, warning
from storage.places import nearest, obstacle

if TYPE_CHECKING:
    from bot.config import Settings

LEAST_FREE = 10**9
"""Bytes. The alert MatineeDiskFull has the same."""


def doctor(json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> None:
    """Look at every part and say of each `ok`, `warning` or `failed`, and what to do. Exit code 1: a part failed."""
    from importlib.metadata import version

    given = settings()
    findings = Findings(as_json=json)
    findings.add("version", ok(f"Matinee {version('matinee')} on Python {platform.python_version()}"))
    findings.add("configuration", ok(f"read; data in {given.data_dir}"))

    async def work() -> int:
        await findings.look("disk", _disk(given))
        await findings.look("backups", _backups(given))
        await doctor_storage.look(given, findings)
        await doctor_telegram.look(given, findings)
        findings.finish()
        return 0 if findings.well else 1

    wait_for(work())


async def _disk(given: "Settings") -> Finding:
    if why := obstacle(given.data_dir):
        return failed(f"{why}: mend that, or name another data_dir")
    free = (await asyncio.to_thread(shutil.disk_usage, nearest(given.data_dir))).free
    if free < LEAST_FREE:
        return failed(f"{free / 1e9:.2f} GB are free for {given.data_dir}: make room, at zero nothing can be written")
    return ok(f"{free / 1e9:,.1f} GB are free")


async def _backups(given: "Settings") -> Finding:
    from storage.copies import newest

    if given.backup_dir is None:
        return warning("none are scheduled: set backup_dir, or run matinee backup yourself")
    if why := obstacle(given.backup_dir):
        return failed(f"none can be made, {why}: mend that, or name another backup_dir")
    last = await asyncio.to_thread(newest, given.backup_dir)
    if last is None:
        return failed(f"there is none in {given.backup_dir} yet: matinee backup FILE, and see why in the log")
    made = f"the newest is of {last:%Y-%m-%d %H:%M} UTC"
    if wall_clock() - last > timedelta(hours=2 * given.backup_every_h):
        return failed(f"{made}: matinee backup FILE, and see why in the log")
    return ok(f"{made}, checked")
