"""Everyone's best films of the last days: counted from the ratings, and kept where counting takes long."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from storage.cards import MOVIE_FACTS, line_of, split
from storage.database import Database
from storage.models import EVERYONE, membership, movie, rating
from storage.ranking import Prior
from storage.values import MovieLine, Period, Source, TopQuery

DAYS = {Period.WEEK: 7, Period.MONTH: 30, Period.YEAR: 365}
MOST = 2_000
"""Films of a period that are kept: more pages than anybody turns, also within a genre."""
QUICK_S = 0.05
"""What is counted as quickly as this is counted anew each time."""
WORTH = 100
"""What took longer serves so many times as long as it took, so counting is at most a hundredth of the work."""


@dataclass(frozen=True, slots=True)
class Recent:
    line: MovieLine
    genres: tuple[str, ...]

    def fits(self, query: TopQuery) -> bool:
        in_genre = query.genre is None or query.genre in self.genres
        year = self.line.year or 0
        return in_genre and (query.decade is None or query.decade <= year < query.decade + 10)


class RecentBest:
    """Of everyone. While a list is counted anew the former one serves; only the very first of them is waited for."""

    def __init__(self, database: Database, prior: Prior) -> None:
        self._database = database
        self._prior = prior
        self._kept: dict[Period, Sequence[Recent]] = {}
        self._until: dict[Period, float] = {}
        self._counting: dict[Period, asyncio.Task[Sequence[Recent]]] = {}

    async def of(self, period: Period) -> Sequence[Recent]:
        """The best first."""
        if period in self._kept and time.monotonic() < self._until[period]:
            return self._kept[period]
        if period not in self._counting:
            counting = self._counting[period] = asyncio.create_task(self._count(period))
            counting.add_done_callback(lambda done: self._counted(period, done))
        return self._kept[period] if period in self._kept else await asyncio.shield(self._counting[period])

    async def _count(self, period: Period) -> Sequence[Recent]:
        began = time.monotonic()
        query = recent(period, EVERYONE, self._prior, self._database).limit(MOST)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        counted = [Recent(line_of(row), split(row.genres or "")) for row in rows]
        took = time.monotonic() - began
        if took < QUICK_S:
            self._kept.pop(period, None)
        else:
            self._kept[period], self._until[period] = counted, time.monotonic() + WORTH * took
        return counted

    def _counted(self, period: Period, done: asyncio.Task[Sequence[Recent]]) -> None:
        del self._counting[period]
        if not done.cancelled():
            done.exception()  # those who wait for it raise it; where the former list served nobody has to


def recent(period: Period, scope: int, prior: Prior, database: Database) -> sa.Select[Any]:
    """A period's films in order: MOVIE_FACTS and SCORE_COLUMNS, counted through the index on the instant."""
    start = database.now() - timedelta(days=DAYS[period])
    counted = (
        sa.select(rating.c.movie_id, sa.func.count().label("ratings"), sa.func.sum(rating.c.stars).label("total"))
        .where(rating.c.rated_at >= start, rating.c.source != str(Source.IMPORT))
        .group_by(rating.c.movie_id)
        .having(sa.func.count() >= prior.minimum)
    )
    if scope != EVERYONE:
        members = sa.select(membership.c.person_id).where(membership.c.chat_id == scope)
        counted = counted.where(rating.c.person_id.in_(members))
    found = counted.subquery()
    weighted = prior.weighted(found.c.total, found.c.ratings).label("weighted")
    order = weighted.desc(), found.c.ratings.desc(), movie.c.title, movie.c.id
    ranked = MOVIE_FACTS.add_columns(found.c.ratings, found.c.total, weighted)
    return ranked.join(found, found.c.movie_id == movie.c.id).order_by(*order)
