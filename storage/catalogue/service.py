"""The catalogue as the service shows it: what is loaded, from where, and the search index over it."""

import asyncio
import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import sqlalchemy as sa

from storage.audit import AuditAction, record
from storage.catalogue.imdb import Gathered, ImdbFiles, gather
from storage.catalogue.merge import merge
from storage.catalogue.own import SOURCE as OWN
from storage.catalogue.own import add_films, complete, read_csv
from storage.catalogue.starter import import_starter
from storage.catalogue.summary import ImportSummary
from storage.database import Database
from storage.dialects import put
from storage.errors import CatalogueNotReady, FilmKnown
from storage.models import bot_state, movie, movie_title
from storage.search.build import building
from storage.search.fresh import MOST
from storage.search.index import IndexedTitle, SearchIndex
from storage.values import Actor, CatalogueImport, NewFilm

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far it is, and how far it goes; from any thread."""

KEY = "catalogue"
BATCH = 20_000


class Catalogue:
    def __init__(self, database: Database, index_dir: Path) -> None:
        self._database = database
        self._index_dir = index_dir
        self._index: SearchIndex | None = None
        self._loading = asyncio.Lock()
        """Whoever finds the index behind waits for who found it first: each would build the same one."""

    @property
    def index(self) -> SearchIndex:
        """The index in use. Raises CatalogueNotReady while the first import runs."""
        if self._index is None:
            raise CatalogueNotReady
        return self._index

    @property
    def ready(self) -> bool:
        return self._index is not None

    async def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(movie)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def status(self) -> tuple[CatalogueImport, ...]:
        """Every import that changed the catalogue, the oldest first."""
        return await self._database.read(_imports)

    async def ensure(self, progress: Progress) -> None:
        """Import the starter catalogue into an empty database, and open the index, building it if it is stale."""
        if await self.count() == 0:
            await self.import_starter(progress)
        else:
            await self.load_index(progress)

    async def import_starter(self, progress: Progress) -> ImportSummary:
        """Add the films that come with the program; a second time changes nothing. Raises CatalogueError."""
        at = self._database.now()

        def work(connection: sa.Connection) -> ImportSummary:
            summary = import_starter(connection, lambda done, total: progress("films", done, total))
            if summary.new:
                _note(connection, summary, at)
            return summary

        summary = await self._database.write(work)
        await self.load_index(progress)
        return summary

    async def import_imdb(self, files: ImdbFiles, progress: Progress) -> ImportSummary:
        """Merge IMDb's own files into the catalogue, all of it or nothing; a second time changes nothing.

        Nothing is written before everything was read. Raises CatalogueError, DatabaseUnavailable.
        """
        at = self._database.now()

        def work(connection: sa.Connection, gathered: Gathered) -> ImportSummary:
            summary = merge(connection, gathered)
            if summary.did_something:
                _note(connection, summary, at)
            return summary

        with gathering(self._index_dir.parent) as place:
            gathered = await _interruptible(lambda report: gather(files, place, report), progress)
            progress("catalogue", 0, 1)
            summary = await self._database.on_writing_connection(lambda connection: work(connection, gathered))
            progress("catalogue", 1, 1)
        await self.load_index(progress)
        return summary

    async def import_csv(self, file: Path, progress: Progress) -> ImportSummary:
        """Add films of one's own, all of them or none. Raises CatalogueError."""
        return await self.import_films(await asyncio.to_thread(list, read_csv(file)), "csv", progress)

    async def import_films(self, films: Sequence[NewFilm], source: str, progress: Progress) -> ImportSummary:
        """Add what is new and give those known what they lack, all of it or nothing. Raises DatabaseUnavailable."""
        at = self._database.now()

        def work(connection: sa.Connection) -> ImportSummary:
            done = add_films(connection, films, OWN if source == "csv" else source)
            new = sum(is_new for _, is_new in done)
            known = ((movie_id, film) for film, (movie_id, is_new) in zip(films, done, strict=True) if not is_new)
            changed = sum(complete(connection, movie_id, film) for movie_id, film in known)
            summary = ImportSummary(source, len(films), new, len(films) - new - changed, changed=changed)
            if summary.did_something:
                _note(connection, summary, at)
            return summary

        summary = await self._database.on_writing_connection(work)
        await self.load_index(progress)
        return summary

    async def add(self, film: NewFilm, actor: Actor | None = None) -> int:
        """Add one film, which can be found at once; its number. Raises FilmKnown."""
        at = self._database.now()

        def work(connection: sa.Connection) -> int:
            [(movie_id, is_new)] = add_films(connection, [film])
            if not is_new:
                raise FilmKnown(movie_id, film.title)
            after = {"title": film.title, "year": film.year}
            record(connection, AuditAction.MOVIE_ADD, actor, at=at, subject=f"movie:{movie_id}", after=after)
            return movie_id

        movie_id = await self._database.write(work)
        await self.follow()
        return movie_id

    async def take_up(self, films: Sequence[NewFilm], source: str) -> int:
        """Films from another source; how many are new. Those known get the poster and overview that they lack."""
        at = self._database.now()

        def work(connection: sa.Connection) -> int:
            done = add_films(connection, films, source)
            for film, (movie_id, is_new) in zip(films, done, strict=True):
                after = {"title": film.title, "year": film.year, "source": source}
                if is_new:
                    record(connection, AuditAction.MOVIE_ADD, None, at=at, subject=f"movie:{movie_id}", after=after)
                else:
                    complete(connection, movie_id, film)
            return sum(is_new for _, is_new in done)

        new = await self._database.write(work) if films else 0
        if new:
            await self.follow()
        return new

    async def follow(self) -> None:
        """Take up what others have added or imported since: other replicas, and commands in a shell."""
        async with self._loading:
            index = self._index
            if index is None:
                return
            if index.is_stale or index.stamp != await self._database.read(_stamp):
                index = await self._load(lambda *_: None)
            await self._add_newer(index)

    async def load_index(self, progress: Progress) -> None:
        """Open the index of this very catalogue, built anew beside the old one if need be. Raises IndexNotBuilt."""
        async with self._loading:
            await self._add_newer(await self._load(progress))

    async def _load(self, progress: Progress) -> SearchIndex:
        if not await self.open_index():
            self._index = await self._build(await self._database.read(_stamp), progress)
        return self.index

    async def _add_newer(self, index: SearchIndex) -> None:
        """Films that came after the build."""
        while films := await self._database.read(partial(_films_after, after=index.last)):
            index.add(films)

    async def open_index(self) -> bool:
        """Open the index if there is one of this very catalogue; nothing is built."""
        stamp = await self._database.read(_stamp)
        found = await asyncio.to_thread(SearchIndex.open, self._index_dir)
        if found is None or found.stamp != stamp or await self._newer_than(found) > MOST:
            return False
        self._index = found
        return True

    async def _newer_than(self, index: SearchIndex) -> int:
        query = sa.select(sa.func.count()).select_from(movie).where(movie.c.id > index.last)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def _build(self, stamp: str, progress: Progress) -> SearchIndex:
        total, done, after = await self.count(), 0, 0
        async with building(self._index_dir) as builder:
            while films := await self._database.snapshot(partial(_films_after, after=after)):  # maps no file
                await asyncio.to_thread(builder.add, films)
                done, after = done + len(films), films[-1].movie_id
                progress("search index", done, max(done, total))
            await asyncio.to_thread(builder.finish, stamp)
        return await asyncio.to_thread(SearchIndex.of, self._index_dir)


