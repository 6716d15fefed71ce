"""What can be wrong with a source of films."""

from storage.errors import StorageError


class CatalogueError(StorageError):
    """The source cannot be read: the message names it, and what is wrong."""
