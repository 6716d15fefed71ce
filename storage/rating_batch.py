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
from storage.audit import AuditAction, entry_of, recording
from storage.cards import FACTS, MOVIE_FACTS, cards_of, movie_of, split
from storage.dialects import joined, or_change
from storage.models import EVERYONE, chat, inbox, membership, movie, person, rating
from storage.ranking import Ranking
from storage.steps import Step, insertion, numbers, run
from storage.values import Actor, Movie, Rated, Score, Source

_RATING = ("person_id", "movie_id", "stars", "chat_id", "source", "created_at", "rated_at")
_KEY = ("n", "person", "movie", "chat", "update")
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
    given_at: datetime | None = None
    """When the film was rated, if that was elsewhere and earlier."""


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
Clear = tuple[Change, int | None, str | None]
"""A change to stars, the stars before it, and the person's clubs as the database joins them."""


def set_plain(connection: sa.Connection, ranking: Ranking, changes: Sequence[Change]) -> dict[int, Rated]:
    """Make the plain ones among the changes; what came of them, by their place in the sequence.

    Nobody else changes what is these persons' meanwhile: the caller has taken their turns.
    """
    known = _facts(connection, changes)
    firsts = ((at, changes[at], known.get(at)) for at in _firsts(changes))
    plain = [(at, change, facts) for at, change, facts in firsts if facts and _is_plain(change, facts)]
    if not plain:
        return {}
    seen = store(connection, ranking, [(change, facts.stars, facts.clubs) for _, change, facts in plain])
    cards = cards_of(connection, [(facts.movie, change.actor, change.stars) for _, change, facts in plain], seen)
    return {at: Rated(card, facts.stars, change.stars) for (at, change, facts), card in zip(plain, cards, strict=True)}


def store(connection: sa.Connection, ranking: Ranking, changes: Sequence[Clear]) -> dict[scores.Place, Score]:
    """Ratings, scores and audit entries of changes to different ratings; the scores as they are then, by place."""
    dialect = connection.dialect.name
    entries = [_entry(change, before) for change, before, _ in changes]
    steps = _storing(dialect, changes), *_counting(dialect, ranking, changes), *recording(dialect, entries)
    return scores.found(run(connection, *steps))


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
    found = run(connection, Step("facts", _facts_of(connection.dialect.name), _KEY, rows, returns=True))
    return {row[-1]: Known(movie_of(row), *row[FACTS:-1]) for row in found}


@cache
def _facts_of(dialect: str) -> sa.Select[Any]:
    key = numbers(dialect, "facts", dict.fromkeys(_KEY, sa.BigInteger))
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


def _storing(dialect: str, changes: Iterable[Clear]) -> Step:
    rows = []
    for each, _, _ in changes:
        at = each.given_at or each.at
        rows.append((each.actor.person_id, each.movie_id, each.stars, each.actor.chat_id, str(each.source), at, at))
    return Step("rated", _store(dialect), _RATING, rows)


@cache
def _store(dialect: str) -> sa.Executable:
    return or_change(insertion(dialect, "rated", rating, _RATING), rating, _RATING, keep=("created_at",))


def _counting(dialect: str, ranking: Ranking, changes: Iterable[Clear]) -> tuple[Step, Step]:
    """In everyone's scores and in those of each person's clubs; changes come with what was known before them."""
    new, moved = Counter[scores.Place](), Counter[scores.Place]()
    totals: dict[scores.Place, int] = defaultdict(int)
    for change, before, clubs in changes:
        for scope in (EVERYONE, *map(int, split(clubs or ""))):
            place = scope, change.movie_id
            if before is None:
                new[place] += 1
                totals[place] += change.stars or 0
            else:
                moved[place] += (change.stars or 0) - before
    return scores.adding(dialect, ranking, {place: (count, totals[place]) for place, count in new.items()}, moved)


def _entry(change: Change, before: int | None) -> dict[str, Any]:
    action = AuditAction.RATING_CREATE if before is None else AuditAction.RATING_UPDATE
    former = None if before is None else {"stars": before}
    subject = f"movie:{change.movie_id}"
    return entry_of(action, change.actor, at=change.at, subject=subject, before=former, after={"stars": change.stars})
