"""The films that come with the program: facts only, sources and terms in SOURCES.md beside it."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.catalogue.errors import CatalogueError
from storage.catalogue.summary import ImportSummary
from storage.models import movie, movie_genre, movie_title

FILE = Path(__file__).parent / "starter_catalogue.tsv.gz"
SOURCE = "starter"
TOTAL = 123_818
BATCH = 5_000
COLUMNS = {
    "title", "original_title", "alt_titles", "year", "runtime", "genres", "directors", "cast",
    "countries", "languages", "imdb", "tmdb", "wikidata", "kind", "pop",
}  # fmt: skip
NUMBERS = ("year", "runtime", "tmdb", "pop")

Progress = Callable[[int, int], None]
Row = Mapping[str, str]


def import_starter(connection: sa.Connection, progress: Progress, file: Path = FILE) -> ImportSummary:
    """Add the starter films in the caller's transaction; films that are there already stay as they are.

    A film's id is its line in the file, the same everywhere. Raises CatalogueError; then nothing is added.
    """
    known = set(connection.execute(sa.select(movie.c.id).where(movie.c.source == SOURCE)).scalars())
    taken = _Taken(connection)
    rows = new = 0
    numbered = enumerate(_rows(file), 1)
    while batch := list(islice(numbered, BATCH)):
        fresh = [(movie_id, row) for movie_id, row in batch if movie_id not in known]
        _add(connection, fresh, taken)
        rows += len(batch)
        new += len(fresh)
        progress(rows, max(rows, TOTAL))
    return ImportSummary(SOURCE, rows, new, rows - new)


class _Taken:
    """External ids in use; a second film with one of them is kept without it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._seen: dict[str, set[Any]] = {
            column.name: set(connection.execute(sa.select(column).where(column.is_not(None))).scalars())
            for column in (movie.c.imdb_id, movie.c.tmdb_id, movie.c.wikidata_id)
        }

    def once(self, column: str, value: Any) -> Any:
        if value in self._seen[column]:
            return None
        if value is not None:
            self._seen[column].add(value)
        return value


def _add(connection: sa.Connection, films: list[tuple[int, Row]], taken: _Taken) -> None:
    if not films:
        return
    connection.execute(sa.insert(movie), [_movie(movie_id, row, taken) for movie_id, row in films])
    genres = [{"movie_id": key, "genre": genre} for key, row in films for genre in _values(row["genres"])]
    titles = [{"movie_id": key, "title": title} for key, row in films for title in _values(row["alt_titles"])]
    for table, values in ((movie_genre, genres), (movie_title, titles)):
        if values:
            connection.execute(sa.insert(table), values)


def _movie(movie_id: int, row: Row, taken: _Taken) -> dict[str, Any]:
    return {
        "id": movie_id,
        "title": row["title"],
        "original_title": row["original_title"] or None,
        "year": _number(row["year"]),
        "runtime": _number(row["runtime"]),
        "kind": row["kind"] or "movie",
        "directors": row["directors"],
        "cast": row["cast"],
        "countries": row["countries"],
        "languages": row["languages"],
        "imdb_id": taken.once("imdb_id", row["imdb"] or None),
        "tmdb_id": taken.once("tmdb_id", _number(row["tmdb"])),
        "wikidata_id": taken.once("wikidata_id", row["wikidata"] or None),
        "popularity": _number(row["pop"]) or 0,
        "source": SOURCE,
    }


def _rows(file: Path) -> Iterator[Row]:
    """The file's rows; every way in which it can be broken becomes one CatalogueError."""
    try:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not set(reader.fieldnames or ()) >= COLUMNS:
                raise CatalogueError(f"{file.name} cannot be read: it lacks columns")
            for row in reader:
                yield _checked(row, file, reader.line_num)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"{file.name} cannot be read: {error}") from error


def _checked(row: dict[str, str], file: Path, line: int) -> Row:
    """The row, if it is whole, has a title, and its numbers are numbers that a database holds."""
    whole = None not in row and None not in row.values() and row["title"].strip()
    if not whole or any(not _is_number(row[name]) for name in NUMBERS) or any("\0" in cell for cell in row.values()):
        raise CatalogueError(f"{file.name} cannot be read: line {line} is damaged")
    return row


def _is_number(field: str) -> bool:
    return not field or (field.isascii() and field.isdecimal() and int(field[:10]) < 2**31 and len(field) <= 10)


def _values(field: str) -> dict[str, None]:
    """The parts of a field, each once, in order."""
    return dict.fromkeys(part for part in field.split("|") if part)


def _number(field: str) -> int | None:
    return int(field) if field else None
