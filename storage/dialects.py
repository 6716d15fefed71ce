"""What SQLite and PostgreSQL share without a common spelling in SQLAlchemy: the upsert, groups, lists of ids.

Statements are built once and kept: building one costs more than running it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Insert = sqlite.Insert | postgresql.Insert


class joined(FunctionElement[str]):  # noqa: N801 - reads as a function of SQL
    """The texts of a group with "|" between them. SQLAlchemy's own writes the sign into the text at every execution."""

    type = sa.Text()
    inherit_cache = True


@compiles(joined)
def _group_concat(element: joined, compiler: Any, **words: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **words)}, '|')"


@compiles(joined, "postgresql")
def _string_agg(element: joined, compiler: Any, **words: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **words)}, '|')"


class Ids(sa.types.TypeDecorator[Any]):
    """Any number of ids as one parameter, so that the statement's text, and what was prepared for it, stay the same."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        kind = postgresql.ARRAY(sa.BigInteger) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else orjson.dumps(list(value)).decode()


class among(FunctionElement[bool]):  # noqa: N801 - reads as a function of SQL
    """Whether a column is one of the Ids."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(among)
def _in_json(element: among, compiler: Any, **words: Any) -> str:
    column, ids = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled clauses


@compiles(among, "postgresql")
def _in_array(element: among, compiler: Any, **words: Any) -> str:
    column, ids = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} = ANY ({ids})"


def insert(dialect: str, table: sa.Table) -> Insert:
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> sa.CursorResult[Any]:
    """Insert `row` unless its key is there already; the result has the first primary key column if it was new."""
    return connection.execute(_insert_new(connection.dialect.name, table, tuple(row)), row)


def insert_all_new(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], told: sa.Column[Any] | None = None
) -> set[Any]:
    """The same for many rows of the same columns; of those that were new the column `told`, or the first of the key."""
    if not rows:
        return set()
    told = next(iter(table.primary_key)) if told is None else told
    return set(connection.execute(_insert_all_new(connection.dialect.name, table, told), list(rows)).scalars())


def put(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Insert `row`, or make the row with its primary key equal to it, but for the columns in `keep`."""
    connection.execute(_put(connection.dialect.name, table, tuple(row), keep), row)


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
def _insert_all_new(dialect: str, table: sa.Table, told: sa.Column[Any]) -> sa.Executable:
    return insert(dialect, table).on_conflict_do_nothing().returning(told)


@cache
def _put(dialect: str, table: sa.Table, names: tuple[str, ...], keep: tuple[str, ...]) -> sa.Executable:
    return or_change(_valued(dialect, table, names), table, names, keep)


def or_change(statement: Insert, table: sa.Table, names: Sequence[str], keep: Sequence[str] = ()) -> Insert:
    """The INSERT makes the row with its primary key equal to the new one where there is one, but for what to `keep`."""
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in (*keys, *keep)}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _valued(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Insert:
    return insert(dialect, table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in names})
