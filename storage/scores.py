"""Scores: how many rated a movie in a scope, and how. Kept by difference; a recount must give the same."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.dialects import Ids, Insert, among, insert
from storage.models import EVERYONE, membership, rating, score
from storage.ranking import Prior, Ranking
from storage.steps import Step, rows_of, run
from storage.values import Score

Place = tuple[int, int]
"""A scope and a movie."""
Change = tuple[int, int, int, int]
"""Of a scope, a movie, by how many ratings and by how many stars."""
_COLUMNS = {"at_scope": sa.BigInteger, "of_movie": sa.BigInteger, "by_count": sa.Integer, "by_total": sa.BigInteger}

_PERSON = sa.bindparam("person", type_=sa.BigInteger)
_SCOPE, _MOVIE = sa.bindparam("at_scope", type_=sa.BigInteger), sa.bindparam("of_movie", type_=sa.BigInteger)

_CLUBS = sa.select(membership.c.chat_id).where(membership.c.person_id == _PERSON).order_by(membership.c.chat_id)
_HERE = (score.c.scope == _SCOPE) & (score.c.movie_id == _MOVIE)
_DROP = sa.delete(score).where(_HERE, score.c.count == 1)
_RATED = sa.select(rating.c.movie_id).where(rating.c.person_id == _PERSON)
_IN_SCOPES = among(score.c.scope, sa.bindparam("scopes", type_=Ids()))
_THEIRS = _IN_SCOPES & among(score.c.movie_id, sa.bindparam("movies", type_=Ids()))
_HOLD = sa.select(sa.literal(1)).where(_THEIRS).order_by(score.c.scope, score.c.movie_id).with_for_update(of=score)
_DROP_LAST = sa.delete(score).where(_THEIRS, score.c.count == 1)


def add(connection: sa.Connection, ranking: Ranking, person_id: int, movie_id: int, *, count: int, total: int) -> None:
    """Add a difference to everyone's score of a movie and to that of each of the person's clubs."""
    for scope in (EVERYONE, *connection.execute(_CLUBS, {"person": person_id}).scalars()):
        _shift(connection, ranking, scope, movie_id, count=count, total=total)


def adding(
    dialect: str, ranking: Ranking, new: Mapping[Place, tuple[int, int]], moved: Mapping[Place, int]
) -> tuple[Step, Step]:
    """Add new ratings (count, total) and differences of changed ones, by place, as steps; `found` reads their rows.

    They are changed in one order, against deadlocks.
    """
    started = [(*place, *new[place]) for place in sorted(new.keys() - moved.keys())]
    changed = []
    for place in sorted(moved):
        count, total = new.get(place, (0, 0))
        changed.append((*place, count, total + moved[place]))
    return _start(dialect, ranking, started), _move(dialect, ranking, changed)


def found(rows: Iterable[Sequence[Any]]) -> dict[Place, Score]:
    """What each place has after the steps of `adding`."""
    return {(scope, movie_id): Score(count, int(total), mark) for scope, movie_id, count, total, mark in rows}


def _start(dialect: str, ranking: Ranking, changes: Sequence[Change]) -> Step:
    return Step("started", _started(dialect, ranking), tuple(_COLUMNS), changes, returns=True)


def _move(dialect: str, ranking: Ranking, changes: Sequence[Change]) -> Step:
    return Step("moved", _moved(dialect, ranking), tuple(_COLUMNS), changes, returns=True)


def add_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count all of a person's ratings in a club that they join."""
    connection.execute(_put_in(connection.dialect.name, ranking), {"person": person_id, "at_scope": chat_id})


def remove_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count none of a person's ratings in a club that they leave."""
    _take_out(connection, ranking, person_id, [chat_id])


def forget_person(connection: sa.Connection, ranking: Ranking, person_id: int) -> None:
    """Count a person's ratings nowhere any more; they and the memberships are still there."""
    clubs = connection.execute(_CLUBS, {"person": person_id}).scalars()
    _take_out(connection, ranking, person_id, [EVERYONE, *clubs])


def _take_out(connection: sa.Connection, ranking: Ranking, person_id: int, scopes: Sequence[int]) -> None:
    """In a few statements, for somebody with thousands of ratings may be in hundreds of clubs, and all others wait."""
    movies = connection.execute(_RATED, {"person": person_id}).scalars().all()
    theirs = {"scopes": scopes, "movies": movies}
    connection.execute(_HOLD, theirs)  # against replicas: a count must not become 1 between the next two
    connection.execute(_DROP_LAST, theirs)
    connection.execute(_taken_out(ranking), {"scopes": scopes, "person": person_id})


