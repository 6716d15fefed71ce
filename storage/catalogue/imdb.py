"""Films out of IMDb's files, gathered in a file of their own before the catalogue is touched."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from storage.catalogue.imdb_files import AKAS, BASICS, RATINGS, count_of, number_of, rows, tenths_of, text_of
from storage.search.fold import fold

SOURCE = "imdb"
KINDS = {"movie": "movie", "tvMovie": "tv"}
"""IMDb's kinds that are always taken, and ours."""
MORE_KINDS = {"short": "short", "tvSeries": "series", "tvMiniSeries": "series", "video": "video"}
"""Taken where asked for."""
BATCH = 20_000
SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
CREATE TABLE film (
  imdb INTEGER PRIMARY KEY, title TEXT, original TEXT, year INTEGER, runtime INTEGER, kind TEXT, genres TEXT,
  folded TEXT
);
CREATE TABLE score (imdb INTEGER PRIMARY KEY, tenths INTEGER, votes INTEGER);
CREATE TABLE alias (imdb INTEGER, title TEXT);
"""

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ImdbFiles:
    """What to read. `kinds` are IMDb's names; adult titles only if asked for."""

    basics: Path
    ratings: Path | None = None
    akas: Path | None = None
    kinds: frozenset[str] = frozenset(KINDS)
    adult: bool = False


@dataclass(slots=True)
class Gathered:
    """The gathering file, how many titles were read, and why some were left out."""

    file: Path
    rows: int = 0
    skipped: dict[str, int] = field(default_factory=dict)

    def films(self) -> Iterator[tuple[Any, ...]]:
        """(imdb, title, original, year, runtime, kind, genres, folded, tenths, votes), best known first."""
        yield from self._read(
            "SELECT film.*, tenths, votes FROM film LEFT JOIN score USING (imdb) ORDER BY votes DESC NULLS LAST, imdb"
        )

    def aliases(self) -> Iterator[tuple[int, str]]:
        """(imdb, title)."""
        yield from self._read("SELECT imdb, title FROM alias")

    def _read(self, query: str) -> Iterator[Any]:
        gathered = sqlite3.connect(self.file)
        try:
            yield from gathered.execute(query)
        finally:
            gathered.close()


def gather(files: ImdbFiles, into: Path, report: Report) -> Gathered:
    """Read everything into a new SQLite file. Raises CatalogueError, and whatever `report` raises to stop it."""
    gathered, place = Gathered(into), sqlite3.connect(into, isolation_level=None)
    try:
        place.executescript(SCHEMA)
        place.execute("BEGIN")
        _many(place, "INSERT OR IGNORE INTO film VALUES (?,?,?,?,?,?,?,?)", _films(files, gathered, report))
        taken = {imdb for (imdb,) in place.execute("SELECT imdb FROM film")}
        chosen = gathered.rows - sum(gathered.skipped.values())
        if chosen > len(taken):
            gathered.skipped["twice in the file"] = chosen - len(taken)
        if files.ratings:
            _many(place, "INSERT OR REPLACE INTO score VALUES (?,?,?)", _scores(files.ratings, taken, report))
        if files.akas:
            _many(place, "INSERT INTO alias VALUES (?,?)", _aliases(files.akas, taken, report))
        place.execute("COMMIT")
    finally:
        place.close()
    return gathered


def imdb_id(number: int) -> str:
    return f"tt{number:07d}"


def _many(place: sqlite3.Connection, statement: str, found: Iterable[tuple[Any, ...]]) -> None:
    place.executemany(statement, found)


def _films(files: ImdbFiles, gathered: Gathered, report: Report) -> Iterator[tuple[Any, ...]]:
    file, ours = files.basics, {**KINDS, **MORE_KINDS}
    wanted = {kind.encode(): ours[kind] for kind in files.kinds}
    skipped = gathered.skipped
    for fields in rows(file, BASICS, lambda done, size: report("titles", done, size)):
        gathered.rows += 1
        kind = wanted.get(fields[1])
        if kind is None:
            skipped["other kinds"] = skipped.get("other kinds", 0) + 1
            continue
        if fields[4] != b"0" and not files.adult:
            skipped["adult"] = skipped.get("adult", 0) + 1
            continue
        title, original = text_of(file, fields[2]), text_of(file, fields[3])
        if not title:
            skipped["without a title"] = skipped.get("without a title", 0) + 1
            continue
        year, runtime = count_of(file, fields[5]), count_of(file, fields[7])
        genres, other = text_of(file, fields[8]), original if original != title else ""
        yield number_of(file, fields[0]), title, other, year, runtime, kind, genres, fold(title)


def _scores(file: Path, taken: set[int], report: Report) -> Iterator[tuple[int, int, int]]:
    for fields in rows(file, RATINGS, lambda done, size: report("ratings", done, size)):
        imdb = number_of(file, fields[0])
        if imdb in taken:
            yield imdb, tenths_of(file, fields[1]), count_of(file, fields[2]) or 0


def _aliases(file: Path, taken: set[int], report: Report) -> Iterator[tuple[int, str]]:
    """Titles in all languages, each spelling once while the rows of a film are together, as they are in IMDb's file."""
    last, seen = -1, set[bytes]()
    for fields in rows(file, AKAS, lambda done, size: report("other titles", done, size)):
        imdb = number_of(file, fields[0])
        if imdb not in taken:
            continue
        if imdb != last:
            last, seen = imdb, set()
        if fields[2] not in seen:
            seen.add(fields[2])
            if title := text_of(file, fields[2]):
                yield imdb, title


def batches(found: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(found, BATCH)):
        yield batch
