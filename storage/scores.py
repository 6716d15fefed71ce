"""Scores: how many rated a movie in a scope, and how. Kept by difference; a recount must give the same."""

from typing import Any

import sqlalchemy as sa

from storage.dialects import insert
from storage.models import EVERYONE, membership, rating, score
from storage.ranking import Ranking


def add(connection: sa.Connection, ranking: Ranking, person_id: int, movie_id: int, *, count: int, total: int) -> None:
    """Add a difference to everyone's score of a movie and to that of each of the person's clubs."""
    clubs = sa.select(membership.c.chat_id).where(membership.c.person_id == person_id)
    for scope in (EVERYONE, *connection.execute(clubs).scalars()):
        _shift(connection, ranking, scope, movie_id, count, total)


def _shift(connection: sa.Connection, ranking: Ranking, scope: int, movie_id: int, count: int, total: int) -> None:
    here = (score.c.scope == scope) & (score.c.movie_id == movie_id)
    weigh = ranking.of(scope).weighted
    changed = connection.execute(
        sa.update(score)
        .where(here, score.c.count + count > 0)
        .values(
            count=score.c.count + count,
            total=score.c.total + total,
            weighted=weigh(score.c.total + total, score.c.count + count),
        )
    ).rowcount
    if changed:
        return
    if count > 0:
        _start(connection, ranking, scope, movie_id, count, total)
    else:
        connection.execute(sa.delete(score).where(here))


def _start(connection: sa.Connection, ranking: Ranking, scope: int, movie_id: int, count: int, total: int) -> None:
    """The first rating in a scope; another replica may have been quicker."""
    weigh = ranking.of(scope).weighted
    row = insert(connection, score).values(
        scope=scope, movie_id=movie_id, count=count, total=total, weighted=weigh(total, count)
    )
    counted, summed = score.c.count + row.excluded.count, score.c.total + row.excluded.total
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["scope", "movie_id"],
            set_={"count": counted, "total": summed, "weighted": weigh(summed, counted)},
        )
    )


def add_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count all of a person's ratings in a club that they join."""
    for movie_id, stars in connection.execute(_ratings_of(person_id)).all():
        _shift(connection, ranking, chat_id, movie_id, 1, stars)


def remove_person(connection: sa.Connection, ranking: Ranking, person_id: int, chat_id: int) -> None:
    """Count none of a person's ratings in a club that they leave."""
    for movie_id, stars in connection.execute(_ratings_of(person_id)).all():
        _shift(connection, ranking, chat_id, movie_id, -1, -stars)


def _ratings_of(person_id: int) -> sa.Select[Any]:
    return sa.select(rating.c.movie_id, rating.c.stars).where(rating.c.person_id == person_id)


def rebuild(connection: sa.Connection, ranking: Ranking) -> None:
    """Recount every score from the ratings themselves; needed when the priors change."""
    connection.execute(sa.delete(score))
    for scope, source in (
        (sa.literal(EVERYONE, sa.BigInteger), rating),
        (membership.c.chat_id, rating.join(membership, membership.c.person_id == rating.c.person_id)),
    ):
        count, total = sa.func.count(), sa.func.sum(rating.c.stars)
        prior = ranking.everyone if source is rating else ranking.club
        recount = (
            sa.select(
                scope,
                rating.c.movie_id,
                count,
                sa.cast(total, sa.BigInteger),
                prior.weighted(sa.cast(total, sa.Double), count),
            )
            .select_from(source)
            .group_by(scope, rating.c.movie_id)
        )
        connection.execute(sa.insert(score).from_select(["scope", "movie_id", "count", "total", "weighted"], recount))