def _shift(connection: sa.Connection, ranking: Ranking, scope: int, movie_id: int, *, count: int, total: int) -> None:
    dialect, change = connection.dialect.name, (scope, movie_id, count, total)
    if run(connection, _move(dialect, ranking, [change])):
        return
    if count > 0:
        run(connection, _start(dialect, ranking, [change]))
    elif connection.execute(_DROP, {"at_scope": scope, "of_movie": movie_id}).rowcount == 0:
        run(connection, _move(dialect, ranking, [change]))  # the last one has got company: somebody joined the club


def _prior(ranking: Ranking, scope: sa.ColumnElement[int]) -> Prior:
    """That of a scope that only the database sees."""

    def either(everyone: float, club: float) -> Any:
        return sa.case((scope == EVERYONE, _double(everyone)), else_=_double(club))

    return Prior(
        either(ranking.everyone.count, ranking.club.count), either(ranking.everyone.mean, ranking.club.mean), minimum=0
    )


def _double(value: float) -> sa.ColumnElement[float]:
    """Cast, for written into the text of a function it would be a decimal number, and that counts otherwise."""
    return sa.cast(sa.literal(value, sa.Double), sa.Double)


@cache
def _moved(dialect: str, ranking: Ranking) -> sa.Executable:
    """Add to a score that stays: taking the last rating away finds no row here."""
    rows, prior = rows_of(dialect, "moved", _COLUMNS).c, _prior(ranking, score.c.scope)
    here = (score.c.scope == rows.at_scope) & (score.c.movie_id == rows.of_movie)
    counted, summed = score.c.count + rows.by_count, score.c.total + rows.by_total
    changed = {"count": counted, "total": summed, "weighted": prior.weighted(summed, counted)}
    return sa.update(score).where(here, counted > 0).values(changed).returning(*score.c)


@cache
def _started(dialect: str, ranking: Ranking) -> sa.Executable:
    """The first rating in a scope; another replica may have been quicker."""
    rows = rows_of(dialect, "started", _COLUMNS).c
    alone = _prior(ranking, rows.at_scope)
    sums = rows.by_count, rows.by_total, alone.weighted(rows.by_total, rows.by_count)
    added = sa.select(rows.at_scope, rows.of_movie, *sums).where(sa.true())  # SQLite needs it, or takes ON for a join's
    return _added(dialect, ranking, added).returning(*score.c)


def _added(dialect: str, ranking: Ranking, rows: sa.Select[Any]) -> Insert:
    """Rows like those of the table, as new scores or onto those that there are."""
    row = insert(dialect, score).from_select([column.name for column in score.c], rows)
    prior = _prior(ranking, score.c.scope)
    counted, summed = score.c.count + row.excluded["count"], score.c.total + row.excluded.total
    changed = {"count": counted, "total": summed, "weighted": prior.weighted(summed, counted)}
    return row.on_conflict_do_update(index_elements=["scope", "movie_id"], set_=changed)


def counting(ranking: Ranking, new: sa.FromClause) -> Any:
    """PostgreSQL: count new ratings, rows of (actor, movie, to_stars), in everyone's scores and in those of the clubs.

    It returns the rows of these scores, which `found` reads.
    """
    given = new.c.movie.label("movie"), new.c.to_stars.label("stars")
    for_all = sa.select(sa.literal(EVERYONE, sa.BigInteger).label("scope"), *given)
    for_clubs = sa.select(membership.c.chat_id, *given).where(membership.c.person_id == new.c.actor)
    each = sa.union_all(for_all, for_clubs).subquery("each").c
    place, count, total = (each.scope, each.movie), sa.func.count(), sa.func.sum(each.stars)
    weighted = _prior(ranking, each.scope).weighted(sa.cast(total, sa.Double), count)
    rows = sa.select(*place, count, total, weighted).group_by(*place).order_by(*place)
    return _added("postgresql", ranking, rows).returning(*score.c)


@cache
def _put_in(dialect: str, ranking: Ranking) -> sa.Executable:
    """One rating of the person into each of the scores of a club."""
    alone = ranking.club.weighted(sa.cast(rating.c.stars, sa.Double), 1)
    theirs = sa.select(_SCOPE, rating.c.movie_id, sa.literal(1), rating.c.stars, alone)
    return _added(dialect, ranking, theirs.where(rating.c.person_id == _PERSON).order_by(rating.c.movie_id))


@cache
def _taken_out(ranking: Ranking) -> sa.Update:
    """One rating of the person from each of their scores."""
    counted, summed = score.c.count - 1, score.c.total - rating.c.stars
    changed = {"count": counted, "total": summed, "weighted": _prior(ranking, score.c.scope).weighted(summed, counted)}
    one = (rating.c.person_id == _PERSON) & (rating.c.movie_id == score.c.movie_id)
    return sa.update(score).where(_IN_SCOPES, one).values(changed)


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
    movie_id = rating.c.movie_id + 0  # an expression, or SQLite goes by the index, criss-cross through the table
    columns = scope, movie_id, count, sa.cast(total, sa.BigInteger), weighted
    return sa.select(*columns).select_from(source).group_by(scope, movie_id)
