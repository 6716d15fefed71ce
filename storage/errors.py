"""What can go wrong in storage: data for the program; the sentences for people live in `handlers/errors.py`.

StorageError
├── MovieNotFound
├── CatalogueNotReady
├── BadStars
├── UnknownZone
├── FilmKnown
├── UnreadableRatings
│   └── TooManyRatings
├── SchemaBehind
├── NoDatabase
├── IndexNotBuilt
└── DatabaseUnavailable
"""

from pathlib import Path

FULL = 1_000_000
"""Bytes. Where less is free, whatever failed failed for that."""


class StorageError(Exception):
    """The root of all that storage raises on purpose."""


class MovieNotFound(StorageError):
    """No movie has this id: the button is older than the catalogue, or forged."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"movie {movie_id} is not in the catalogue")
        self.movie_id = movie_id


class CatalogueNotReady(StorageError):
    """The first import of the catalogue is still running: search has nothing to look in."""


class BadStars(StorageError):
    """Stars are whole numbers from 1 to 10."""

    def __init__(self, stars: int) -> None:
        super().__init__(f"stars must be 1..10, not {stars}")
        self.stars = stars


class UnknownZone(StorageError):
    """The time zone database has no zone of this name."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone!r} is not an IANA time zone")
        self.zone = zone


class UnreadableRatings(StorageError):
    """The file is none that holds ratings, or none that can be read; nothing was taken from it."""


class TooManyRatings(UnreadableRatings):
    """More than anybody can have given: `most` is how many there may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it has more than {most} ratings")
        self.most = most


class SchemaBehind(StorageError):
    """The database's tables are older (or newer) than the program."""

    def __init__(self, found: str | None, wanted: str) -> None:
        if found is not None and found > wanted:
            what = f"knows up to {wanted}: run the newer program"
        else:
            what = f"needs {wanted}: run 'matinee migrate'"
        super().__init__(f"the database is at migration {found or 'none'}, this program {what}")
        self.found = found
        self.wanted = wanted


class NoDatabase(StorageError):
    """There is no SQLite file, and nobody asked for one to be made."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"there is no database at {file}: MATINEE_DATA_DIR and MATINEE_DATABASE_URL say where it is;"
            " 'matinee run' or 'matinee migrate' makes one"
        )
        self.file = file


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, read or written; the message names it without its password."""


class IndexNotBuilt(StorageError):
    """The disk took no search index; nothing of it is left there. `free` is in bytes, as it was then."""

    def __init__(self, directory: Path, free: int, reason: str) -> None:
        cause = "the disk is full" if free < FULL else reason
        super().__init__(
            f"the search index cannot be built in {directory}, where {free / 1e6:,.1f} MB are free: {cause};"
            " it needs about twice the room of the database: make room, or set MATINEE_DATA_DIR to another disk"
        )
        self.directory = directory
        self.free = free


class FilmKnown(StorageError):
    """The catalogue has this film already, under that number."""

    def __init__(self, movie_id: int, title: str) -> None:
        super().__init__(f"{title} is in the catalogue already, as film {movie_id}")
        self.movie_id = movie_id
