"""Directories that are going to be written, looked at without writing anything."""

import os
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
    if not os.access(there, os.W_OK | os.X_OK):
        return f"this user may not write in {there}"
    return None
