"""Top lists: by weighted rating, then count, then title, so that pages agree with each other."""

from functools import cache
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
            ranked = _all_time(query.genre is not None, query.decade is not None)
            if query.period is not Period.ALL:
                ranked = self._recent_of(query)
            given = self._given(query, PAGE + 1, first)
            rows = await self._database.read(lambda connection: connection.execute(ranked, given).all())
            lines = list(map(line_of, rows))
        minimum = self._ranking.of(query.scope).minimum
        return TopPage(query, tuple(lines[:PAGE]), more=len(lines) > PAGE, minimum=minimum)

    async def best(self, limit: int) -> tuple[int, ...]:
        """The movies of everyone's list of all time, in its order."""
        ranked, given = _all_time(by_genre=False, by_decade=False), self._given(TopQuery(scope=EVERYONE), limit, 0)
        rows = await self._database.read(lambda connection: connection.execute(ranked, given).all())
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

    def _recent_of(self, query: TopQuery) -> sa.Select[Any]:
        counted = recent(query.period, query.scope, self._ranking.of(query.scope), self._database)
        return _page(counted, movie.c.id, query.genre is not None, query.decade is not None)

    def _given(self, query: TopQuery, most: int, first: int) -> dict[str, Any]:
        """All that a page's statement may ask for."""
        until = None if query.decade is None else query.decade + 9
        filters = {"of_genre": query.genre, "since": query.decade, "until": until}
        minimum = self._ranking.of(query.scope).minimum
        return {"in_scope": query.scope, "minimum": minimum, "most": most, "first": first, **filters}


@cache
def _all_time(by_genre: bool, by_decade: bool) -> sa.Select[Any]:
    """Read from the kept scores, through the index on (scope, weighted). Building it costs more than running it."""
    minimum = score.c.count >= sa.bindparam("minimum", type_=sa.Integer)
    listed = score.c.scope == sa.bindparam("in_scope", type_=sa.BigInteger), minimum
    order = score.c.weighted.desc(), score.c.count.desc(), movie.c.title, movie.c.id
    columns = movie.c.id, movie.c.title, movie.c.year, movie.c.directors, *SCORE_COLUMNS
    ranked = sa.select(*columns).join(score, score.c.movie_id == movie.c.id).where(*listed)
    return _page(ranked, score.c.movie_id, by_genre, by_decade).order_by(*order)


def _page(ranked: sa.Select[Any], movie_id: sa.ColumnElement[int], by_genre: bool, by_decade: bool) -> sa.Select[Any]:
    if by_genre:
        # One film after another in the list's order: SQLite would gather all of a genre's first to see who is IN it.
        its_genre = movie_genre.c.genre == sa.bindparam("of_genre", type_=sa.Text)
        ranked = ranked.where(sa.exists().where(its_genre, movie_genre.c.movie_id == movie_id))
    if by_decade:
        since, until = sa.bindparam("since", type_=sa.Integer), sa.bindparam("until", type_=sa.Integer)
        ranked = ranked.where(movie.c.year.between(since, until))
    return ranked.limit(sa.bindparam("most", type_=sa.Integer)).offset(sa.bindparam("first", type_=sa.Integer))
