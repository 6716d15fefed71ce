"""What waits to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An update taken from Telegram and not finished. `key` orders: one key's items run one after another."""

    id: int
    update_id: int
    key: int
    payload: bytes
    deaths: int = 0
    """Processes that ended while it was handled."""
    begun: bool = False
    """Whether a process that has ended since may have begun it."""
    behind: bool = False
    """Whether another replica may be at work on something older of the same person."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An update in quarantine; `reason` is for the operator."""

    id: int
    update_id: int
    person_id: int | None
    reason: str
    received_at: datetime
    given_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A message to be queued; of one `key` there is never a second. `payload`: `text` as HTML, `keyboard` as JSON."""

    key: str
    kind: str
    chat_id: int
    payload: Mapping[str, Any]
    thread_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem(Owed):
    """A message that this process, and no other, may send now."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait, since when the oldest does, and of how many nobody knows whether they were posted."""

    waiting: int
    oldest: datetime | None
    unknown: int
