"""Many films from TMDB: its daily list of ids, then each film by itself, the best known first.

What was fetched is kept in a file, so that a run that broke off goes on where it was, and nothing is asked for twice.
"""

import asyncio
import gzip
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from bot.download import Progress
from bot.errors import Halt
from bot.tmdb_api import Failed, TmdbApi, film_of
from storage.values import NewFilm

AT_ONCE = 8
PER_S = 30
"""TMDB asks for less than 50 requests in a second."""
TRIES = 4


def export_name(day: date) -> str:
    return f"movie_ids_{day:%m_%d_%Y}.json.gz"


def best_known(export: Path, most: int) -> list[int]:
    """The ids of the `most` most popular films of a daily export, no adult ones. Raises Halt for another file."""
    try:
        return [number for _, number in heapq.nlargest(most, _listed(export))]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Halt(f"{export.name} cannot be read as TMDB's list of ids: {error}") from error


def _listed(export: Path) -> Iterator[tuple[float, int]]:
    with gzip.open(export) as lines:
        for line in lines:
            film = orjson.loads(line)
            if not film["adult"] and not film.get("video"):
                yield float(film["popularity"]), int(film["id"])


async def fetch(api: TmdbApi, ids: Sequence[int], kept: Path, progress: Progress) -> list[NewFilm]:
    """These films, from `kept` as far as they are there. Raises Halt when TMDB does not answer."""
    known = {film.tmdb_id: film for film in _read(kept)}
    missing = [number for number in ids if number not in known]
    wanted = set(ids)
    done = len(ids) - len(missing)
    with kept.open("ab") as file:
        for at in range(0, len(missing), PER_S):
            began = asyncio.get_running_loop().time()
            found = await _some(api, missing[at : at + PER_S])
            for film in found:
                known[film.tmdb_id] = film
                file.write(orjson.dumps(asdict(film)) + b"\n")
            done += len(missing[at : at + PER_S])
            progress("films from TMDB", done, len(ids))
            if done < len(ids):
                await asyncio.sleep(max(0.0, 1 - (asyncio.get_running_loop().time() - began)))
    return [film for number, film in known.items() if number in wanted]


async def _some(api: TmdbApi, ids: Sequence[int]) -> list[NewFilm]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> NewFilm | None:
        async with slots:
            return await _film(api, number)

    try:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(one(number)) for number in ids]
    except* Failed as failed:
        reason = failed.exceptions[0]
        raise Halt(f"TMDB does not answer ({reason}). Run the command again: it goes on from here.") from None
    return [film for film in (each.result() for each in asked) if film is not None]


async def _film(api: TmdbApi, number: int) -> NewFilm | None:
    for at in range(TRIES):
        try:
            return film_of(await api.get(f"movie/{number}", append_to_response="credits"))
        except Failed as failed:
            if failed.gone:  # listed yesterday, removed today
                return None
            if at == TRIES - 1:
                raise
            await asyncio.sleep(failed.wait_s or 0.5 * 2**at)
    return None


def _read(kept: Path) -> Iterator[NewFilm]:
    """Whole lines only: the last one may have been cut off by a kill."""
    if not kept.exists():
        return
    with kept.open("rb") as lines:
        for line in lines:
            try:
                row: dict[str, Any] = orjson.loads(line)
                lists = {name: tuple(value) for name, value in row.items() if isinstance(value, list)}
                yield NewFilm(**{**row, **lists})
            except (orjson.JSONDecodeError, TypeError):
                continue
