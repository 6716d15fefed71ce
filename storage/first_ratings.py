"""PostgreSQL: what is known of changes to ratings, and the plain first ratings among them stored, by one statement.

Most ratings are somebody's first of a film. What their audit entries commit to is known before anything is asked, so
they need not wait for the answer: a trip to the server costs as much as three ratings.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage import scores
from storage.audit import WRITTEN, AuditAction, commitments
from storage.models import audit_entry, inbox, rating
from storage.ranking import Ranking
from storage.rating_changes import RATING, Change, entry_of_change
from storage.rating_facts import ASKED, PLACE, Known, asked, facts, known
from storage.steps import Step, rows_of, run
from storage.values import Score

_ENTRY = ("at", "subject", "after")
_GIVEN = {
    **ASKED,
    "to_stars": rating.c.stars.type,
    "source": rating.c.source.type,
    **{name: audit_entry.c[name].type for name in (*_ENTRY, "salt", "commitment")},
}
_entry = itemgetter(*_ENTRY)


def store_first(
    connection: sa.Connection, ranking: Ranking, changes: Sequence[tuple[int, Change]]
) -> tuple[dict[int, Known], dict[scores.Place, Score]]:
    """What is known of each change whose movie there is, by its place, and the scores that changed, by theirs.

    Stored are the plain ones to stars where there were none.
    """
    rows = run(connection, Step("given", _statement(ranking), tuple(_GIVEN), list(_rows(changes)), returns=True))
    changed = scores.found(row[PLACE + 1 :] for row in rows if row[PLACE] is None)
    return {row[PLACE]: known(row) for row in rows if row[PLACE] is not None}, changed


def _rows(changes: Sequence[tuple[int, Change]]) -> Iterator[tuple[Any, ...]]:
    entries = [entry_of_change(change, None) for _, change in changes]
    for (at, change), entry, signed in zip(changes, entries, commitments(entries), strict=True):
        yield (*asked(at, change), change.stars, change.source, *_entry(entry), *signed)


@cache
def _statement(ranking: Ranking) -> sa.Executable:
    """Rows of what is known, and below them in further columns the scores."""
    given = rows_of("postgresql", "given", _GIVEN)
    answer = facts(given)
    looked = answer.add_columns(*(given.c[name] for name in _GIVEN if name != "n")).cte("looked")
    is_first = looked.c.is_plain & looked.c.stars.is_(None) & looked.c.to_stars.is_not(None)
    first = sa.select(looked).where(is_first).cte("first")
    counted = scores.counting(ranking, first).cte("counted")
    seen = [looked.c[column.name] for column in answer.selected_columns]
    return sa.union_all(
        sa.select(*seen, *(sa.null() for _ in counted.c)), sa.select(*(sa.null() for _ in seen), *counted.c)
    ).add_cte(_stored(first), _recorded(first), _applied(first))


def _stored(first: sa.CTE) -> sa.CTE:
    new = first.c
    rows = sa.select(new.actor, new.movie, new.to_stars, new.chat_id, new.source, new.at, new.at)
    return postgresql.insert(rating).from_select(RATING, rows).cte("stored")


def _recorded(first: sa.CTE) -> sa.CTE:
    written = {"action": sa.literal(str(AuditAction.RATING_CREATE), sa.Text), "before": sa.null(), **first.c}
    rows = sa.select(*(written[name] for name in WRITTEN)).order_by(first.c.n)
    return postgresql.insert(audit_entry).from_select(WRITTEN, rows).cte("recorded")


def _applied(first: sa.CTE) -> sa.CTE:
    return sa.update(inbox).values(applied_at=first.c.at).where(inbox.c.update_id == first.c.update_id).cte("applied")
