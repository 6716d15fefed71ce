"""Many people's stars in one go, for those who are known already: a handful of statements instead of a dozen each.

`Ratings` has the rules, for one change at a time. Here they are followed for changes that meet nobody new, join no club
and take nothing back; whatever is not as plain as that is left to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import sqlalchemy as sa

from storage import scores
from storage.audit import recording
from storage.cards import LARGEST_ID, cards_of, split
from storage.dialects import or_change
from storage.models import EVERYONE, rating
from storage.ranking import Ranking
from storage.rating_changes import RATING, Change, entry_of_change
from storage.rating_facts import Known, known_of
from storage.steps import Step, insertion, run
from storage.values import Rated, Score

Clear = tuple[Change, int | None, str | None]
"""A change to stars, the stars before it, and the person's clubs as the database joins them."""


def set_plain(connection: sa.Connection, ranking: Ranking, changes: Sequence[Change]) -> dict[int, Rated]:
    """Make the plain ones among the changes; what came of them, by their place in the sequence.

    Nobody else changes what is these persons' meanwhile: the caller has taken their turns.
    """
    firsts = everybodys_first(changes)
    found = known_of(connection, firsts)
    plain = [(at, change, found[at]) for at, change in firsts if at in found and is_plain(change, found[at])]
    if not plain:
        return {}
    seen = store(connection, ranking, [(change, facts.stars, facts.clubs) for _, change, facts in plain])
    return rated(connection, plain, seen)


def rated(
    connection: sa.Connection, plain: Sequence[tuple[int, Change, Known]], seen: Mapping[scores.Place, Score]
) -> dict[int, Rated]:
    """What came of changes, by their place; `seen` are the scores as they are after them."""
    cards = cards_of(connection, [(facts.movie, change.actor, change.stars) for _, change, facts in plain], seen)
    return {at: Rated(card, facts.stars, change.stars) for (at, change, facts), card in zip(plain, cards, strict=True)}


def store(connection: sa.Connection, ranking: Ranking, changes: Sequence[Clear]) -> dict[scores.Place, Score]:
    """Ratings, scores and audit entries of changes to different ratings; the scores as they are then, by place."""
    dialect = connection.dialect.name
    entries = [entry_of_change(change, before) for change, before, _ in changes]
    steps = _storing(dialect, changes), *_counting(dialect, ranking, changes), *recording(dialect, entries)
    return scores.found(run(connection, *steps))


def everybodys_first(changes: Sequence[Change]) -> list[tuple[int, Change]]:
    """Everybody's first change to what may be a movie, with its place: a second one has to see what the first did."""
    seen: dict[int, tuple[int, Change]] = {}
    for at, change in enumerate(changes):
        if 0 < change.movie_id <= LARGEST_ID:
            seen.setdefault(change.actor.person_id, (at, change))
    return list(seen.values())


def is_plain(change: Change, known: Known) -> bool:
    return bool(known.is_plain) and change.stars is not None and change.stars != known.stars


def _storing(dialect: str, changes: Iterable[Clear]) -> Step:
    rows = []
    for each, _, _ in changes:
        at = each.given_at or each.at
        rows.append((each.actor.person_id, each.movie_id, each.stars, each.actor.chat_id, str(each.source), at, at))
    return Step("rated", _store(dialect), RATING, rows)


@cache
def _store(dialect: str) -> sa.Executable:
    return or_change(insertion(dialect, "rated", rating, RATING), rating, RATING, keep=("created_at",))


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
