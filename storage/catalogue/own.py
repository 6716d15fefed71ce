"""Films of one's own: added one by one, or many from a CSV file. What the catalogue has already is left as it is."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.catalogue.errors import CatalogueError
from storage.catalogue.numbers import next_number, take_turn
from storage.models import movie, movie_genre, movie_title
from storage.search.fold import fold
from storage.values import NewFilm, is_title

SOURCE = "own"
COLUMNS = {
    "title", "year", "original_title", "other_titles", "runtime", "genres", "directors", "cast", "imdb", "tmdb"
}  # fmt: skip
"""Of a CSV file; only `title` has to be there. Several values in one cell are parted by "|"."""
IDS = ("imdb_id", "tmdb_id")
CHUNK = 500
LONGEST = 500
"""Characters of a cell."""


def add_films(connection: sa.Connection, films: Sequence[NewFilm], source: str = SOURCE) -> list[tuple[int, bool]]:
    """For each film its number in the catalogue, and whether it is new there."""
    take_turn(connection)
    known, done = _Known(connection, films), []
    for film in films:
        found = known.find(film)
        if found is None:
            number = _insert(connection, film, source)
            known.add(film, number)
        done.append((found or number, found is None))
    return done


def complete(connection: sa.Connection, movie_id: int, film: NewFilm) -> bool:
    """Give a film the poster, the overview and the ids that it lacks; whether it lacked any.

    An id that another film has stays there: sources may have had one film twice.
    """
    given = {name: getattr(film, name) for name in ("poster", "overview", *IDS)}
    wanted = {
        name: value
        for name, value in given.items()
        if value is not None and not (name in IDS and _is_anothers(connection, movie_id, name, value))
    }
    lacking = sa.or_(sa.false(), *(movie.c[name].is_(None) for name in wanted))
    kept = {name: sa.func.coalesce(movie.c[name], value) for name, value in wanted.items()}
    if not wanted:
        return False
    return connection.execute(sa.update(movie).where(movie.c.id == movie_id, lacking).values(kept)).rowcount > 0


def _is_anothers(connection: sa.Connection, movie_id: int, name: str, value: str | int) -> bool:
    """Whether the catalogue gives this id to another film."""
    other = sa.exists().where(movie.c[name] == value, movie.c.id != movie_id)
    return connection.execute(sa.select(other)).scalar_one()


class _Known:
    """What the catalogue has of these films: by id at IMDb or TMDB, else by title and year."""

    def __init__(self, connection: sa.Connection, films: Sequence[NewFilm]) -> None:
        self._imdb = _by(connection, movie.c.imdb_id, {film.imdb_id for film in films})
        self._tmdb = _by(connection, movie.c.tmdb_id, {film.tmdb_id for film in films})
        self._names = _names(connection, {(fold(film.title), film.year) for film in films})

    def find(self, film: NewFilm) -> int | None:
        found = self._imdb.get(film.imdb_id) or self._tmdb.get(film.tmdb_id)
        return found or self._names.get((fold(film.title), film.year))

    def add(self, film: NewFilm, number: int) -> None:
        self._imdb |= {film.imdb_id: number} if film.imdb_id else {}
        self._tmdb |= {film.tmdb_id: number} if film.tmdb_id else {}
        self._names[fold(film.title), film.year] = number


def _by(connection: sa.Connection, column: sa.Column[Any], wanted: set[Any]) -> dict[Any, int]:
    values, found = sorted(wanted - {None}), dict[Any, int]()
    for at in range(0, len(values), CHUNK):
        query = sa.select(column, movie.c.id).where(column.in_(values[at : at + CHUNK]))
        found.update((value, movie_id) for value, movie_id in connection.execute(query))
    return found


def _names(connection: sa.Connection, wanted: set[tuple[str, int | None]]) -> dict[tuple[str, int | None], int]:
    """In one pass over the films of those years."""
    years = {year for _, year in wanted}
    same = sa.or_(movie.c.year.in_(years - {None}), movie.c.year.is_(None) if None in years else sa.false())
    found: dict[tuple[str, int | None], int] = {}
    for movie_id, title, year in connection.execute(sa.select(movie.c.id, movie.c.title, movie.c.year).where(same)):
        if (name := (fold(title), year)) in wanted:
            found.setdefault(name, movie_id)
    return found


def _insert(connection: sa.Connection, film: NewFilm, source: str) -> int:
    movie_id = next_number(connection)
    connection.execute(sa.insert(movie).values(_row(movie_id, film) | {"source": source}))
    for table, name, values in ((movie_genre, "genre", film.genres), (movie_title, "title", film.other_titles)):
        rows = [{"movie_id": movie_id, name: value} for value in dict.fromkeys(values)]
        if rows:
            connection.execute(sa.insert(table), rows)
    return movie_id


def _row(movie_id: int, film: NewFilm) -> dict[str, Any]:
    return {
        "id": movie_id, "title": film.title, "original_title": film.original_title, "year": film.year,
        "runtime": film.runtime, "directors": "|".join(film.directors), "cast": "|".join(film.cast),
        "imdb_id": film.imdb_id, "tmdb_id": film.tmdb_id, "popularity": film.popularity,
        "poster": film.poster, "overview": film.overview,
    }  # fmt: skip


def read_csv(file: Path) -> Iterator[NewFilm]:
    """Raises CatalogueError naming the file, the line and the fault."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            _check_columns(file, set(reader.fieldnames or ()))
            for row in reader:
                yield _film(file, reader.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"{file.name} cannot be read: {error}") from error


def _check_columns(file: Path, found: set[str]) -> None:
    if "title" not in found:
        raise CatalogueError(
            f"{file.name} cannot be read: it has no column title; known are {', '.join(sorted(COLUMNS))}"
        )
    if unknown := sorted(found - COLUMNS):
        raise CatalogueError(f"{file.name}: unknown column {unknown[0]}; known are {', '.join(sorted(COLUMNS))}")


def _film(file: Path, line: int, row: dict[Any, Any]) -> NewFilm:
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    whole = None not in row and None not in row.values()
    if not whole or not is_title(cells["title"]) or any(len(cell) > LONGEST or "\0" in cell for cell in cells.values()):
        raise CatalogueError(f"{file.name} cannot be read: line {line} is damaged, or has no title")
    for name in ("year", "runtime", "tmdb"):
        value = cells.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and len(value) <= (4 if name == "year" else 9)):
            raise CatalogueError(f"{file.name}: line {line} has {value!r} as {name}: expected are digits")
    imdb = cells.get("imdb", "")
    if imdb and not (imdb.startswith("tt") and imdb[2:].isdecimal() and 7 <= len(imdb[2:]) <= 10):
        raise CatalogueError(f"{file.name}: line {line} has {imdb!r} as imdb: expected is tt and seven digits or more")
    return NewFilm(
        title=cells["title"],
        year=_number(cells.get("year")),
        original_title=cells.get("original_title") or None,
        other_titles=_parts(cells.get("other_titles")),
        runtime=_number(cells.get("runtime")),
        genres=_parts(cells.get("genres")),
        directors=_parts(cells.get("directors")),
        cast=_parts(cells.get("cast")),
        imdb_id=imdb or None,
        tmdb_id=_number(cells.get("tmdb")),
    )


def _parts(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split("|") if part.strip())


def _number(cell: str | None) -> int | None:
    return int(cell) if cell else None
