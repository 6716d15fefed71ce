"""Top lists: by weighted rating, then count, then title, so that pages agree with each other."""

from typing import Any

import sqlalchemy as sa

from storage.cards import SCORE_COLUMNS, line_of
from storage.database import Database
from storage.models import EVERYONE, movie, movie_genre, score
from storage.ranking import Ranking
from storage.recent import RecentBest, recent
from storage.values import PAGE, Period, TopPage, TopQuery

MOST_GENRES = 24


class Lists:
    def __init__(self, database: Database, ranking: Ranking) -> None:
        self._database = database
        self._ranking = ranking
        self._genres: tuple[str, ...] = ()
        self._recent = RecentBest(database, ranking.everyone)

    async def top(self, query: TopQuery) -> TopPage:
        """A page of a scope's best films; a period counts ratings last changed in its 7, 30 or 365 days."""
        first = query.page * PAGE
        if query.period is not Period.ALL and query.scope == EVERYONE:
            fitting = [each.line for each in await self._recent.of(query.period) if each.fits(query)]
            lines = fitting[first : first + PAGE + 1]
        else:
            page = self._ranked(query).limit(PAGE + 1).offset(first)
            rows = await self._database.read(lambda connection: connection.execute(page).all())
            lines = list(map(line_of, rows))
        minimum = self._ranking.of(query.scope).minimum
        return TopPage(query, tuple(lines[:PAGE]), more=len(lines) > PAGE, minimum=minimum)

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

    def _ranked(self, query: TopQuery) -> sa.Select[Any]:
        if query.period is Period.ALL:
            return self._kept(query)
        counted = recent(query.period, query.scope, self._ranking.of(query.scope), self._database)
        return _filtered(counted, movie.c.id, query)

    def _kept(self, query: TopQuery) -> sa.Select[Any]:
        """All time: read from the kept scores, through the index on (scope, weighted)."""
        listed = score.c.scope == query.scope, score.c.count >= self._ranking.of(query.scope).minimum
        order = score.c.weighted.desc(), score.c.count.desc(), movie.c.title, movie.c.id
        ranked = sa.select(movie, *SCORE_COLUMNS).join(score, score.c.movie_id == movie.c.id).where(*listed)
        return _filtered(ranked, score.c.movie_id, query).order_by(*order)


def _filtered(ranked: sa.Select[Any], movie_id: sa.ColumnElement[int], query: TopQuery) -> sa.Select[Any]:
    if query.genre is not None:
        # One film after another in the list's order: SQLite would gather all of a genre's first to see who is IN it.
        ranked = ranked.where(sa.exists().where(movie_genre.c.genre == query.genre, movie_genre.c.movie_id == movie_id))
    if query.decade is not None:
        ranked = ranked.where(movie.c.year.between(query.decade, query.decade + 9))
    return ranked
