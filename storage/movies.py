"""Movies: found by what people type, shown as cards, suggested to those who want to rate what they have seen."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import log1p
from typing import Any

import sqlalchemy as sa

from storage.cards import LARGEST_ID, lines_of, read_card, read_cards
from storage.catalogue.service import Catalogue
from storage.database import Database
from storage.models import EVERYONE, movie, rating, score
from storage.search.index import Hit, SearchResult
from storage.values import PAGE, Actor, Card, SearchPage

MOST_HITS = 100
RATED = 0.6
"""Of log-likelihood, for what a club has rated: two raters are worth as much as being four times as famous."""
AS_NEAR = 1.6
"""How much farther than the best hit, in cost, about equals are from what was typed: less than a typo."""


class Movies:
    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self.took: Callable[[float], object] = lambda _seconds: None
        """Told how long each search in the index took."""

    async def find(self, query: str, *, page: int = 0, scope: int = EVERYONE) -> SearchPage:
        """A page of at most ten films that `query` may mean, the likeliest first, with scores of `scope`.

        Among about equals comes first what many in that scope have rated.
        """
        result = await self.search(query)
        ranked = result.hits if result.clear else await self._with_ratings(result.hits, scope)
        hits = ranked[page * PAGE : (page + 1) * PAGE + 1]
        wanted = [hit.movie_id for hit in hits[:PAGE]]
        lines = await self._database.read(lambda connection: lines_of(connection, wanted, scope))
        clear = result.hits[0].movie_id if result.clear and result.hits else None
        likelihood = {hit.movie_id: hit.score for hit in hits}
        more = len(hits) > PAGE
        return SearchPage(query, lines, page, more, clear, result.exact, result.good, result.numbered, likelihood)

    async def search(self, query: str, limit: int = MOST_HITS) -> SearchResult:
        """The hits alone; in a thread, for the index lets go of the interpreter's lock while it looks."""
        began = time.perf_counter()
        result = await asyncio.to_thread(self._catalogue.index.search, query, limit)
        self.took(time.perf_counter() - began)
        return result

    async def _with_ratings(self, hits: Sequence[Hit], scope: int) -> Sequence[Hit]:
        counted = sa.select(score.c.movie_id, score.c.count).where(
            score.c.scope == scope, score.c.movie_id.in_([hit.movie_id for hit in hits])
        )
        rows = await self._database.read(lambda connection: connection.execute(counted).all())
        ratings: dict[int, int] = {row[0]: row[1] for row in rows}
        return sorted(_preferred(hits, ratings), key=lambda hit: (-hit.exact, -hit.score))

    async def card(self, movie_id: int, actor: Actor) -> Card:
        """Raises MovieNotFound."""
        return await self._database.read(lambda connection: read_card(connection, movie_id, actor))

    async def cards(self, movie_ids: Sequence[int]) -> tuple[Card, ...]:
        """What everybody may see of these movies, in the given order; unknown ids are left out."""
        return await self._database.read(lambda connection: read_cards(connection, movie_ids))

    async def suggest(self, actor: Actor, after: int | None = None) -> Card | None:
        """The best-known film that the actor has not rated, past movie `after` in that order; null at its end."""
        return await self._database.read(lambda connection: _suggest(connection, actor, after))


def _preferred(hits: Sequence[Hit], ratings: Mapping[int, int]) -> list[Hit]:
    """Ratings speak for what is about as near as the best hit: fame must not make up for typos that nobody made."""
    farthest = hits[0].cost + AS_NEAR if hits else 0.0
    return [
        replace(hit, score=hit.score + RATED * log1p(ratings.get(hit.movie_id, 0))) if hit.cost <= farthest else hit
        for hit in hits
    ]


def _suggest(connection: sa.Connection, actor: Actor, after: int | None) -> Card | None:
    rated = sa.exists().where(rating.c.movie_id == movie.c.id, rating.c.person_id == actor.person_id)
    query = sa.select(movie.c.id).where(~rated).order_by(movie.c.popularity.desc(), movie.c.id).limit(1)
    if after is not None:
        query = query.where(_past(connection, after))
    movie_id = connection.execute(query).scalar()
    return None if movie_id is None else read_card(connection, movie_id, actor)


def _past(connection: sa.Connection, after: int) -> sa.ColumnElement[Any]:
    known = sa.select(movie.c.popularity).where(movie.c.id == min(after, LARGEST_ID))
    popularity = connection.execute(known).scalar()
    if popularity is None:
        return sa.true()
    return sa.or_(movie.c.popularity < popularity, sa.and_(movie.c.popularity == popularity, movie.c.id > after))
