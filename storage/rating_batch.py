"""Many people's stars in one go, for those who are known already: a handful of statements instead of a dozen each.

`Ratings` has the rules, for one change at a time. Here they are followed for changes that meet nobody new, join no club
and take nothing back; whatever is not as plain as that is left to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from storage import scores
from storage.audit import AuditAction, entry_of, record_all
from storage.cards import MOVIE_FACTS, cards_of, movie_of, split
from storage.dialects import joined, put_all
from storage.models import EVERYONE, chat, inbox, membership, movie, person, rating
from storage.ranking import Ranking
from storage.values import Actor, Rated, Source

_THEIRS = membership.alias()
_CLUBS = (
    sa.select(joined(sa.cast(_THEIRS.c.chat_id, sa.Text))).where(_THEIRS.c.person_id == person.c.id).scalar_subquery()
)
NUMBERS = ("person", "movie", "chat", "update_id")


@dataclass(frozen=True, slots=True)
class Change:
    """What one person wants their stars for a movie to be; null takes them back."""

    movie_id: int
    stars: int | None
    actor: Actor
    source: Source | None
    at: datetime


def set_plain(connection: sa.Connection, ranking: Ranking, changes: Sequence[Change]) -> dict[int, Rated]:
    """Make the plain ones among the changes; what came of them, by their place in the sequence.

    Nobody else changes what is these persons' meanwhile: the caller has taken their turns.
    """
    known = _facts(connection, changes)
    plain = [(at, changes[at], known[at]) for at in _firsts(changes) if _is_plain(changes[at], known[at])]
    if not plain:
        return {}
    _store(connection, [change for _, change, _ in plain])
    _count(connection, ranking, [(change, facts) for _, change, facts in plain])
    record_all(connection, [_entry(change, facts.stars) for _, change, facts in plain])
    cards = cards_of(connection, [(movie_of(facts), change.actor, change.stars) for _, change, facts in plain])
    return {at: Rated(card, facts.stars, change.stars) for (at, change, facts), card in zip(plain, cards, strict=True)}


def _firsts(changes: Sequence[Change]) -> list[int]:
    """The places of everybody's first change: a second one has to see what the first did."""
    seen: dict[int, int] = {}
    for at, change in enumerate(changes):
        seen.setdefault(change.actor.person_id, at)
    return list(seen.values())


def _is_plain(change: Change, known: Any) -> bool:
    actor = change.actor
    is_met = known.name == actor.name and known.language == actor.language
    title = "" if actor.chat_type == "private" else actor.chat_title
    is_here = not actor.present or (
        known.chat_type == actor.chat_type and known.chat_title == title and known.chat_active
    )
    is_settled = actor.chat_type != "group" and (known.is_member or not actor.in_club)
    is_change = change.stars is not None and change.stars != known.stars and not known.applied
    return bool(known.id and is_change and is_met and is_here and is_settled)


def _facts(connection: sa.Connection, changes: Sequence[Change]) -> list[Any]:
    """What is known of each change, in order."""
    dialect = connection.dialect.name
    rows = [(each.actor.person_id, each.movie_id, each.actor.chat_id, each.actor.update_id) for each in changes]
    keys: Mapping[str, Any] = {"keys": orjson.dumps(rows).decode()}
    if dialect == "postgresql":
        keys = dict(zip(NUMBERS, map(list, zip(*rows, strict=True)), strict=True))
    return list(connection.execute(_facts_of(dialect), keys))


@cache
def _facts_of(dialect: str) -> sa.Select[Any]:
    key = _keys_of(dialect)
    return (
        MOVIE_FACTS.add_columns(
            rating.c.stars, person.c.name, person.c.language,
            chat.c.type.label("chat_type"), chat.c.title.label("chat_title"), chat.c.active.label("chat_active"),
            membership.c.person_id.is_not(None).label("is_member"), inbox.c.applied_at.is_not(None).label("applied"),
            _CLUBS.label("clubs"),
        )
        .select_from(key)
        .outerjoin(movie, movie.c.id == key.c.movie)
        .outerjoin(rating, (rating.c.person_id == key.c.person) & (rating.c.movie_id == key.c.movie))
        .outerjoin(person, person.c.id == key.c.person)
        .outerjoin(chat, chat.c.id == key.c.chat)
        .outerjoin(membership, (membership.c.person_id == key.c.person) & (membership.c.chat_id == key.c.chat))
        .outerjoin(inbox, inbox.c.update_id == key.c.update_id)
        .order_by(key.c.n)
    )  # fmt: skip


def _keys_of(dialect: str) -> sa.FromClause:
    """The changes as rows: n counts them; one parameter on SQLite, one for each column on PostgreSQL."""
    if dialect == "postgresql":
        arrays = (sa.bindparam(name, type_=postgresql.ARRAY(sa.BigInteger)) for name in NUMBERS)
        unnested = sa.func.unnest(*arrays).table_valued(*NUMBERS, with_ordinality="n", name="k")
        return unnested.render_derived()
    each = sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("key", "value")
    values = (sa.func.json_extract(each.c.value, f"$[{at}]", type_=sa.BigInteger) for at in range(len(NUMBERS)))
    named = (value.label(name) for name, value in zip(NUMBERS, values, strict=True))
    return sa.select(each.c.key.label("n"), *named).subquery("k")


def _store(connection: sa.Connection, changes: Iterable[Change]) -> None:
    rows = [
        {
            "person_id": each.actor.person_id, "movie_id": each.movie_id, "stars": each.stars,
            "chat_id": each.actor.chat_id, "source": str(each.source), "created_at": each.at, "rated_at": each.at,
        }
        for each in changes
    ]  # fmt: skip
    put_all(connection, rating, rows, keep=("created_at",))


def _count(connection: sa.Connection, ranking: Ranking, changes: Iterable[tuple[Change, Any]]) -> None:
    """In everyone's scores and in those of each person's clubs; changes come with what was known before them."""
    new, moved = Counter[scores.Place](), Counter[scores.Place]()
    totals: dict[scores.Place, int] = defaultdict(int)
    for change, known in changes:
        for scope in (EVERYONE, *map(int, split(known.clubs or ""))):
            place = scope, change.movie_id
            if known.stars is None:
                new[place] += 1
                totals[place] += change.stars or 0
            else:
                moved[place] += (change.stars or 0) - known.stars
    scores.add_all(connection, ranking, {place: (count, totals[place]) for place, count in new.items()}, moved)


def _entry(change: Change, before: int | None) -> dict[str, Any]:
    action = AuditAction.RATING_CREATE if before is None else AuditAction.RATING_UPDATE
    former = None if before is None else {"stars": before}
    subject = f"movie:{change.movie_id}"
    return entry_of(action, change.actor, at=change.at, subject=subject, before=former, after={"stars": change.stars})
