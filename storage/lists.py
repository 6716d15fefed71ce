"""Top lists: by weighted rating, then count, then title, so that pages agree with each other."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.cards import SCORE_COLUMNS, line_of
from storage.database import Database
from storage.models import EVERYONE, membership, movie, movie_genre, rating, score
from storage.ranking import Ranking
from storage.values import Period, Source, TopPage, TopQuery

PAGE = 10
MOST_GENRES = 24
DAYS = {Period.WEEK: 7, Period.MONTH: 30, Period.YEAR: 365}


class Lists:
    def __init__(self, database: Database, ranking: Ranking) -> None:
        self._database = database
        self._ranking = ranking
        self._genres: tuple[str, ...] = ()

    async def top(self, query: TopQuery) -> TopPage:
        """A page of a scope's best films; a period counts ratings last changed in its 7, 30 or 365 days."""
        prior = self._ranking.of(query.scope)
        ranked = self._kept(query) if query.period is Period.ALL else self._recent(query)
        page = ranked.limit(PAGE + 1).offset(query.page * PAGE)
        rows = await self._database.read(lambda connection: connection.execute(page).all())
        return TopPage(query, tuple(map(line_of, rows[:PAGE])), more=len(rows) > PAGE, minimum=prior.minimum)

    async def best(self, limit: int) -> tuple[int, ...]:
        """The movies of everyone's list of all time, in its order."""
        ranked = self._kept(TopQuery(scope=EVERYONE)).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(ranked).all())
        return tuple(row.id for row in rows)

    async def genres(self) -> tuple[str, ...]:
        """The catalogue's genres, the most frequent first."""
        if not self._genres:
            query = (
                sa.select(movie_genre.c.genre)
                .group_by(movie_genre.c.genre)
                .order_by(sa.func.count().desc(), movie_genre.c.genre)
                .limit(MOST_GENRES)
            )
            rows = await self._database.read(lambda connection: connection.execute(query).scalars().all())
            self._genres = tuple(rows)
        return self._genres

    async def decades(self) -> tuple[int, ...]:
        """First years of the decades that have films, the newest first."""
        query = sa.select(sa.func.min(movie.c.year), sa.func.max(movie.c.year))
        first, last = await self._database.read(lambda connection: connection.execute(query).one())
        return () if first is None else tuple(range(last // 10 * 10, first // 10 * 10 - 1, -10))

    def _kept(self, query: TopQuery) -> sa.Select[Any]:
        """All time: read from the kept scores, through the index on (scope, weighted)."""
        listed = score.c.scope == query.scope, score.c.count >= self._ranking.of(query.scope).minimum
        order = score.c.weighted.desc(), score.c.count.desc(), movie.c.title, movie.c.id
        ranked = sa.select(movie, *SCORE_COLUMNS).join(score, score.c.movie_id == movie.c.id).where(*listed)
        return _filtered(ranked, query).order_by(*order)

    def _recent(self, query: TopQuery) -> sa.Select[Any]:
        """A period: counted from the ratings themselves, through the index on the instant."""
        prior = self._ranking.of(query.scope)
        counted = _ratings_since(self._database.now() - timedelta(days=DAYS[query.period]), query.scope)
        recent = counted.having(sa.func.count() >= prior.minimum).subquery()
        weighted = prior.weighted(recent.c.total, recent.c.ratings).label("weighted")
        order = weighted.desc(), recent.c.ratings.desc(), movie.c.title, movie.c.id
        ranked = sa.select(movie, recent.c.ratings, recent.c.total, weighted)
        return _filtered(ranked.join(recent, recent.c.movie_id == movie.c.id), query).order_by(*order)


def _ratings_since(start: datetime, scope: int) -> sa.Select[Any]:
    counted = (
        sa.select(rating.c.movie_id, sa.func.count().label("ratings"), sa.func.sum(rating.c.stars).label("total"))
        .where(rating.c.rated_at >= start, rating.c.source != str(Source.IMPORT))
        .group_by(rating.c.movie_id)
    )
    if scope == EVERYONE:
        return counted
    members = sa.select(membership.c.person_id).where(membership.c.chat_id == scope)
    return counted.where(rating.c.person_id.in_(members))


def _filtered(ranked: sa.Select[Any], query: TopQuery) -> sa.Select[Any]:
    if query.genre is not None:
        in_genre = sa.select(movie_genre.c.movie_id).where(movie_genre.c.genre == query.genre)
        ranked = ranked.where(movie.c.id.in_(in_genre))
    if query.decade is not None:
        ranked = ranked.where(movie.c.year.between(query.decade, query.decade + 9))
    return ranked
