"""IMDb's own files: tab-separated, gzip or plain, "\\N" for nothing, no quoting, in any order, millions of rows."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from storage.catalogue.errors import CatalogueError

BASICS = (
    "tconst", "titleType", "primaryTitle", "originalTitle", "isAdult", "startYear", "endYear", "runtimeMinutes",
    "genres",
)  # fmt: skip
RATINGS = ("tconst", "averageRating", "numVotes")
AKAS = ("titleId", "ordering", "title", "region", "language", "types", "attributes", "isOriginalTitle")
NOTHING = b"\\N"
EVERY = 50_000
"""Rows between two reports of progress; a report may raise to stop the reading."""

Progress = Callable[[int, int], None]
"""Bytes read and bytes in all."""


def rows(file: Path, columns: tuple[str, ...], progress: Progress) -> Iterator[list[bytes]]:
    """The fields of each row, the identifier first. Raises CatalogueError naming the file, the line and the fault."""
    try:
        with file.open("rb") as raw, _unpacked(raw) as lines:
            size = file.stat().st_size
            _check_header(file, next(iter(lines), b""), columns)
            for number, line in enumerate(lines, 2):
                fields = line.rstrip(b"\r\n").split(b"\t")
                if len(fields) != len(columns) or not line.endswith(b"\n"):
                    raise _fault(file, f"line {number} has {len(fields)} of {len(columns)} fields, or is cut off")
                if number % EVERY == 0:
                    progress(raw.tell(), size)
                yield fields
            progress(size, size)
    except (OSError, EOFError, zlib.error) as error:
        raise _fault(file, str(error) or type(error).__name__) from error


def number_of(file: Path, tconst: bytes) -> int:
    """7 for b"tt0000007"."""
    if tconst[:2] != b"tt" or not tconst[2:].isdigit() or len(tconst) > 12:
        raise _fault(file, f"{tconst[:20]!r} is no identifier of a title")
    return int(tconst[2:])


def count_of(file: Path, field: bytes) -> int | None:
    """A whole number of at most nine digits, or nothing."""
    if field == NOTHING:
        return None
    if not field.isdigit() or len(field) > 9:
        raise _fault(file, f"{field[:20]!r} is no number")
    return int(field)


def text_of(file: Path, field: bytes) -> str:
    """Empty for nothing."""
    if field == NOTHING:
        return ""
    try:
        return field.decode().replace("\0", "").strip()
    except UnicodeDecodeError:
        raise _fault(file, f"{field[:20]!r} is not UTF-8") from None


def tenths_of(file: Path, field: bytes) -> int:
    """85 for b"8.5"."""
    try:
        return round(10 * float(field))
    except (ValueError, OverflowError):
        raise _fault(file, f"{field[:20]!r} is no rating") from None


def _unpacked(raw: BufferedReader) -> IO[bytes]:
    packed = raw.peek(2)[:2] == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw


def _check_header(file: Path, line: bytes, columns: tuple[str, ...]) -> None:
    found = line.decode(errors="replace").rstrip("\r\n").split("\t")
    if tuple(found) == columns:
        return
    missing = [name for name in columns if name not in found]
    what = f"it lacks {', '.join(missing)}" if missing and len(missing) < len(columns) else "it is another file"
    raise _fault(file, f"{what}; expected are the columns {' '.join(columns)}")


def _fault(file: Path, fault: str) -> CatalogueError:
    return CatalogueError(f"{file.name} cannot be read: {fault}")
