"""Scores: how many rated a movie in a scope, and how. Kept by difference; a recount must give the same."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.dialects import given, insert, run_given
from storage.models import EVERYONE, membership, rating, score
from storage.ranking import Prior, Ranking
from storage.values import Score

Place = tuple[int, int]
"""A scope and a movie."""
Change = tuple[int, int, int, int]
"""Of a scope, a movie, by how many ratings and by how many stars."""

_PERSON = sa.bindparam("person", type_=sa.BigInteger)
_SCOPE, _MOVIE = sa.bindparam("at_scope", type_=sa.BigInteger), sa.bindparam("of_movie", type_=sa.BigInteger)

_CLUBS = sa.select(membership.c.chat_id).where(membership.c.person_id == _PERSON).order_by(membership.c.chat_id)
_RATINGS = sa.select(rating.c.movie_id, rating.c.stars).where(rating.c.person_id == _PERSON).order_by(rating.c.movie_id)
_HERE = (score.c.scope == _SCOPE) & (score.c.movie_id == _MOVIE)
_DROP = sa.delete(score).where(_HERE)


def add(connection: sa.Connection, ranking: Ranking, person_id: int, movie_id: int, *, count: int, total: int) -> None:
    """Add a difference to everyone's score of a movie and to that of each of the person's clubs."""
    for scope in (EVERYONE, *connection.execute(_CLUBS, {"person": person_id}).scalars()):
        _shift(connection, ranking, scope, movie_id, count=count, total=total)


def add_all(
    connection: sa.Connection, ranking: Ranking, new: Mapping[Place, tuple[int, int]], moved: Mapping[Place, int]
) -> dict[Place, Score]:
    """Add new ratings (count, total) and differences of changed ones, by place; what each place has then.

    They are changed in one order, against deadlocks.
    """
    found: dict[Place, Score] = {}
    for prior, of_everyone in ((ranking.everyone, True), (ranking.club, False)):
        here = sorted(place for place in {*new, *moved} if (place[0] == EVERYONE) is of_everyone)
        started = [_change(place, *new[place]) for place in here if place in new]
        changed = [_change(place, 0, moved[place]) for place in here if place in moved]
        for statement, changes in ((_started, started), (_moved, changed)):
            if changes:
                found |= _run(connection, statement(prior, connection.dialect.name), changes)
    return found


def _run(connection: sa.Connection, statement: sa.Executable, changes: Sequence[Change]) -> dict[Place, Score]:
    rows = run_given(connection, statement, changes)
    return {(scope, movie_id): Score(count, int(total), mark) for scope, movie_id, count, total, mark in rows}


def _change(place: Place, count: int, total: int) -> Change:
    return *place, count, total


def add_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count all of a person's ratings in a club that they join."""
    for movie_id, stars in connection.execute(_RATINGS, {"person": person_id}).all():
        _shift(connection, ranking, chat_id, movie_id, count=1, total=stars)


def remove_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count none of a person's ratings in a club that they leave."""
    for movie_id, stars in connection.execute(_RATINGS, {"person": person_id}).all():
        _shift(connection, ranking, chat_id, movie_id, count=-1, total=-stars)


def _shift(connection: sa.Connection, ranking: Ranking, scope: int, movie_id: int, *, count: int, total: int) -> None:
    prior, dialect = ranking.of(scope), connection.dialect.name
    change = _change((scope, movie_id), count, total)
    if _run(connection, _moved(prior, dialect), [change]):
        return
    if count > 0:
        _run(connection, _started(prior, dialect), [change])
    else:
        connection.execute(_DROP, {"at_scope": scope, "of_movie": movie_id})


def _given(dialect: str) -> sa.FromClause:
    return given(dialect, at_scope=sa.BigInteger, of_movie=sa.BigInteger, by_count=sa.Integer, by_total=sa.BigInteger)


@cache
def _moved(prior: Prior, dialect: str) -> sa.Executable:
    """Add to a score that stays: taking the last rating away finds no row here."""
    rows = _given(dialect).c
    here = (score.c.scope == rows.at_scope) & (score.c.movie_id == rows.of_movie)
    counted, summed = score.c.count + rows.by_count, score.c.total + rows.by_total
    changed = {"count": counted, "total": summed, "weighted": prior.weighted(summed, counted)}
    return sa.update(score).where(here, counted > 0).values(changed).returning(*score.c)


@cache
def _started(prior: Prior, dialect: str) -> sa.Executable:
    """The first rating in a scope; another replica may have been quicker."""
    rows = _given(dialect).c
    sums = rows.by_count, rows.by_total, prior.weighted(rows.by_total, rows.by_count)
    columns = [column.name for column in score.c]
    added = sa.select(rows.at_scope, rows.of_movie, *sums).where(sa.true())  # SQLite needs it, or takes ON for a join's
    row = insert(dialect, score).from_select(columns, added)
    counted, summed = score.c.count + row.excluded["count"], score.c.total + row.excluded.total
    changed = {"count": counted, "total": summed, "weighted": prior.weighted(summed, counted)}
    return row.on_conflict_do_update(index_elements=["scope", "movie_id"], set_=changed).returning(*score.c)


def recount_club(connection: sa.Connection, ranking: Ranking, chat_id: int, *, instead_of: int) -> None:
    """Count a club anew under its new id, and forget the old one."""
    connection.execute(sa.delete(score).where(score.c.scope.in_([chat_id, instead_of])))
    members = rating.join(membership, membership.c.person_id == rating.c.person_id)
    recount = _recount(membership.c.chat_id, members, ranking.club).where(membership.c.chat_id == chat_id)
    connection.execute(sa.insert(score).from_select(["scope", "movie_id", "count", "total", "weighted"], recount))


def rebuild(connection: sa.Connection, ranking: Ranking) -> None:
    """Recount every score from the ratings themselves; needed when the priors change."""
    connection.execute(sa.delete(score))
    everyone = sa.literal(EVERYONE, sa.BigInteger)
    members = rating.join(membership, membership.c.person_id == rating.c.person_id)
    for scope, source, prior in (
        (everyone, rating, ranking.everyone),
        (membership.c.chat_id, members, ranking.club),
    ):
        recount = _recount(scope, source, prior)
        connection.execute(sa.insert(score).from_select(["scope", "movie_id", "count", "total", "weighted"], recount))


def _recount(scope: sa.ColumnElement[int], source: sa.FromClause, prior: Prior) -> sa.Select[Any]:
    count, total = sa.func.count(), sa.func.sum(rating.c.stars)
    weighted = prior.weighted(sa.cast(total, sa.Double), count)
    columns = scope, rating.c.movie_id, count, sa.cast(total, sa.BigInteger), weighted
    return sa.select(*columns).select_from(source).group_by(scope, rating.c.movie_id)
