"""The one statement that SQLite and PostgreSQL share without a common spelling in SQLAlchemy: the upsert.

Statements are built once and kept: building one costs more than running it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert
Turn = Callable[[Any], Any]


def insert(dialect: str, table: sa.Table) -> Insert:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> sa.CursorResult[Any]:
    """Insert `row` unless its key is there already; the result has the first primary key column if it was new."""
    return connection.execute(_insert_new(connection.dialect.name, table, tuple(row)), row)


def put(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Insert `row`, or make the row with its primary key equal to it, but for the columns in `keep`."""
    connection.execute(_put(connection.dialect.name, table, tuple(row), keep), row)


def put_all(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], keep: tuple[str, ...] = ()
) -> None:
    """The same for many rows with the same columns, no two of them with one key."""
    if rows:
        run_many(connection, _put(connection.dialect.name, table, tuple(rows[0]), keep), rows)


def run_many(connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run one of the program's own statements for each row, past most of SQLAlchemy's handling of each."""
    text, parameters = _compiled(statement, connection.dialect)
    plain = [tuple(turn(row.get(name, fixed)) for name, fixed, turn in parameters) for row in rows]
    connection.exec_driver_sql(text, plain)


@lru_cache
def _compiled(statement: Any, dialect: sa.Dialect) -> tuple[str, list[tuple[str, Any, Turn]]]:
    """Its text, and of each parameter in it the name, the value if it is fixed, and what the driver wants of it."""
    compiled = statement.compile(dialect=dialect)
    binds = [compiled.binds[name] for name in compiled.positiontup]
    turns = (bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for bind in binds)
    return str(compiled), [
        (name, bind.value, turn) for name, bind, turn in zip(compiled.positiontup, binds, turns, strict=True)
    ]


def _as_it_is(value: Any) -> Any:
    return value


def load(connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows of plain values past SQLAlchemy's handling of each, which costs more than the inserting."""
    dollars = connection.dialect.paramstyle == "numeric_dollar"
    places = ", ".join(f"${number}" if dollars else "?" for number in range(1, len(names) + 1))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of our own
    if rows:
        connection.exec_driver_sql(statement, list(rows))


@cache
def _insert_new(dialect: str, table: sa.Table, names: tuple[str, ...]) -> sa.Executable:
    first_key = next(iter(table.primary_key))
    return _valued(dialect, table, names).on_conflict_do_nothing().returning(first_key)


@cache
def _put(dialect: str, table: sa.Table, names: tuple[str, ...], keep: tuple[str, ...]) -> sa.Executable:
    keys = [column.name for column in table.primary_key]
    statement = _valued(dialect, table, names)
    changes = {name: statement.excluded[name] for name in names if name not in (*keys, *keep)}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _valued(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Insert:
    return insert(dialect, table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in names})
