"""TMDB's API: one request, and the films in its answer."""

from typing import Any

import aiohttp
import orjson

from bot.transport import proxy_for
from bot.updates import is_id
from storage.values import NewFilm, popularity_of

POSTERS = "https://image.tmdb.org/t/p/w500"
LARGEST = 1 << 20
MOST_CAST = 8


class Failed(Exception):
    """No usable answer; the message is for the log. `wait_s`: how long TMDB asked to be left alone."""

    def __init__(self, reason: str, wait_s: float = 0.0, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.gone = gone


class TmdbApi:
    def __init__(self, url: str, key: str) -> None:
        self._url = f"{url}/3"
        self._bearer = "." in key  # a token of version 4; keys of version 3 are plain letters
        self._key = key
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, **query: str) -> Any:
        """What TMDB answers, parsed. Raises Failed."""
        headers = {"Authorization": f"Bearer {self._key}"} if self._bearer else {}
        query = query if self._bearer else {**query, "api_key": self._key}
        if self._session is None:
            self._session = aiohttp.ClientSession(proxy=proxy_for(self._url))
        try:
            async with self._session.get(f"{self._url}/{path}", params=query, headers=headers) as response:
                if response.status != 200:
                    raise Failed(f"status {response.status}", _wait_s(response), gone=response.status == 404)
                return orjson.loads(await response.content.read(LARGEST))
        except orjson.JSONDecodeError:
            raise Failed("no JSON") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Failed(type(error).__name__) from None  # its text may hold the address, and that the key

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _wait_s(response: aiohttp.ClientResponse) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(min(int(asked), 60)) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0.0


def film_of(found: Any, imdb_id: str | None = None) -> NewFilm | None:
    """A film of a list or of its own page; null for what has not the shape of a film."""
    if not isinstance(found, dict) or not is_id(found.get("id")) or not _text(found, "title"):
        return None
    title, original, date = (_text(found, name) for name in ("title", "original_title", "release_date"))
    poster, votes, runtime = _text(found, "poster_path"), found.get("vote_count"), found.get("runtime")
    return NewFilm(
        title=title,
        year=int(date[:4]) if date[:4].isascii() and date[:4].isdecimal() and len(date) >= 4 else None,
        original_title=original if original != title else None,
        runtime=runtime if isinstance(runtime, int) and 0 < runtime < 10_000 else None,
        genres=_names(found.get("genres")),
        directors=_names(_part(found, "credits", "crew"), job="Director"),
        cast=_names(_part(found, "credits", "cast"))[:MOST_CAST],
        imdb_id=imdb_id or _text(found, "imdb_id") or None,
        tmdb_id=found["id"],
        popularity=popularity_of(votes if isinstance(votes, int) and votes > 0 else 0),
        poster=POSTERS + poster if poster.startswith("/") else None,
        overview=_text(found, "overview") or None,
    )


def _part(found: dict[str, Any], name: str, part: str) -> Any:
    whole = found.get(name)
    return whole.get(part) if isinstance(whole, dict) else None


def _names(people: Any, job: str | None = None) -> tuple[str, ...]:
    if not isinstance(people, list):
        return ()
    shaped = [each for each in people if isinstance(each, dict) and (job is None or each.get("job") == job)]
    return tuple(name for name in (_text(each, "name").replace("|", "/") for each in shaped) if name)


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value.replace("\0", "").strip()[:2000] if isinstance(value, str) else ""
