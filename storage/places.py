"""Places that are going to be written, looked at without writing anything; and who may read what is there."""

import os
import stat
from pathlib import Path


def nearest(directory: Path) -> Path:
    """The directory itself, or what is there of the way to it."""
    there = directory.absolute()
    while not os.path.lexists(there):  # Path.exists raises where this user may not look
        there = there.parent
    return there


def obstacle(directory: Path) -> str | None:
    """Why nothing can be written there, if so. One that is missing will be made."""
    there = nearest(directory)
    if not there.is_dir():
        return f"{there} is a file and no directory"
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        return f"{there} is on a read-only file system"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"this user may not write in {there}"
    return None


def hindrance(database: Path) -> str | None:
    """Why SQLite cannot open a file, as far as the system tells: SQLite itself says only that it could not."""
    if os.path.isdir(database):
        return f"{database} is a directory"
    if why := obstacle(database.parent):
        copies = f"to read it, copy {database.name} and {database.name}-wal to a place that can be written"
        return f"{why}, where {database.name} is: {copies}, and name the copy in MATINEE_DATABASE_URL"
    if os.path.lexists(database) and not os.access(database, os.R_OK | os.W_OK):
        return f"this user may not read and write {database}"
    return None


def is_for_all(file: Path) -> bool:
    """Whether every user of this machine may read it: each directory on the way is a door that may be closed."""
    if not file.is_file() or not file.stat().st_mode & stat.S_IROTH:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in file.resolve().parents)
