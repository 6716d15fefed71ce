"""Telling a database that is away from a statement that was wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from storage.errors import DatabaseUnavailable

_AWAY = ("08", "25006", "53", "57", "58", "XX")
"""Beginnings of PostgreSQL's codes: connection, read-only, no room, shut down, input and output, damaged."""


def is_away(error: BaseException) -> bool:
    """Whether the database is to blame and not what was asked of it: locked, full, read-only, damaged or gone."""
    if isinstance(error, OperationalError | sqlite3.OperationalError | InterfaceError | OSError):
        return True
    if type(error) in {DatabaseError, sqlite3.DatabaseError}:
        return True  # a bare DatabaseError is how SQLite's driver reports a damaged file
    return isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith(_AWAY)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Raise DatabaseUnavailable, "the database cannot be `doing`", for what the database is to blame for."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        raise DatabaseUnavailable(f"the database cannot be {doing}: {getattr(error, 'orig', None) or error}") from error