@contextmanager
def gathering(directory: Path) -> Iterator[Path]:
    """A place for a file that is large and soon gone, also what a killed import left there."""
    for left in directory.glob("gathering-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix="gathering-", dir=directory, ignore_cleanup_errors=True) as place:
        yield Path(place) / "films.db"


async def _interruptible(work: Callable[[Progress], T], progress: Progress) -> T:
    """Run `work` in a thread, which ends at its next report when the caller is cancelled."""
    stop = threading.Event()

    def report(what: str, done: int, total: int) -> None:
        if stop.is_set():
            raise asyncio.CancelledError
        progress(what, done, total)

    running = asyncio.ensure_future(asyncio.to_thread(work, report))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([running])
        raise


def _note(connection: sa.Connection, summary: ImportSummary, at: datetime) -> None:
    done = [_as_json(each) for each in _imports(connection)]
    done.append({**asdict(summary), "at": at.isoformat()})
    put(connection, bot_state, {"key": KEY, "value": json.dumps(done)})
    record(
        connection, AuditAction.CATALOGUE_IMPORT, None, at=at,
        subject=f"catalogue:{summary.source}", after=asdict(summary),
    )  # fmt: skip


def _imports(connection: sa.Connection) -> tuple[CatalogueImport, ...]:
    value = connection.execute(sa.select(bot_state.c.value).where(bot_state.c.key == KEY)).scalar()
    done = json.loads(value) if value else []
    return tuple(
        CatalogueImport(each["source"], each["rows"], each["new"], datetime.fromisoformat(each["at"])) for each in done
    )


def _as_json(each: CatalogueImport) -> dict[str, Any]:
    return {"source": each.source, "rows": each.rows, "new": each.new, "at": each.at.isoformat()}


def _stamp(connection: sa.Connection) -> str:
    """Names the imports that made the catalogue; single films are taken up by their numbers."""
    return hashlib.sha256(repr(_imports(connection)).encode()).hexdigest()[:16]


def _films_after(connection: sa.Connection, after: int) -> list[IndexedTitle]:
    """The next films by number, each with all its titles."""
    names = movie.c.title, movie.c.original_title, movie.c.directors, movie.c.cast
    ids = movie.c.id, movie.c.year, movie.c.popularity, movie.c.imdb_id, movie.c.tmdb_id
    query = sa.select(*names, *ids).where(movie.c.id > after).order_by(movie.c.id).limit(BATCH)
    rows = connection.execute(query).all()
    others: dict[int, list[str]] = {}
    if rows:
        theirs = movie_title.c.movie_id.between(rows[0].id, rows[-1].id)
        for movie_id, title in connection.execute(sa.select(movie_title).where(theirs)):
            others.setdefault(movie_id, []).append(title)
    return [
        IndexedTitle(
            row.id,
            tuple(filter(None, (row.title, row.original_title, *others.get(row.id, ())))),
            row.year,
            row.popularity,
            row.imdb_id,
            row.tmdb_id,
            tuple(filter(None, f"{row.directors}|{row.cast}".split("|"))),
        )
        for row in rows
    ]
