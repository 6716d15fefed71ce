"""The audit trail: every change leaves one entry, in the change's own transaction; entries are only ever added."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa

from storage.inbox import marking
from storage.models import audit_entry
from storage.steps import Step, insertion, run
from storage.values import SYSTEM, Actor

CONTENT = ("actor", "chat_id", "action", "subject", "before", "after", "update_id")
"""The columns that an entry commits to, beside its instant."""

MOVIE = "movie:"
"""How the subject of a change to a movie begins; its number follows."""
SUBJECTS_MOVIE = sa.cast(sa.func.substr(audit_entry.c.subject, len(MOVIE) + 1), sa.BigInteger)
"""That number, of an entry whose subject begins so."""

SALT = 16
_ENTRY = ("at", *CONTENT)
WRITTEN = (*_ENTRY, "salt", "commitment")
"""The columns of a new entry."""
_content = itemgetter(*_ENTRY)


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
    LANGUAGE_UPDATE = "language.update"
    PERSON_UPDATE = "person.update"
    PERSON_ERASE = "person.erase"
    CHAT_MIGRATE = "chat.migrate"
    CATALOGUE_IMPORT = "catalogue.import"
    MOVIE_ADD = "movie.add"


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
    entry = entry_of(action, actor, at=at, subject=subject, before=before, after=after)
    run(connection, *recording(connection.dialect.name, [entry]))


def recording(dialect: str, entries: Sequence[Mapping[str, Any]]) -> tuple[Step, Step]:
    """The same for entries that `entry_of` made, as steps of the caller's."""
    updates = {each["update_id"]: each["at"] for each in entries if each["update_id"] is not None}
    rows = [(*_content(entry), *signed) for entry, signed in zip(entries, commitments(entries), strict=True)]
    return Step("entry", _insert(dialect), WRITTEN, rows), marking(dialect, list(updates.items()))


def commitments(entries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[bytes, bytes]]:
    """A new salt for each entry that `entry_of` made, and what it commits to with that."""
    salts = secrets.token_bytes(SALT * len(entries))  # the system is asked once for all of them
    for number, entry in enumerate(entries):
        salt = salts[SALT * number : SALT * (number + 1)]
        yield salt, _commitment(salt, entry)


@cache
def _insert(dialect: str) -> sa.Executable:
    return insertion(dialect, "entry", audit_entry, WRITTEN)


def entry_of(
    action: AuditAction,
    actor: Actor | None,
    *,
    at: datetime,
    subject: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry's instant and content; see `record`."""
    return {
        "at": at,
        "actor": actor.person_id if actor else SYSTEM,
        "chat_id": actor.chat_id if actor else None,
        "action": str(action),
        "subject": subject,
        "before": before,
        "after": after,
        "update_id": actor.update_id if actor else None,
    }


def commitment(salt: bytes, at: datetime, content: Mapping[str, Any]) -> bytes:
    """SHA-256 over the salt and the canonical JSON (sorted keys, no spaces) of the instant and the content."""
    return _commitment(salt, {**content, "at": at})


def _commitment(salt: bytes, entry: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(salt + orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).digest()


def erase_content(connection: sa.Connection, person_id: int, at: datetime) -> None:
    """Empty every entry by or about a person; instant and commitment stay (a trigger refuses any other update).

    The entry that tells of it names how many, and a sum over them: so nobody can pass off another as erased.
    """
    theirs = audit_entry.c.erased_at.is_(None) & by_or_about(person_id)
    marks = [
        erasure_mark(*row)
        for row in connection.execute(sa.select(audit_entry.c.id, audit_entry.c.commitment).where(theirs))
    ]
    emptied = dict.fromkeys((*CONTENT, "salt"))
    connection.execute(sa.update(audit_entry).where(theirs).values(**emptied, erased_at=at))
    after = {"entries": len(marks), "sum": f"{sum(marks) % 2**256:064x}"}
    record(connection, AuditAction.PERSON_ERASE, None, at=at, after=after)


def by_or_about(person_id: int) -> sa.ColumnElement[bool]:
    """The entries that an erasure empties: by a person, and about them or their private chat, which has their id."""
    return sa.or_(
        audit_entry.c.actor == person_id,
        audit_entry.c.subject.in_((f"person:{person_id}", f"chat:{person_id}")),
    )


def erasure_mark(entry_id: int, entry_commitment: bytes) -> int:
    """One erased entry's part in the sum, which does not depend on their order."""
    return int.from_bytes(hashlib.sha256(b"\x03" + entry_id.to_bytes(8, "big") + entry_commitment).digest(), "big")
