"""Building an index: films come in batches, so that a catalogue of any size passes through little memory."""

import asyncio
import json
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from storage.errors import IndexNotBuilt
from storage.faults import in_words
from storage.places import nearest
from storage.search.grams import GramsWriter
from storage.search.titles import IndexedTitle, TitlesWriter

VERSION = "11"
"""Of the files' layout and the folding: another one means a new build."""
ABANDONED_S = 86_400


class IndexBuilder:
    """A build beside whatever is in use; `finish` switches to it at once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = f"build-{uuid.uuid4().hex}"
        self._made = directory / self._name
        self._made.mkdir(parents=True)
        self._last = 0
        try:
            self._rows = TitlesWriter(self._made)
            self._titles = GramsWriter(self._made / "grams")
            self._people = GramsWriter(self._made / "people_grams")
        except BaseException:
            shutil.rmtree(self._made, ignore_errors=True)
            raise

    def add(self, movies: Iterable[IndexedTitle]) -> None:
        for movie in movies:
            self._last = max(self._last, movie.movie_id)
            for row, text, is_people in self._rows.add(movie):
                (self._people if is_people else self._titles).add(row, text, movie.popularity)

    def discard(self) -> None:
        """Leave nothing of a build that came to nothing: after a full disk its room is the first that is needed."""
        for writer in (self._titles, self._people):
            writer.drop()
        shutil.rmtree(self._made, ignore_errors=True)

    def finish(self, stamp: str) -> None:
        """Make it the index in use; `stamp` names the imports that made the catalogue."""
        for writer in (self._titles, self._people, self._rows):  # one after the other takes the least memory
            writer.close()
        former = current(self._directory)
        pointer = self._directory / f"{self._name}.pointer"
        pointer.write_text(json.dumps({"build": self._name, "stamp": stamp, "last": self._last, "version": VERSION}))
        os.replace(pointer, self._directory / "current")
        _clear_away(self._directory, former)


@asynccontextmanager
async def building(directory: Path) -> AsyncIterator[IndexBuilder]:
    """A builder of which nothing is left when it fails. Raises IndexNotBuilt where the disk is to blame."""
    builder: IndexBuilder | None = None
    try:
        builder = await asyncio.to_thread(IndexBuilder, directory)
        yield builder
    except BaseException as error:
        free = shutil.disk_usage(nearest(directory)).free
        if builder is not None:
            await asyncio.to_thread(builder.discard)
        if isinstance(error, OSError):
            raise IndexNotBuilt(directory, free, in_words(error)) from error
        raise


def in_use(directory: Path) -> tuple[Path, str, int]:
    """The folder of the build in use, its stamp, and the highest number of a film in it.

    Raises what a missing or damaged file raises, and ValueError for a build of another version.
    """
    meta = json.loads((directory / "current").read_text())
    if meta["version"] != VERSION:
        raise ValueError(f"version {meta['version']}")
    return directory / str(meta["build"]), str(meta["stamp"]), int(meta["last"])


def current(directory: Path) -> str | None:
    """The build in use, if there is one."""
    try:
        return str(json.loads((directory / "current").read_text())["build"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _clear_away(directory: Path, former: str | None) -> None:
    """Remove the build that was in use, and what crashed ones left a day ago; another may be under way right now."""
    for build in directory.glob("build-*"):
        left = build.name == former or time.time() - build.stat().st_mtime > ABANDONED_S
        if left and build.name != current(directory):
            shutil.rmtree(build, ignore_errors=True)  # mapped files stay readable for who has them open
