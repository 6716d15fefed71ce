"""Films that the catalogue lacks, from TMDB: only with a key, only when nothing good was found, never for long."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from bot import telemetry
from bot.tmdb_api import Failed, TmdbApi, film_of
from storage.values import NewFilm

log = structlog.get_logger("matinee.tmdb")

DEADLINE_S = 2.0
"""For everything: who searches waits no longer than this for what may not be there."""
TRIES, PAUSE_S = 2, 0.2
FAILURES, REST_S = 3, 60.0
"""After so many failed searches in a row TMDB is left alone for so long."""
MOST = 10
IMDB = re.compile(r"tt[0-9]{7,10}", re.ASCII)


class Tmdb:
    """Never raises: without an answer there is nothing more to be found."""

    def __init__(self, url: str, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = TmdbApi(url, key)
        self._clock = clock
        self._failures = 0
        self._rest_until = 0.0

    async def find(self, text: str) -> Sequence[NewFilm]:
        """At most ten films that `text` may mean."""
        if self._clock() < self._rest_until:
            return ()
        try:
            async with asyncio.timeout(DEADLINE_S):
                films = await self._ask(text)
        except (Failed, TimeoutError) as error:
            self._failed(str(error) or "no answer in time")
            return ()
        self._failures = 0
        telemetry.lookups.labels("found" if films else "nothing").inc()
        return films

    async def close(self) -> None:
        await self._api.close()

    def _failed(self, reason: str) -> None:
        telemetry.lookups.labels("failed").inc()
        self._failures += 1
        if self._failures >= FAILURES:
            self._rest_until = self._clock() + REST_S
        log.warning("TMDB did not answer", reason=reason, failures=self._failures)

    async def _ask(self, text: str) -> Sequence[NewFilm]:
        for number in range(1, TRIES + 1):
            try:
                return await self._once(text)
            except Failed:
                if number == TRIES:
                    raise
                await asyncio.sleep(PAUSE_S)
        return ()

    async def _once(self, text: str) -> Sequence[NewFilm]:
        if imdb := IMDB.search(text):
            answer = await self._api.get(f"find/{imdb[0]}", external_source="imdb_id")
            return _films(answer, "movie_results", imdb[0])
        return _films(await self._api.get("search/movie", query=text, include_adult="false"), "results")


def _films(answer: Any, part: str, imdb_id: str | None = None) -> tuple[NewFilm, ...]:
    """The films of an answer; what is not of the shape of a film is left out. Raises Failed for nonsense."""
    found = answer.get(part) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise Failed("an answer of another shape")
    return tuple(filter(None, (film_of(each, imdb_id) for each in found[:MOST])))
