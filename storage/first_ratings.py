"""PostgreSQL: first ratings in one trip to the server, by a single statement that is its own transaction.

Most ratings are somebody's first of a film. What their audit entries say and commit to is known without asking, so the
statement that finds what is known of them, `rating_batch`'s second trip of four, stores them at once.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage import scores
from storage.audit import MOVIE, SALT, WRITTEN, AuditAction, commitments
from storage.functions import GIVEN, call, is_made
from storage.models import audit_entry, inbox, rating
from storage.ranking import Ranking
from storage.rating_batch import everybodys_first, is_plain, rated
from storage.rating_changes import RATING, Change, entry_of_change
from storage.rating_facts import ASKED, FACTS_END, PLACE, Known, asked, facts, known
from storage.steps import as_json, recordset
from storage.values import Rated

_NAME = "store_first"
_GIVEN = {
    **ASKED,
    "to_stars": rating.c.stars.type,
    "source": rating.c.source.type,
    "at": audit_entry.c.at.type,
    "signed": sa.LargeBinary,
}
"""What is said of each rating; `signed` is the salt of its entry and, after that, the commitment."""
_STORED = ("actor", "movie", "to_stars", "chat_id", "source", "update_id", "at", "signed")


def store_first(
    connection: sa.Connection, ranking: Ranking, changes: Sequence[Change], turns: Collection[int]
) -> list[Rated | None]:
    """What came of the plain first ratings among the changes; null for the others, which were not made."""
    if not is_made(connection, _NAME, _statement(ranking)):
        return [None] * len(changes)
    firsts = everybodys_first(changes)
    rows = call(connection, _NAME, turns, as_json(_rows(firsts)))
    looked = {row[PLACE]: known(row[:FACTS_END]) for row in rows if row[PLACE] is not None}
    seen = scores.found(row[FACTS_END:] for row in rows if row[PLACE] is None)
    made = [(at, change, looked[at]) for at, change in firsts if at in looked and _is_first(change, looked[at])]
    done = rated(connection, made, seen)
    return [done.get(at) for at in range(len(changes))]


def _is_first(change: Change, found: Known) -> bool:
    return is_plain(change, found) and found.stars is None


def _rows(changes: Sequence[tuple[int, Change]]) -> list[dict[str, Any]]:
    entries = [entry_of_change(change, None) for _, change in changes]
    return [
        asked(at, change)
        | {"to_stars": change.stars, "source": change.source, "at": change.at, "signed": salt + sealed}
        for (at, change), (salt, sealed) in zip(changes, commitments(entries), strict=True)
    ]


@cache
def _statement(ranking: Ranking) -> sa.CompoundSelect[Any]:
    """Rows of what is known, and below them in further columns the scores."""
    given = recordset(GIVEN, "given", _GIVEN)
    answer = facts(given)
    looked = answer.add_columns(*(given.c[name] for name in _GIVEN if name != "n")).cte("looked")
    is_first = looked.c.is_plain & looked.c.stars.is_(None)
    first = sa.select(*(looked.c[name] for name in _STORED)).where(is_first).cte("first")
    counted = scores.counting(ranking, first).cte("counted")
    seen = [looked.c[column.name] for column in answer.selected_columns]
    unknown, unscored = ([sa.cast(sa.null(), column.type) for column in columns] for columns in (seen, counted.c))
    both = sa.union_all(sa.select(*seen, *unscored), sa.select(*unknown, *counted.c))
    return both.add_cte(_stored(first), _recorded(first), _applied(first))


def _stored(first: sa.CTE) -> sa.CTE:
    """Rated when they were given: what was rated elsewhere and earlier is imported, and not pressed."""
    new = first.c
    rows = sa.select(new.actor, new.movie, new.to_stars, new.chat_id, new.source, new.at, new.at)
    return postgresql.insert(rating).from_select(RATING, rows).cte("stored")


def _recorded(first: sa.CTE) -> sa.CTE:
    """What `entry_of_change` says of a first rating, and was committed to."""
    new = first.c
    written = {
        "action": sa.literal(str(AuditAction.RATING_CREATE), sa.Text),
        "subject": sa.literal(MOVIE) + sa.cast(new.movie, sa.Text),
        "before": sa.null(),
        "after": sa.func.jsonb_build_object("stars", new.to_stars),
        "salt": sa.func.substr(new.signed, 1, SALT),
        "commitment": sa.func.substr(new.signed, SALT + 1),
        **new,
    }
    rows = sa.select(*(written[name] for name in WRITTEN))
    return postgresql.insert(audit_entry).from_select(WRITTEN, rows).cte("recorded")


def _applied(first: sa.CTE) -> sa.CTE:
    return sa.update(inbox).values(applied_at=first.c.at).where(inbox.c.update_id == first.c.update_id).cte("applied")
