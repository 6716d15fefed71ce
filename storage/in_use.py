"""Which files belong to a database in use: nothing may be written over them, nor over what SQLite keeps beside."""

from pathlib import Path

from sqlalchemy.engine import URL

from storage.engine import is_sqlite
from storage.errors import DatabaseUnavailable
from storage.transfer import SIDECARS, fold

IN_USE = "belongs to a database that is in use: name another file"


def belongs_to_one_in_use(file: Path, ours: URL) -> bool:
    """Whether `file` is part of the database at `ours`, or of one of Matinee's that anybody has open.

    By whichever path or link it is named. What lies beside a database that rests is taken for a part in use as well:
    whatever stands there, SQLite throws away.
    """
    named = file.resolve()
    database = _database_of(named)
    if not database.is_file():
        return False
    return named != database or _is(database, ours) or _is_open(database)


def _database_of(file: Path) -> Path:
    """The database beside which SQLite would keep `file`; any other file is taken for one itself."""
    beside = next((suffix for suffix in SIDECARS if file.name.endswith(suffix)), "")
    return file.with_name(file.name.removesuffix(beside)) if file.name != beside else file


def _is(database: Path, ours: URL) -> bool:
    file = Path(ours.database or "")
    return is_sqlite(ours) and file.exists() and database.samefile(file)


def _is_open(database: Path) -> bool:
    try:
        fold(database)
    except DatabaseUnavailable:
        return True
    return False
