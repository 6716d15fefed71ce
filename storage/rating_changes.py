"""A change to one person's stars for one movie, and the audit entry that it leaves."""

from datetime import datetime
from typing import Any, NamedTuple

from storage.audit import AuditAction, entry_of
from storage.values import Actor, Source

RATING = ("person_id", "movie_id", "stars", "chat_id", "source", "created_at", "rated_at")
"""The columns of a rating, as a change to it sets them."""


class Change(NamedTuple):
    """What one person wants their stars for a movie to be; null takes them back."""

    movie_id: int
    stars: int | None
    actor: Actor
    source: Source | None
    at: datetime
    given_at: datetime | None = None
    """When the film was rated, if that was elsewhere and earlier."""


def entry_of_change(change: Change, before: int | None) -> dict[str, Any]:
    """Of a change to stars; see `entry_of`."""
    action = AuditAction.RATING_CREATE if before is None else AuditAction.RATING_UPDATE
    former = None if before is None else {"stars": before}
    subject = f"movie:{change.movie_id}"
    return entry_of(action, change.actor, at=change.at, subject=subject, before=former, after={"stars": change.stars})
