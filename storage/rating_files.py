"""Files in which other services give out one's ratings: CSV or JSON, alone or in a zip, known by their columns.

IMDb (your ratings), Letterboxd (account data), Trakt (JSON), TMDB (CSV), and Matinee's own /export.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import orjson

from storage.errors import TooManyRatings, UnreadableRatings
from storage.values import Brought, RatingFile, Unreadable

LARGEST = 64_000_000
"""Bytes of a file when it is unpacked: more than so many ratings need, and no bomb."""
MOST = 20_000
"""Ratings: a film a day for 55 years. Each has to be looked up."""
COLUMNS = {
    "imdb_id": ("const", "imdbid", "imdb"),
    "tmdb_id": ("tmdbid", "tmdb"),
    "title": ("title", "name"),
    "year": ("year", "releasedate"),
    "stars": ("stars", "yourrating", "rating10", "rating"),
    "at": ("daterated", "ratedat", "watcheddate", "date"),
    "kind": ("titletype", "type"),
}
"""Of each fact, the names that its column may have, without case and punctuation. The first that there is counts."""
OF_FIVE = "letterboxduri"
"""Where this column is, "rating" is half to five stars."""
NO_FILM = re.compile("series|episode|season|show|game|podcast|person|^tv$", re.IGNORECASE)
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError, OSError)
"""What a zip raises that is cut off or broken, packed in an unknown way, or locked by a password (RuntimeError)."""
_NAME = re.compile("[^a-z0-9]")
_IMDB = re.compile("tt[0-9]{7,9}")
_YEAR = re.compile("(?:18|19|20)[0-9]{2}")
_LONGEST_TITLE, _LONGEST_STARS = 200, 20
OLDEST = 1990

Row = Mapping[str, Any]
"""What a line says of each of COLUMNS, as text or number."""


def read(content: bytes) -> RatingFile:
    """The films' ratings. Raises UnreadableRatings when there is nothing about films in it, TooManyRatings."""
    found = tuple(islice((each for part in _parts(content) for each in _of(part)), MOST + 1))
    if len(found) > MOST:
        raise TooManyRatings(MOST)
    ratings = tuple(each for each in found if isinstance(each, Brought))
    unreadable = tuple(each for each in found if isinstance(each, Unreadable))
    if not ratings and not any(each.title for each in unreadable):
        raise UnreadableRatings("no rating of a film was found in it")
    return RatingFile(ratings, unreadable)


def _parts(content: bytes) -> Iterator[bytes]:
    """The file itself, or the files of a zip whose names speak of ratings."""
    if not content.startswith(b"PK\x03\x04"):
        yield content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                path = PurePosixPath(member.filename.lower())
                if "rating" in path.stem and path.suffix in {".csv", ".json"} and "deleted" not in path.parts:
                    with archive.open(member) as file:
                        yield _whole(file.read(LARGEST + 1))
    except DAMAGED as error:
        raise UnreadableRatings("the zip cannot be unpacked") from error


def _whole(content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise TooManyRatings(MOST)
    return content


def _of(part: bytes) -> Iterator[Brought | Unreadable]:
    rows = _json_rows(part) if part.lstrip()[:1] in {b"[", b"{"} else _csv_rows(_text(part))
    return filter(None, map(_brought, rows))


def _text(part: bytes) -> str:
    """IMDb's files of former years are not UTF-8."""
    try:
        return part.decode("utf-8-sig")
    except UnicodeDecodeError:
        return part.decode("cp1252", errors="replace")


def _csv_rows(text: str) -> Iterator[Row]:
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","  # as spreadsheets write it in half of Europe
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        names = [_NAME.sub("", name.lower()) for name in next(lines, [])]
        places = {fact: _place(names, known) for fact, known in COLUMNS.items()}
        scale = 2 if OF_FIVE in names and places["stars"] == _place(names, ("rating",)) else 1
        for line in lines:
            row = {fact: line[at] for fact, at in places.items() if at is not None and at < len(line)}
            yield {**row, "scale": scale}
    except csv.Error as error:
        raise UnreadableRatings("it is no CSV") from error


def _place(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _json_rows(part: bytes) -> Iterator[Row]:
    """Trakt's list of ratings, each with its movie."""
    try:
        listed = orjson.loads(part)
    except orjson.JSONDecodeError as error:
        raise UnreadableRatings("it is no JSON") from error
    for each in listed if isinstance(listed, list) else ():
        film = each.get("movie") if isinstance(each, dict) else None
        if isinstance(film, dict):
            ids = film["ids"] if isinstance(film.get("ids"), dict) else {}
            yield {
                "imdb_id": ids.get("imdb"), "tmdb_id": ids.get("tmdb"), "title": film.get("title"),
                "year": film.get("year"), "stars": each.get("rating"), "at": each.get("rated_at"),
            }  # fmt: skip


def _brought(row: Row) -> Brought | Unreadable | None:
    """Null for what has no stars, or is no film."""
    said = _said(row, "stars")
    if not said or NO_FILM.search(_said(row, "kind")):
        return None
    stars = _stars(said, row.get("scale", 1))
    title = _said(row, "title").removeprefix("'").strip()[:_LONGEST_TITLE]
    imdb, tmdb = _said(row, "imdb_id"), _said(row, "tmdb_id")
    imdb_id = imdb if _IMDB.fullmatch(imdb) else None
    tmdb_id = int(tmdb) if tmdb.isascii() and tmdb.isdecimal() and len(tmdb) < 10 else None
    if stars is None or not (imdb_id or tmdb_id or title):
        return Unreadable(title or imdb, said[:_LONGEST_STARS])
    year = _YEAR.match(_said(row, "year"))
    return Brought(
        stars=stars, title=title, year=int(year[0]) if year else None, imdb_id=imdb_id, tmdb_id=tmdb_id,
        at=_instant(row.get("at")),
    )  # fmt: skip


def _said(row: Row, fact: str) -> str:
    value = row.get(fact)
    return "" if value is None else str(value).strip()


def _stars(value: str, scale: int) -> int | None:
    """Whole stars of ten; a half is rounded up. Half of Europe's spreadsheets write a half as "4,5"."""
    try:
        stars = int(float(value.replace(",", ".")) * scale + 0.5)
    except (ValueError, OverflowError):
        return None
    return stars if 1 <= stars <= 10 else None


def _instant(value: Any) -> datetime | None:
    """A day begins at midnight UTC; null for what is no time, or one before there were such services."""
    try:
        at = datetime.fromisoformat(str(value).strip())
        known = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return known if known.year >= OLDEST else None
