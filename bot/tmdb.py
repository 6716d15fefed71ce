"""Films that the catalogue lacks, from TMDB: only with a key, only when nothing good was found, never for long."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import orjson
import structlog

from bot import telemetry
from bot.transport import proxy_for
from bot.updates import is_id
from storage.values import NewFilm, popularity_of

log = structlog.get_logger("matinee.tmdb")

DEADLINE_S = 2.0
"""For everything: who searches waits no longer than this for what may not be there."""
TRIES, PAUSE_S = 2, 0.2
FAILURES, REST_S = 3, 60.0
"""After so many failed searches in a row TMDB is left alone for so long."""
POSTERS = "https://image.tmdb.org/t/p/w500"
LARGEST = 1 << 20
MOST = 10
IMDB = re.compile(r"tt[0-9]{7,10}", re.ASCII)
BY_IMDB = {"external_source": "imdb_id"}
NO_ADULT = {"include_adult": "false"}


class Failed(Exception):
    """No usable answer; the message is for the log."""


class Tmdb:
    """Never raises: without an answer there is nothing more to be found."""

    def __init__(self, url: str, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = f"{url}/3"
        self._key = key
        self._clock = clock
        self._failures = 0
        self._rest_until = 0.0
        self._session: aiohttp.ClientSession | None = None

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
        if self._session is not None:
            await self._session.close()

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
        bearer = "." in self._key  # a token of version 4; keys of version 3 are plain letters
        headers = {"Authorization": f"Bearer {self._key}"} if bearer else {}
        imdb = IMDB.search(text)
        path, query = ("find/" + imdb[0], BY_IMDB) if imdb else ("search/movie", {"query": text, **NO_ADULT})
        query = query if bearer else {**query, "api_key": self._key}
        try:
            async with self._connection().get(f"{self._url}/{path}", params=query, headers=headers) as response:
                if response.status != 200:
                    raise Failed(f"status {response.status}")
                body = await response.content.read(LARGEST)
        except (aiohttp.ClientError, OSError) as error:
            raise Failed(type(error).__name__) from None  # its text may hold the address, and that the key
        return films_in(body, imdb[0] if imdb else None)

    def _connection(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(proxy=proxy_for(self._url))
        return self._session


def films_in(body: bytes, imdb_id: str | None = None) -> tuple[NewFilm, ...]:
    """The films of an answer; what is not of the shape of a film is left out. Raises Failed for nonsense."""
    try:
        found = orjson.loads(body)["movie_results" if imdb_id else "results"]
        return tuple(filter(None, (_film(each, imdb_id) for each in found[:MOST])))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Failed("an answer of another shape") from None


def _film(found: Any, imdb_id: str | None) -> NewFilm | None:
    if not isinstance(found, dict) or not is_id(found.get("id")) or not _text(found, "title"):
        return None
    title, original, date = (_text(found, name) for name in ("title", "original_title", "release_date"))
    poster, votes = _text(found, "poster_path"), found.get("vote_count")
    return NewFilm(
        title=title,
        year=int(date[:4]) if date[:4].isascii() and date[:4].isdecimal() and len(date) >= 4 else None,
        original_title=original if original != title else None,
        imdb_id=imdb_id,
        tmdb_id=found["id"],
        popularity=popularity_of(votes if isinstance(votes, int) and votes > 0 else 0),
        poster=POSTERS + poster if poster.startswith("/") else None,
        overview=_text(found, "overview") or None,
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value.replace("\0", "").strip()[:2000] if isinstance(value, str) else ""
