"""The titles behind the index, one row a title, read in place from a file: the operating system keeps what is used."""

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.search.fold import fold

COLUMNS = (("movie_id", "q"), ("year", "h"), ("popularity", "h"), ("end", "I"), ("imdb", "q"), ("imdb_movie", "q"))


@dataclass(frozen=True, slots=True)
class IndexedTitle:
    """A movie and all its titles; popularity is 0..1000, the IMDb id as "tt0068646"."""

    movie_id: int
    titles: tuple[str, ...]
    year: int | None
    popularity: int
    imdb_id: str | None = None


class Titles:
    """Row numbers are those of the index. `movie_id`, `year` (0: unknown) and `popularity` are columns."""

    def __init__(self, directory: Path) -> None:
        self.movie_id = _column(directory, "movie_id", "q")
        self.year = _column(directory, "year", "h")
        self.popularity = _column(directory, "popularity", "h")
        self._end = _column(directory, "end", "I")
        self._imdb = _column(directory, "imdb", "q")
        self._imdb_movie = _column(directory, "imdb_movie", "q")
        self._text = _mapped(directory / "text")
        if len(self._text) != (self._end[-1] if self._end else 0):
            raise ValueError(f"{directory.name}: the titles are cut off")

    def text(self, row: int) -> str:
        """The folded title."""
        return bytes(self._text[self._end[row - 1] if row else 0 : self._end[row]]).decode()

    def by_imdb(self, imdb_id: str) -> int | None:
        """The movie of an IMDb id, if it is known."""
        number = int(imdb_id[2:])
        at = bisect_left(self._imdb, number)
        return self._imdb_movie[at] if at < len(self._imdb) and self._imdb[at] == number else None


class TitlesWriter:
    """Writes the files of a build."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._columns = {name: array(code) for name, code in COLUMNS}
        self._imdb: list[tuple[int, int]] = []
        self._text = (directory / "text").open("wb")
        self._end = 0

    def add(self, movie: IndexedTitle) -> list[str]:
        """Its folded titles, each once and a row each, to be indexed in this order."""
        if movie.imdb_id is not None:
            self._imdb.append((int(movie.imdb_id[2:]), movie.movie_id))
        found = list(dict.fromkeys(filter(None, map(fold, movie.titles))))
        for title in found:
            self._end += self._text.write(title.encode())
            self._columns["end"].append(self._end)
            self._columns["movie_id"].append(movie.movie_id)
            self._columns["year"].append(movie.year or 0)
            self._columns["popularity"].append(movie.popularity)
        return found

    def close(self) -> None:
        self._text.close()
        self._imdb.sort()
        self._columns["imdb"].extend(number for number, _ in self._imdb)
        self._columns["imdb_movie"].extend(movie_id for _, movie_id in self._imdb)
        for name, values in self._columns.items():
            (self._directory / name).write_bytes(values.tobytes())


def _column(directory: Path, name: str, code: str) -> Sequence[int]:
    view: Any = memoryview(_mapped(directory / name))
    integers: Sequence[int] = view.cast(code)
    return integers


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # an empty file cannot be mapped
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
