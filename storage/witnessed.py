"""Whether the ratings are those that the audit trail tells of: somebody may have changed a table past the program."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from storage.audit import MOVIE, SUBJECTS_MOVIE, AuditAction
from storage.models import audit_entry, rating

PAGE = 5_000
_STARS = frozenset({AuditAction.RATING_CREATE, AuditAction.RATING_UPDATE, AuditAction.RATING_DELETE})

_newest = sa.select(sa.func.max(audit_entry.c.id)).where(audit_entry.c.action.in_(sorted(_STARS)))
_told = (
    sa.select(
        audit_entry.c.actor.label("person_id"),
        SUBJECTS_MOVIE.label("movie_id"),
        audit_entry.c.after["stars"].as_integer().label("stars"),
    )
    .where(audit_entry.c.id.in_(_newest.group_by(audit_entry.c.actor, audit_entry.c.subject)))
    .cte("told")
)
"""The stars that each rating should have; null where they were taken back."""
_SAME = (_told.c.person_id == rating.c.person_id) & (_told.c.movie_id == rating.c.movie_id)
_CHANGED = (
    sa.select(rating.c.person_id, rating.c.movie_id, rating.c.stars, _told.c.stars.label("told"))
    .select_from(rating.outerjoin(_told, _SAME))
    .where(rating.c.stars.is_distinct_from(_told.c.stars))
)
_GONE = (
    sa.select(_told.c.person_id, _told.c.movie_id, rating.c.stars, _told.c.stars.label("told"))
    .select_from(_told.outerjoin(rating, _SAME))
    .where(_told.c.stars.is_not(None), rating.c.stars.is_(None))
)


class Witness:
    """Adds up what the entries tell, in any order and in flat memory: each takes stars away and puts others there.

    What is left must be the sum over the ratings. Of somebody who was erased both are gone.
    """

    def __init__(self) -> None:
        self._sum = 0

    def hears(self, entry: Mapping[str, Any]) -> None:
        """The content of an entry."""
        if entry["action"] in _STARS:
            whose = entry["actor"], str(entry["subject"]).removeprefix(MOVIE)
            for sign, stars in ((-1, entry["before"]), (1, entry["after"])):
                if stars is not None:
                    self._sum += sign * _mark(*whose, stars["stars"])

    def fault(self, connection: sa.Connection) -> str | None:
        """What is wrong, in words; null when the ratings are what was told."""
        if self._sum == sum(_mark(*row) for row in _ratings(connection)):
            return None
        return _named(connection) or "an entry is missing: those that are there do not add up to the ratings"


def _mark(person_id: int, movie_id: object, stars: int) -> int:
    return int.from_bytes(blake2b(f"{person_id} {movie_id} {stars}".encode(), digest_size=16).digest(), "big")


def _ratings(connection: sa.Connection) -> Iterator[tuple[int, int, int]]:
    key = rating.c.person_id, rating.c.movie_id
    last = tuple(sa.bindparam(column.name, type_=sa.BigInteger) for column in key)
    page = sa.select(*key, rating.c.stars).where(sa.tuple_(*key) > sa.tuple_(*last)).order_by(*key).limit(PAGE)
    after = (-(2**62), 0)
    while rows := connection.execute(page, {"person_id": after[0], "movie_id": after[1]}).all():
        for row in rows:
            yield row.person_id, row.movie_id, row.stars
        after = rows[-1].person_id, rows[-1].movie_id


def _named(connection: sa.Connection) -> str | None:
    """The first rating that is not as its newest entry left it. It takes minutes for a million."""
    for query in (_CHANGED, _GONE):
        row = connection.execute(query.order_by("person_id", "movie_id").limit(1)).first()
        if row is not None:
            is_now, was = ("none" if stars is None else f"{stars} of 10" for stars in (row.stars, row.told))
            which = f"the rating of movie {row.movie_id} by person {row.person_id}"
            return f"{which} is {is_now}, and its entry says {was}: it was changed past the program"
    return None
