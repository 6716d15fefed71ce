"""Reading the audit trail: one's own part, the operator's view, all of it; and sealing and verifying it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from storage import seals
from storage.audit import MOVIE, SUBJECTS_MOVIE
from storage.database import Database
from storage.models import audit_entry, chat, movie, person
from storage.values import (
    PAGE,
    AuditEntry,
    AuditFilter,
    AuditLine,
    AuditPage,
    HistoryLine,
    HistoryPage,
    Seal,
    Verification,
)
from storage.verify import verify, verify_seals

_ITS_MOVIE = movie.c.id == sa.case((audit_entry.c.subject.startswith(MOVIE), SUBJECTS_MOVIE))
"""By the number that the subject ends with: the other way round each line would look through the whole catalogue."""


class AuditTrail:
    """Only the changes themselves write entries (`audit.record`); here they are read, sealed and verified."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, person_id: int, *, page: int = 0) -> HistoryPage:
        """A person's own changes, newest first."""
        query = (
            sa.select(audit_entry, movie.c.title, movie.c.year, chat.c.title.label("club"))
            .join(movie, _ITS_MOVIE, isouter=True)
            .join(chat, chat.c.id == audit_entry.c.chat_id, isouter=True)
            .where(audit_entry.c.actor == person_id)
            .order_by(audit_entry.c.id.desc())
            .limit(PAGE + 1)
            .offset(page * PAGE)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        lines = tuple(HistoryLine(_entry(row), row.title, row.year, row.club) for row in rows[:PAGE])
        return HistoryPage(lines, page, more=len(rows) > PAGE)

    async def entries(self, wanted: AuditFilter, before: int | None = None) -> AuditPage:
        """A page of everybody's changes, the newest first, older than entry `before`."""
        query = _lines(wanted).order_by(audit_entry.c.id.desc()).limit(PAGE + 1)
        if before is not None:
            query = query.where(audit_entry.c.id < before)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        lines = tuple(AuditLine(_entry(row), row.name, row.club, row.title, row.year) for row in rows[:PAGE])
        return AuditPage(lines, lines[-1].entry.id if len(rows) > PAGE else None)

    async def export(self) -> AsyncIterator[AuditEntry]:
        """The whole trail, oldest first, streamed."""
        async for row in self._database.stream(sa.select(audit_entry).order_by(audit_entry.c.id)):
            yield _entry(row)

    async def seal(self) -> Seal | None:
        """Seal everything that is not sealed yet; the newest seal, or null while there is no entry at all."""
        at = self._database.now()
        while await self._database.on_writing_connection(lambda connection: seals.seal_entries(connection, at)):
            pass
        return await self.newest_seal()

    async def newest_seal(self) -> Seal | None:
        return await self._database.read(seals.latest)

    async def unsealed_since(self) -> datetime | None:
        """When the oldest entry was made that no seal covers."""
        return await self._database.read(seals.unsealed_since)

    async def verify(self, anchor: str | None = None) -> Verification:
        """Read the whole trail against its commitments and seals, in flat memory and one snapshot."""
        return await self._database.snapshot(lambda connection: verify(connection, anchor))

    async def verify_seals(self) -> Verification:
        """Read the chain of seals alone, not the entries that they seal: quick however long the trail is."""
        return await self._database.snapshot(verify_seals)


def _lines(wanted: AuditFilter) -> sa.Select[Any]:
    named = (
        audit_entry.outerjoin(person, person.c.id == audit_entry.c.actor)
        .outerjoin(chat, chat.c.id == audit_entry.c.chat_id)
        .outerjoin(movie, _ITS_MOVIE)
    )
    names = person.c.name, chat.c.title.label("club"), movie.c.title, movie.c.year
    query = sa.select(audit_entry, *names).select_from(named)
    if wanted.person_id is not None:
        query = query.where(audit_entry.c.actor == wanted.person_id)
    if wanted.movie_id is not None:
        query = query.where(audit_entry.c.subject == f"movie:{wanted.movie_id}")
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time(), UTC)
        query = query.where(audit_entry.c.at >= start, audit_entry.c.at < start + timedelta(days=1))
    return query


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
