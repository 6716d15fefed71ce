"""The catalogue as the service shows it: what is loaded, from where, and the search index over it."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.audit import AuditAction, record
from storage.catalogue.starter import ImportSummary, import_starter
from storage.database import Database
from storage.dialects import put
from storage.errors import CatalogueNotReady
from storage.models import bot_state, movie, movie_title
from storage.search.index import IndexedTitle, SearchIndex
from storage.values import CatalogueImport

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far it is, and how far it goes; from any thread."""

KEY = "catalogue"


class Catalogue:
    def __init__(self, database: Database, index_dir: Path) -> None:
        self._database = database
        self._index_dir = index_dir
        self._index: SearchIndex | None = None

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

    async def load_index(self, progress: Progress) -> None:
        """Open the index of this very catalogue, built anew beside the old one if need be."""
        stamp = await self._database.read(_stamp)
        found = await asyncio.to_thread(SearchIndex.open, self._index_dir)
        if found is None or found.stamp != stamp:
            found = await self._build(stamp, progress)
        self._index = found

    async def _build(self, stamp: str, progress: Progress) -> SearchIndex:
        rows = await self._database.read(lambda connection: list(_titles(connection)))

        def build() -> SearchIndex:
            return SearchIndex.build(
                self._index_dir, rows, stamp, lambda done, total: progress("search index", done, total)
            )

        return await asyncio.to_thread(build)


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
    """Names the catalogue's content: the imports that made it and the newest film."""
    newest = connection.execute(sa.select(sa.func.max(movie.c.id))).scalar()
    content = repr((_imports(connection), newest))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _titles(connection: sa.Connection) -> Iterator[IndexedTitle]:
    """One row a movie, with all its titles."""
    others: dict[int, list[str]] = {}
    for movie_id, title in connection.execute(sa.select(movie_title)):
        others.setdefault(movie_id, []).append(title)
    columns = (
        movie.c.id,
        movie.c.title,
        movie.c.original_title,
        movie.c.year,
        movie.c.popularity,
        movie.c.imdb_id,
    )
    for row in connection.execute(sa.select(*columns).order_by(movie.c.id)):
        titles = (row.title, row.original_title, *others.get(row.id, ()))
        yield IndexedTitle(row.id, tuple(filter(None, titles)), row.year, row.popularity, row.imdb_id)
