"""`matinee doctor`, the part about the database: its tables, films, what waits, and what is done now and then."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import counted, wall_clock
from bot.cli.findings import PATIENCE_S, Finding, Findings, failed, ok, unseen, warning
from storage.places import is_for_all, obstacle

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.errors import SchemaBehind
    from storage.service import Storage

LATE = timedelta(minutes=10)
"""What is owed for longer is not waiting for a limit: something is in its way."""
NO_TABLES = "there are no tables yet: matinee migrate, or matinee run, which on SQLite makes them"
SHOWN = 10
"""Digests of unknown fate; those before are long forgotten."""


async def look(given: "Settings", findings: Findings) -> None:
    """Where the database is away or empty nothing is known of its parts, and they say why."""
    from bot.database import storage_settings
    from storage.errors import DatabaseUnavailable, NoDatabase, SchemaBehind
    from storage.service import Storage

    try:
        async with asyncio.timeout(PATIENCE_S):
            storage = await Storage.look_into(storage_settings(given), now=wall_clock)
    except NoDatabase as error:
        findings.add("database", _missing(error.file))
        findings.add("migrations", warning(NO_TABLES))
        return _unseen(findings, PARTS, "there are no tables yet")
    except SchemaBehind as error:
        findings.add("database", ok("opens"))
        findings.add("migrations", failed(_behind(error)))
        return _unseen(
            findings, PARTS, "the tables are not this program's" if error.found else "there are no tables yet"
        )
    except (DatabaseUnavailable, TimeoutError) as error:
        findings.add("database", failed(str(error) or f"no answer within {PATIENCE_S:.0f} s"))
        return _unseen(findings, ("migrations", *PARTS), "the database is away")
    try:
        findings.add("database", _opens(storage))
        findings.add("migrations", ok("its tables are this program's"))
        for part, looking in PARTS.items():
            await findings.look(part, looking(storage, given))
    finally:
        await storage.close()


def _unseen(findings: Findings, parts: Iterable[str], why: str) -> None:
    for part in parts:
        findings.add(part, unseen(why))


def _opens(storage: "Storage") -> Finding:
    if not storage.database.is_sqlite:
        return ok("PostgreSQL opens")
    file = Path(storage.database.url.database or "")
    if is_for_all(file):
        return warning(f"SQLite opens, and everybody on this machine can read names and ratings: chmod 600 {file}*")
    return ok("SQLite opens")


def _missing(file: Path) -> Finding:
    if why := obstacle(file.parent):
        return failed(f"{file} is not there and cannot be made: {why}")
    return warning(f"{file} is not there yet: matinee run makes it")


def _behind(error: "SchemaBehind") -> str:
    return NO_TABLES if error.found is None else str(error)


async def _catalogue(storage: "Storage", _: "Settings") -> Finding:
    count = await storage.catalogue.count()
    return ok(counted(count, "film", "films")) if count else failed("empty: matinee catalogue import starter")


async def _index(storage: "Storage", _: "Settings") -> Finding:
    began = time.perf_counter()
    if await storage.catalogue.open_index():
        return ok(f"opened in {(time.perf_counter() - began) * 1000:.0f} ms")
    return warning("none of this catalogue: matinee run builds it at its start, and so does matinee search")


async def _schedule(storage: "Storage", _: "Settings") -> Finding:
    due = await storage.digests.next_due()
    if due is None:
        return ok("no chat has a digest")
    if storage.now() - due > LATE:
        return failed(f"a digest is overdue since {_at(due)}: is the bot running?")
    return ok(f"the next digest is due at {_at(due)}")


async def _digests(storage: "Storage", _: "Settings") -> Finding:
    unknown = await storage.digests.unknown()
    if not unknown:
        return ok("none of unknown fate")
    newest = ", ".join(f"week {week} of chat {chat_id}" for chat_id, week in unknown[-SHOWN:])
    return warning(f"{len(unknown)} perhaps posted and not repeated; who misses one sends /week: {newest}")


async def _inbox(storage: "Storage", _: "Settings") -> Finding:
    count, oldest = await storage.inbox.backlog()
    return _queue(storage, counted(count, "update waits", "updates wait"), oldest)


async def _outbox(storage: "Storage", _: "Settings") -> Finding:
    backlog = await storage.outbox.backlog()
    return _queue(storage, counted(backlog.waiting, "message waits", "messages wait"), backlog.oldest)


def _queue(storage: "Storage", what: str, oldest: datetime | None) -> Finding:
    if oldest is None:
        return ok("nothing waits")
    waiting = f"{what}, since {_at(oldest)}"
    return failed(f"{waiting}: is the bot running?") if storage.now() - oldest > LATE else ok(waiting)


async def _quarantine(storage: "Storage", _: "Settings") -> Finding:
    count = await storage.quarantine.count()
    given_up = counted(count, "update was given up", "updates were given up")
    return failed(f"{given_up}: matinee quarantine list says why") if count else ok("empty")


async def _seals(storage: "Storage", given: "Settings") -> Finding:
    """The chain is read, its seals being few; what they seal is `matinee audit verify`'s to read."""
    found, newest = await storage.audit.verify_seals(), await storage.audit.newest_seal()
    if found.fault:
        return failed(f"TAMPERED: {found.fault}: see matinee audit verify")
    unsealed = await storage.audit.unsealed_since()
    if unsealed and storage.now() - unsealed > LATE + timedelta(seconds=given.seal_s):
        return failed(f"not sealed since {_at(unsealed)}: is the bot running? matinee audit seal does it now")
    if newest is None:
        return ok("nothing to seal yet")
    seals = counted(found.seals, "seal", "seals")
    return ok(f"{seals} in an unbroken chain, the newest of {_at(newest.at)}: {newest.fingerprint}")


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


PARTS: dict[str, Callable[["Storage", "Settings"], Awaitable[Finding]]] = {
    "catalogue": _catalogue,
    "search index": _index,
    "schedule": _schedule,
    "digests": _digests,
    "inbox": _inbox,
    "outbox": _outbox,
    "quarantine": _quarantine,
    "audit trail": _seals,
}
