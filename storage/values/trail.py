"""The audit trail as it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change. `actor` is null when the entry's content has been erased, 0 when the program acted."""

    id: int
    at: datetime
    actor: int | None
    chat_id: int | None
    action: str | None
    subject: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    update_id: int | None


@dataclass(frozen=True, slots=True)
class Seal:
    """A hash over the entries after the seal before, up to `last_entry`; the fingerprint is for people to keep."""

    id: int
    at: datetime
    last_entry: int
    entries: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading the whole trail came to. `fault` names the first entry or seal that is not as it was written.

    `unanchored`: that is all as it was written, and only no seal has the fingerprint that was asked for.
    """

    entries: int
    erased: int
    seals: int
    fingerprint: str | None
    fault: str | None
    unanchored: bool = False


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries an operator wants to see; null: any. A day is one of UTC."""

    person_id: int | None = None
    movie_id: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry with the names that go with it, as far as they are known."""

    entry: AuditEntry
    name: str | None
    chat: str | None
    title: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first; `older`: the number before which the next page begins, null at the end."""

    lines: tuple[AuditLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One of a person's own audit entries, with the movie it speaks of and the group it was made in, if any."""

    entry: AuditEntry
    title: str | None
    year: int | None
    club: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    lines: tuple[HistoryLine, ...]
    page: int
    more: bool
