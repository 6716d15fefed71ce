"""`matinee doctor`, the part about what waits, what was given up, and what is done now and then."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cli.findings import Findings

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.service import Storage

LATE = timedelta(minutes=10)
"""A message that is owed for longer is not waiting for a limit: something is in its way."""

SHOWN = 10
"""Digests of unknown fate; those before are long forgotten."""


async def look(storage: "Storage", given: "Settings", findings: Findings) -> None:
    await _inbox(storage, findings)
    await _outbox(storage, findings)
    await _digests(storage, findings)
    await _seals(storage, given, findings)
    _backups(storage, given, findings)


async def _inbox(storage: "Storage", findings: Findings) -> None:
    waiting = len(await storage.inbox.undone_ids())
    findings.good("inbox", f"{waiting} updates wait" if waiting else "nothing waits")
    kept = await storage.quarantine.all()
    if not kept:
        findings.good("quarantine", "empty")
    for each in kept:
        findings.bad("quarantine", f"{each.id}: {each.reason} (matinee quarantine retry {each.id}, or drop {each.id})")


async def _outbox(storage: "Storage", findings: Findings) -> None:
    backlog = await storage.outbox.backlog()
    if backlog.oldest and storage.now() - backlog.oldest > LATE:
        since = f"{backlog.oldest:%Y-%m-%d %H:%M} UTC"
        findings.bad("outbox", f"{backlog.waiting} messages wait, since {since}: is the bot running?")
    else:
        findings.good("outbox", f"{backlog.waiting} messages wait")


async def _digests(storage: "Storage", findings: Findings) -> None:
    due = await storage.digests.next_due()
    findings.good("digests", f"next one due at {due:%Y-%m-%d %H:%M} UTC" if due else "no chat has one")
    for chat_id, week in (await storage.digests.unknown())[-SHOWN:]:
        findings.note("digests", f"week {week} of chat {chat_id} may have been posted, or not: the connection broke")


async def _seals(storage: "Storage", given: "Settings", findings: Findings) -> None:
    unsealed = await storage.audit.unsealed_since()
    newest = await storage.audit.newest_seal()
    if unsealed and storage.now() - unsealed > LATE + timedelta(seconds=given.seal_s):
        findings.bad("audit trail", f"not sealed since {unsealed:%Y-%m-%d %H:%M} UTC: is the bot running?")
    else:
        findings.good("audit trail", f"seal {newest.id}, {newest.fingerprint}" if newest else "nothing to seal yet")


def _backups(storage: "Storage", given: "Settings", findings: Findings) -> None:
    from storage.copies import newest

    if given.backup_dir is None:
        findings.note("backups", "none are scheduled: set backup_dir, or run matinee backup yourself")
        return
    last = newest(given.backup_dir)
    if last is None:
        findings.bad("backups", f"there is none in {given.backup_dir} yet")
    elif storage.now() - last > timedelta(hours=2 * given.backup_every_h):
        findings.bad("backups", f"the newest is of {last:%Y-%m-%d %H:%M} UTC")
    else:
        findings.good("backups", f"the newest is of {last:%Y-%m-%d %H:%M} UTC, checked")
