"""Many people's stars in one go, for those who are known already: a handful of statements instead of a dozen each.

`Ratings` has the rules, for one change at a time. Here they are followed for changes that meet nobody new, join no club
and take nothing back; whatever is not as plain as that is left to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, entry_of, record_all
from storage.cards import FACTS, MOVIE_FACTS, cards_of, movie_of, split
from storage.dialects import given, joined, put_all, run_given
from storage.models import EVERYONE, chat, inbox, membership, movie, person, rating
from storage.ranking import Ranking
from storage.values import Actor, Movie, Rated, Score, Source

_THEIRS = membership.alias()
_CLUBS = (
    sa.select(joined(sa.cast(_THEIRS.c.chat_id, sa.Text))).where(_THEIRS.c.person_id == person.c.id).scalar_subquery()
)


class Change(NamedTuple):
    """What one person wants their stars for a movie to be; null takes them back."""

    movie_id: int
    stars: int | None
    actor: Actor
    source: Source | None
    at: datetime


class Known(NamedTuple):
    """What is known of a change before it is made; null where there is nothing."""

    movie: Movie
    stars: int | None
    name: str | None
    language: str | None
    chat_type: str | None
    chat_title: str | None
    chat_active: bool | None
    is_member: bool
    applied: bool
    clubs: str | None


Plain = tuple[int, Change, Known]
"""A change, its place in the sequence, and what is known of it."""


def set_plain(connection: sa.Connection, ranking: Ranking, changes: Sequence[Change]) -> dict[int, Rated]:
    """Make the plain ones among the changes; what came of them, by their place in the sequence.

    Nobody else changes what is these persons' meanwhile: the caller has taken their turns.
    """
    known = _facts(connection, changes)
    firsts = ((at, changes[at], known.get(at)) for at in _firsts(changes))
    plain = [(at, change, facts) for at, change, facts in firsts if facts and _is_plain(change, facts)]
    if not plain:
        return {}
    _store(connection, [change for _, change, _ in plain])
    seen = _count(connection, ranking, plain)
    record_all(connection, [_entry(change, facts.stars) for _, change, facts in plain])
    cards = cards_of(connection, [(facts.movie, change.actor, change.stars) for _, change, facts in plain], seen)
    return {at: Rated(card, facts.stars, change.stars) for (at, change, facts), card in zip(plain, cards, strict=True)}


def _firsts(changes: Sequence[Change]) -> list[int]:
    """The places of everybody's first change: a second one has to see what the first did."""
    seen: dict[int, int] = {}
    for at, change in enumerate(changes):
        seen.setdefault(change.actor.person_id, at)
    return list(seen.values())


def _is_plain(change: Change, known: Known) -> bool:
    """The commonest first: stars in a private chat by somebody whose name is as before."""
    actor = change.actor
    if known.applied or change.stars is None or change.stars == known.stars:
        return False
    if known.name != actor.name or known.language != actor.language:
        return False
    title = "" if actor.chat_type == "private" else actor.chat_title
    here = known.chat_type, known.chat_title, known.chat_active
    if actor.present and here != (actor.chat_type, title, True):
        return False
    return actor.chat_type != "group" and (known.is_member or not actor.in_club)


def _facts(connection: sa.Connection, changes: Sequence[Change]) -> dict[int, Known]:
    """What is known of each change whose movie there is, by its place."""
    rows = [
        (at, each.actor.person_id, each.movie_id, each.actor.chat_id, each.actor.update_id)
        for at, each in enumerate(changes)
    ]
    found = run_given(connection, _facts_of(connection.dialect.name), rows)
    return {row[-1]: Known(movie_of(row), *row[FACTS:-1]) for row in found}


@cache
def _facts_of(dialect: str) -> sa.Select[Any]:
    key = given(dialect, **dict.fromkeys(("n", "person", "movie", "chat", "update"), sa.BigInteger))
    return (
        MOVIE_FACTS.add_columns(
            rating.c.stars, person.c.name, person.c.language,
            chat.c.type.label("chat_type"), chat.c.title.label("chat_title"), chat.c.active.label("chat_active"),
            membership.c.person_id.is_not(None).label("is_member"), inbox.c.applied_at.is_not(None).label("applied"),
            _CLUBS.label("clubs"), key.c.n,
        )
        .select_from(key)
        .join(movie, movie.c.id == key.c.movie)
        .outerjoin(rating, (rating.c.person_id == key.c.person) & (rating.c.movie_id == key.c.movie))
        .outerjoin(person, person.c.id == key.c.person)
        .outerjoin(chat, chat.c.id == key.c.chat)
        .outerjoin(membership, (membership.c.person_id == key.c.person) & (membership.c.chat_id == key.c.chat))
        .outerjoin(inbox, inbox.c.update_id == key.c.update)
    )  # fmt: skip


def _store(connection: sa.Connection, changes: Iterable[Change]) -> None:
    rows = [
        {
            "person_id": each.actor.person_id, "movie_id": each.movie_id, "stars": each.stars,
            "chat_id": each.actor.chat_id, "source": str(each.source), "created_at": each.at, "rated_at": each.at,
        }
        for each in changes
    ]  # fmt: skip
    put_all(connection, rating, rows, keep=("created_at",))


def _count(connection: sa.Connection, ranking: Ranking, changes: Iterable[Plain]) -> dict[scores.Place, Score]:
    """In everyone's scores and in those of each person's clubs; changes come with what was known before them."""
    new, moved = Counter[scores.Place](), Counter[scores.Place]()
    totals: dict[scores.Place, int] = defaultdict(int)
    for _, change, known in changes:
        for scope in (EVERYONE, *map(int, split(known.clubs or ""))):
            place = scope, change.movie_id
            if known.stars is None:
                new[place] += 1
                totals[place] += change.stars or 0
            else:
                moved[place] += (change.stars or 0) - known.stars
    return scores.add_all(connection, ranking, {place: (count, totals[place]) for place, count in new.items()}, moved)


def _entry(change: Change, before: int | None) -> dict[str, Any]:
    action = AuditAction.RATING_CREATE if before is None else AuditAction.RATING_UPDATE
    former = None if before is None else {"stars": before}
    subject = f"movie:{change.movie_id}"
    return entry_of(action, change.actor, at=change.at, subject=subject, before=former, after={"stars": change.stars})
