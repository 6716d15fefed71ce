"""Telling a database that is away from a statement that was wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DatabaseError

from storage.errors import DatabaseUnavailable

_AWAY = ("08", "25006", "40", "42501", "53", "55P03", "57", "58", "XX")
"""Beginnings of PostgreSQL's codes: connection, read-only, undone for another's sake, no right, no room, locked by
another for too long, shut down, input and output, damaged."""

_NAMES = {"OperationalError", "InterfaceError", "InternalClientError"}
"""By name, for SQLAlchemy and each driver have their own. The last is what asyncpg says of a connection that was cut
in the middle of something."""


def is_away(error: BaseException) -> bool:
    """Whether the database is to blame and not what was asked of it: locked, full, read-only, damaged or gone."""
    if isinstance(error, OSError) or _NAMES & {type(each).__name__ for each in (error, getattr(error, "orig", error))}:
        return True
    if type(error) in {DatabaseError, sqlite3.DatabaseError}:
        return True  # a bare DatabaseError is how SQLite's driver reports a damaged file
    return str(sqlstate(error)).startswith(_AWAY)


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of what went wrong, whether SQLAlchemy tells it or the driver itself."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def forget_the_row(error: BaseException | None) -> None:
    """PostgreSQL's errors hold the row that they refuse: names, texts."""
    cause: Any = error
    for where in ("detail", "context"):
        if isinstance(getattr(cause, where, None), str):
            setattr(cause, where, None)


def in_words(error: BaseException) -> str:
    """What it says to a person: the system's number left out, the file named."""
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}: {error.filename}"
    return str(error)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Raise DatabaseUnavailable, "the database cannot be `doing`", for what the database is to blame for."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        raise DatabaseUnavailable(f"the database cannot be {doing}: {getattr(error, 'orig', None) or error}") from error
