"""The audit trail: every change leaves one entry, in the change's own transaction; entries are only ever added."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.inbox import mark_applied
from storage.models import audit_entry, movie
from storage.values import SYSTEM, Actor, AuditEntry, HistoryLine, HistoryPage

PAGE = 10


_INSERT = sa.insert(audit_entry)


class AuditAction(StrEnum):
    RATING_CREATE = "rating.create"
    RATING_UPDATE = "rating.update"
    RATING_DELETE = "rating.delete"
    RATING_SHARE = "rating.share"  # the same stars, pressed in another club: from now on shown there
    CLUB_JOIN = "club.join"
    CLUB_LEAVE = "club.leave"
    CHAT_ACTIVATE = "chat.activate"
    CHAT_DEACTIVATE = "chat.deactivate"
    DIGEST_UPDATE = "digest.update"
    PERSON_UPDATE = "person.update"
    PERSON_ERASE = "person.erase"
    CATALOGUE_IMPORT = "catalogue.import"


def record(
    connection: sa.Connection,
    action: AuditAction,
    actor: Actor | None,
    *,
    at: datetime,
    subject: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the caller's transaction and mark the actor's update as applied; no actor: the program itself.

    The entry commits to its content by SHA-256 over a random salt and the content, so that the content can be
    erased later while the commitment stays.
    """
    content = {
        "actor": actor.person_id if actor else SYSTEM,
        "chat_id": actor.chat_id if actor else None,
        "action": str(action),
        "subject": subject,
        "before": before,
        "after": after,
        "update_id": actor.update_id if actor else None,
    }
    salt = secrets.token_bytes(16)
    connection.execute(
        _INSERT,
        {**content, "at": at, "salt": salt, "commitment": commitment(salt, at, content)},
    )
    mark_applied(connection, actor, at)


def commitment(salt: bytes, at: datetime, content: Mapping[str, Any]) -> bytes:
    """SHA-256 over the salt and the canonical JSON (sorted keys, no spaces) of the instant and the content."""
    canonical = json.dumps({"at": at.isoformat(), **content}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(salt + canonical.encode()).digest()


def erase_content(connection: sa.Connection, person_id: int, at: datetime) -> None:
    """Empty every entry by or about a person; instant and commitment stay (a trigger refuses any other update)."""
    connection.execute(
        sa.update(audit_entry)
        .where(audit_entry.c.erased_at.is_(None))
        .where((audit_entry.c.actor == person_id) | (audit_entry.c.subject == f"person:{person_id}"))
        .values(
            actor=None, chat_id=None, action=None, subject=None, before=None, after=None,
            update_id=None, salt=None, erased_at=at,
        )
    )  # fmt: skip


class AuditTrail:
    """Reads the trail; only the changes themselves write to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, person_id: int, *, page: int = 0) -> HistoryPage:
        """A person's own changes, newest first."""
        query = (
            sa.select(audit_entry, movie.c.title, movie.c.year)
            .join(
                movie,
                audit_entry.c.subject == sa.literal("movie:") + sa.cast(movie.c.id, sa.Text),
                isouter=True,
            )
            .where(audit_entry.c.actor == person_id)
            .order_by(audit_entry.c.id.desc())
            .limit(PAGE + 1)
            .offset(page * PAGE)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        lines = tuple(HistoryLine(_entry(row), row.title, row.year) for row in rows[:PAGE])
        return HistoryPage(lines, page, more=len(rows) > PAGE)

    async def export(self) -> AsyncIterator[AuditEntry]:
        """The whole trail, oldest first, streamed."""
        async for row in self._database.stream(sa.select(audit_entry).order_by(audit_entry.c.id)):
            yield _entry(row)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        chat_id=row.chat_id,
        action=row.action,
        subject=row.subject,
        before=row.before,
        after=row.after,
        update_id=row.update_id,
    )
