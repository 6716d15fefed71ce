"""The one statement that SQLite and PostgreSQL share without a common spelling in SQLAlchemy: the upsert."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert(connection: sa.Connection, table: sa.Table) -> Insert:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> Insert:
    """Insert `row` unless its key is there already."""
    return insert(connection, table).values(**row).on_conflict_do_nothing()


def put(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Insert `row`, or make the row with its primary key equal to it, but for the columns in `keep`."""
    keys = [column.name for column in table.primary_key]
    statement = insert(connection, table).values(**row)
    changes = {name: statement.excluded[name] for name in row if name not in (*keys, *keep)}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))
