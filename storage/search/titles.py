"""The titles behind the index, one row a title, read in place from a file: the operating system keeps what is used."""

import mmap
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from typing import Any

from storage.search.fold import fold
from storage.search.spelling import in_short

ROW = {"movie_id": "q", "year": "h", "popularity": "h", "end": "I", "people": "b"}
IDS = {"imdb": "q", "imdb_movie": "q", "tmdb": "q", "tmdb_movie": "q"}
MOST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class IndexedTitle:
    """A movie, all its titles and its people; popularity is 0..1000, the IMDb id as "tt0068646"."""

    movie_id: int
    titles: tuple[str, ...]
    year: int | None
    popularity: int
    imdb_id: str | None = None
    tmdb_id: int | None = None
    people: tuple[str, ...] = ()


class Titles:
    """Row numbers are those of the index; `movie_id`, `year` (0: unknown), `popularity` and `people` are columns.

    A row is a title, or, where `people` is 1, a title and the names of the film's people.
    """

    def __init__(self, directory: Path) -> None:
        self.movie_id = _column(directory, "movie_id", "q")
        self.year = _column(directory, "year", "h")
        self.popularity = _column(directory, "popularity", "h")
        self._end = _column(directory, "end", "I")
        self.people = _column(directory, "people", "b")
        self._ids = {name: _column(directory, name, code) for name, code in IDS.items()}
        self._text = _mapped(directory / "text")
        if len(self._text) != (self._end[-1] if self._end else 0):
            raise ValueError(f"{directory.name}: the titles are cut off")

    def text(self, row: int) -> str:
        """The folded title, or names."""
        return self._text[self._end[row - 1] if row else 0 : self._end[row]].decode()

    def of_year(self, year: int, most: int) -> list[int]:
        """Rows of the year's best-known films."""
        rows = (row for row, each in enumerate(self.year) if each == year)
        return nlargest(most, rows, key=self.popularity.__getitem__)

    def by_imdb(self, imdb_id: str) -> int | None:
        """The movie of an IMDb id, if it is known."""
        return self._by_id("imdb", int(imdb_id[2:]))

    def by_tmdb(self, tmdb_id: int) -> int | None:
        return self._by_id("tmdb", tmdb_id)

    def _by_id(self, kind: str, number: int) -> int | None:
        numbers = self._ids[kind]
        at = bisect_left(numbers, number)
        return self._ids[f"{kind}_movie"][at] if at < len(numbers) and numbers[at] == number else None


class TitlesWriter:
    """Writes the files of a build."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._columns = {name: array(code) for name, code in ROW.items()}
        self._rows = list(self._columns.values())
        self._ids = {name: array(code) for name, code in IDS.items()}
        self._text = (directory / "text").open("wb")
        self._end = 0

    def add(self, movie: IndexedTitle) -> list[tuple[int, str, bool]]:
        """Its rows to be indexed: number, text, and whether that is names."""
        if movie.imdb_id is not None:
            self._know("imdb", int(movie.imdb_id[2:]), movie.movie_id)
        if movie.tmdb_id is not None:
            self._know("tmdb", movie.tmdb_id, movie.movie_id)
        found, first = rows_of(movie), len(self._columns["end"])
        for text, is_people in found:
            self._end += self._text.write(text.encode())
            row = movie.movie_id, movie.year or 0, movie.popularity, self._end, is_people
            for column, value in zip(self._rows, row, strict=True):
                column.append(value)
        return [(row, *each) for row, each in enumerate(found, first)]

    def _know(self, kind: str, number: int, movie_id: int) -> None:
        self._ids[kind].append(number)
        self._ids[f"{kind}_movie"].append(movie_id)

    def close(self) -> None:
        self._text.close()
        for kind in ("imdb", "tmdb"):
            numbers = self._ids[kind]
            order = sorted(range(len(numbers)), key=numbers.__getitem__)
            for name in (kind, f"{kind}_movie"):
                self._columns[name] = array(IDS[name], (self._ids[name][at] for at in order))
        for name, values in self._columns.items():
            (self._directory / name).write_bytes(values.tobytes())


def rows_of(movie: IndexedTitle) -> list[tuple[str, bool]]:
    """The folded titles, each once and also in the short spelling; one more row is the title, a line break, people."""
    titles = [folded for folded in map(fold, movie.titles) if folded]
    spelt = dict.fromkeys([*titles, *map(in_short, titles)])
    if not movie.people or not titles:
        return [(text, False) for text in spelt]
    return [*((text, False) for text in spelt), (f"{titles[0]}\n{fold(' '.join(movie.people[:MOST_PEOPLE]))}", True)]


def _column(directory: Path, name: str, code: str) -> Sequence[int]:
    view: Any = memoryview(_mapped(directory / name))
    integers: Sequence[int] = view.cast(code)
    return integers


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        if path.stat().st_size == 0:  # an empty file cannot be mapped
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
