"""Imports of one's own ratings: the films are recognised, compared with what there is, and stored like any stars."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from storage.catalogue.service import Catalogue
from storage.database import Database
from storage.dialects import Ids, among, joined
from storage.models import membership, movie, rating
from storage.people import meet
from storage.ranking import Ranking
from storage.rating_batch import Clear, store
from storage.rating_changes import Change
from storage.rating_files import read
from storage.search.index import SearchIndex
from storage.turns import movie_turn
from storage.values import Actor, Brought, Comparison, RatingFile, Recognised, Source

BATCH = 200
"""Ratings of one transaction: others need not wait long, and PostgreSQL has room for the turns."""
YEARS = (0, -1, 1)
"""Services differ by a year in when a film came out. The very year is asked for first."""
ABOUT = 2
"""Up to so many years away a film of about that title may be the one that was meant."""
MOST_COMPARED = 2_000
"""Films that are not found: of so many at most it is looked up whether one like it is known."""

_PERSON = sa.bindparam("person", type_=sa.BigInteger)
_IDS = sa.bindparam("ids", type_=Ids)
_ALL = sa.select(rating.c.movie_id, rating.c.stars).where(rating.c.person_id == _PERSON)
_SOME = _ALL.where(among(rating.c.movie_id, _IDS))
_THERE = sa.select(movie.c.id).where(among(movie.c.id, _IDS))
_CLUBS = sa.select(joined(sa.cast(membership.c.chat_id, sa.Text))).where(membership.c.person_id == _PERSON)


class Imports:
    def __init__(self, database: Database, catalogue: Catalogue, ranking: Ranking) -> None:
        self._database = database
        self._catalogue = catalogue
        self._ranking = ranking
        self._looking = asyncio.Semaphore(1)
        """One file at a time: it takes a thread for up to a minute, and searches need threads too."""

    async def read(self, content: bytes) -> RatingFile:
        """What is in a file of another service. Raises UnreadableRatings, TooManyRatings."""
        async with self._looking:
            return await asyncio.to_thread(read, content)

    async def compare(self, person_id: int, brought: Sequence[Brought]) -> Comparison:
        """Changes nothing. A film that is brought twice counts once, as it was brought last."""
        async with self._looking:
            found, unknown, unsure = await asyncio.to_thread(_recognise, self._catalogue.index, brought)
        mine = {"person": person_id}
        rows = await self._database.read(lambda connection: connection.execute(_ALL, mine).all())
        had = {row.movie_id: row.stars for row in rows}
        new, other, same = list[Recognised](), list[Recognised](), list[Recognised]()
        for each in found:
            stars = had.get(each.movie_id)
            kind = new if stars is None else same if stars == each.brought.stars else other
            kind.append(replace(each, had=stars))
        return Comparison(tuple(new), tuple(other), tuple(same), tuple(unknown), tuple(unsure))

    async def store(self, actor: Actor, found: Sequence[Recognised]) -> int:
        """Give these films their stars, each with its audit entry; how many that changed.

        In several transactions: done again after a crash, it goes on where it was.
        """
        changed = 0
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            turns = [actor.person_id, *(movie_turn(each.movie_id) for each in batch)]
            changed += await self._database.write(partial(self._store, actor, batch), turns=turns)
        return changed

    def _store(self, actor: Actor, batch: Sequence[Recognised], connection: sa.Connection) -> int:
        now = self._database.now()
        mine: dict[str, Any] = {"person": actor.person_id, "ids": [each.movie_id for each in batch]}
        had = {row.movie_id: row.stars for row in connection.execute(_SOME, mine)}
        there = set(connection.execute(_THERE, {"ids": mine["ids"]}).scalars())
        clubs = connection.execute(_CLUBS, {"person": actor.person_id}).scalar()
        changes: list[Clear] = []
        for each in batch:
            stars, before = each.brought.stars, had.get(each.movie_id)
            if each.movie_id in there and stars != before:
                given_at = min(each.brought.at or now, now)
                changes.append((Change(each.movie_id, stars, actor, Source.IMPORT, now, given_at), before, clubs))
        if changes:
            meet(connection, actor, now)
            store(connection, self._ranking, changes)
        return len(changes)


def _recognise(index: SearchIndex, brought: Iterable[Brought]) -> tuple[list[Recognised], list[Brought], list[Brought]]:
    """Films that are certain, each once; what is not known; and what may be one that is."""
    found, unknown, unsure = dict[int, Recognised](), list[Brought](), list[Brought]()
    for each in brought:
        movie_id = _by_id(index, each) or _by_name(index, each)
        if movie_id is not None:
            found[movie_id] = Recognised(movie_id, each)
        elif len(unknown) + len(unsure) < MOST_COMPARED and _is_like_one(index, each):
            unsure.append(each)
        else:
            unknown.append(each)
    return list(found.values()), unknown, unsure


def _by_id(index: SearchIndex, each: Brought) -> int | None:
    links = each.imdb_id, each.tmdb_id and f"https://www.themoviedb.org/movie/{each.tmdb_id}"
    hits = (index.search(link).hits for link in links if link)
    return next((hit.movie_id for found in hits for hit in found), None)


def _by_name(index: SearchIndex, each: Brought) -> int | None:
    """Only a film of just that title, and of about that year: a wrong one would be worse than none."""
    return index.named(each.title, [each.year + years for years in YEARS]) if each.title and each.year else None


def _is_like_one(index: SearchIndex, each: Brought) -> bool:
    years = range(each.year - ABOUT, each.year + ABOUT + 1) if each.year else None
    return bool(each.title) and index.has_like(each.title, years)
