"""Bringing a database's tables to this program's version, by Alembic."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.database import Database
from storage.errors import DatabaseUnavailable, SchemaBehind
from storage.places import hindrance

SCRIPTS = Path(__file__).parent / "migrations"


def head() -> str:
    """The newest migration: the revision is the file's name up to the first underscore after its date."""
    return max(path.stem for path in (SCRIPTS / "versions").glob("[0-9]*.py"))[:14]


async def version(database: Database) -> str | None:
    """The migration the database is at; null for an empty one. Raises DatabaseUnavailable."""
    try:
        return await database.on_writing_connection(_version, "opened")
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnavailable(f"the database cannot be opened: {getattr(error, 'orig', error)}") from error
    except DatabaseUnavailable as error:
        if not database.is_sqlite:
            raise
        file = Path(database.url.database or "")
        raise DatabaseUnavailable(f"{error}: {await asyncio.to_thread(hindrance, file) or file}") from error


async def bring_to_head(database: Database, *, may_migrate: bool) -> None:
    """Migrate when behind and allowed to. Raises SchemaBehind, DatabaseUnavailable."""
    found, wanted = await version(database), head()
    if found == wanted:
        return
    if not may_migrate or (found is not None and found > wanted):
        raise SchemaBehind(found, wanted)
    if found is None and not database.is_sqlite and (encoding := await database.read(_encoding)) != "UTF8":
        raise DatabaseUnavailable(
            f"the database's encoding is {encoding}, which lacks letters that titles and names have:"
            " make one with CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8'"
        )
    try:
        await database.on_writing_connection(_upgrade, "migrated")
    except DBAPIError as error:
        raise DatabaseUnavailable(f"the database cannot be migrated: {error.orig}") from error


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _encoding(connection: sa.Connection) -> str | None:
    return connection.exec_driver_sql("SHOW server_encoding").scalar()


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # a third of a second that only a migration needs
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
