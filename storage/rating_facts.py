"""What is known of changes to ratings before they are made, of many by one question."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.cards import FACTS, MOVIE_FACTS, movie_of
from storage.dialects import joined
from storage.models import chat, inbox, membership, movie, person, rating
from storage.rating_changes import Change
from storage.steps import Step, rows_of, run
from storage.values import Movie

ASKED = {
    "n": sa.BigInteger, "movie": sa.BigInteger, "actor": sa.BigInteger, "chat_id": sa.BigInteger,
    "update_id": sa.BigInteger, "name": sa.Text, "language": sa.Text, "chat_type": sa.Text, "chat_title": sa.Text,
    "present": sa.Boolean,
}  # fmt: skip
"""What is said of each change; `n` is its place in the sequence."""


class Known(NamedTuple):
    """What is known of a change before it is made."""

    movie: Movie
    stars: int | None
    is_plain: bool | None
    """It meets nobody new, joins no club, and its update has changed nothing yet; null is no."""
    clubs: str | None = None
    """The person's clubs as the database joins them, where they were asked for."""


PLACE = FACTS
"""Where a row of `facts` has the change's place in the sequence."""
FACTS_END = PLACE + 3
"""Where such a row ends."""


def known_of(connection: sa.Connection, changes: Sequence[tuple[int, Change]]) -> dict[int, Known]:
    """What is known of each change whose movie there is, by its place."""
    rows = [tuple(asked(at, change).values()) for at, change in changes]
    found = run(connection, Step("facts", _facts(connection.dialect.name), tuple(ASKED), rows, returns=True))
    return {row[PLACE]: known(row) for row in found}


def asked(at: int, change: Change) -> dict[str, Any]:
    """The values of ASKED."""
    actor = change.actor
    return {
        "n": at, "movie": change.movie_id, "actor": actor.person_id, "chat_id": actor.chat_id,
        "update_id": actor.update_id, "name": actor.name, "language": actor.language, "chat_type": actor.chat_type,
        "chat_title": "" if actor.chat_type == "private" else actor.chat_title, "present": actor.present,
    }  # fmt: skip


def known(row: Sequence[Any]) -> Known:
    """Of a row of `facts`, and of the clubs if they follow."""
    return Known(movie_of(row), *row[PLACE + 1 :])


@cache
def _facts(dialect: str) -> sa.Select[Any]:
    given = rows_of(dialect, "facts", ASKED)
    clubs = sa.select(joined(sa.cast(membership.c.chat_id, sa.Text))).where(membership.c.person_id == given.c.actor)
    return facts(given).add_columns(clubs.scalar_subquery())


def facts(given: sa.FromClause) -> sa.Select[Any]:
    """Of each of the given rows, which have the columns ASKED: MOVIE_FACTS, the place, stars, whether it is plain.

    Looked up by questions of their own, for joins would carry all that is given from one to the next.
    """
    new = given.c
    stars = _of(rating.c.stars, rating.c.person_id == new.actor, rating.c.movie_id == new.movie)
    applied_at = _of(inbox.c.applied_at, inbox.c.update_id == new.update_id)
    is_named = (person.c.name == new.name) & person.c.language.is_not_distinct_from(new.language)
    is_here = (chat.c.type == new.chat_type) & (chat.c.title == new.chat_title) & chat.c.active
    is_member = _of(sa.true(), membership.c.person_id == new.actor, membership.c.chat_id == new.chat_id)
    is_plain = (
        applied_at.is_(None)
        & _of(is_named, person.c.id == new.actor)
        & (sa.not_(new.present) | _of(is_here, chat.c.id == new.chat_id))
        & (new.chat_type != "group")  # which may have become a supergroup
        & ((new.chat_type != "supergroup") | is_member)
    )
    columns = new.n, stars.label("stars"), is_plain.label("is_plain")
    return MOVIE_FACTS.add_columns(*columns).select_from(given).join(movie, movie.c.id == new.movie)


def _of(column: sa.ColumnElement[Any], *here: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """Of the row that is there, and null where there is none."""
    return sa.select(column).where(*here).scalar_subquery()
