"""What SQLite and PostgreSQL share without a common spelling in SQLAlchemy: the upsert, and many rows at once.

Statements are built once and kept: building one costs more than running it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from storage.engine import driver_of

Insert = sqlite.Insert | postgresql.Insert
Turn = Callable[[Any], Any]


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


def put(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Insert `row`, or make the row with its primary key equal to it, but for the columns in `keep`."""
    connection.execute(_put(connection.dialect.name, table, tuple(row), keep), row)


def put_all(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], keep: tuple[str, ...] = ()
) -> None:
    """The same for many rows with the same columns, no two of them with one key."""
    if rows:
        run_rows(connection, _put_all(connection.dialect.name, table, tuple(rows[0]), keep), rows)


def given(dialect: str, **types: Any) -> sa.FromClause:
    """Rows of numbers that come along with a statement, for `run_given`; their columns have these types."""
    if dialect == "postgresql":
        return _unnested(types, [f"given_{at}" for at in range(len(types))])
    each = sa.func.json_each(sa.bindparam("given", type_=sa.Text)).table_valued("value")
    columns = enumerate(types.items())
    values = (sa.func.json_extract(each.c.value, f"$[{at}]", type_=kind).label(name) for at, (name, kind) in columns)
    return sa.select(*values).subquery("given")


def run_given(
    connection: sa.Connection, statement: sa.Executable, rows: Sequence[Sequence[int | None]]
) -> Sequence[Any]:
    """Run a statement on all the rows that are `given`, at once; what it returns, as the driver has it.

    They travel as one JSON text on SQLite, as an array for each column on PostgreSQL.
    """
    if connection.dialect.name == "postgresql":
        columns = enumerate(zip(*rows, strict=True))
        return connection.execute(statement, {f"given_{at}": list(column) for at, column in columns}).all()
    text, values = _driven(connection, statement, [{"given": orjson.dumps(rows).decode()}])
    return driver_of(connection).execute(text, values[0]).fetchall()


def _unnested(types: Mapping[str, Any], parameters: Iterable[str]) -> sa.FromClause:
    arrays = (
        sa.bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in zip(parameters, types.values(), strict=True)
    )
    columns = (sa.column(name, kind) for name, kind in types.items())
    return sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def insert_columns(dialect: str, table: sa.Table, names: Iterable[str]) -> Insert:
    """An INSERT, for `run_rows`, of rows that have these columns of the table."""
    types = {name: table.c[name].type for name in names}
    if dialect == "postgresql":
        return postgresql.insert(table).from_select(list(types), sa.select(*_unnested(types, types).c))
    return sqlite.insert(table).values({name: sa.bindparam(name, type_=kind) for name, kind in types.items()})


def run_rows(connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of any values: all at once on PostgreSQL, one by one on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.execute(statement, {name: [row[name] for row in rows] for name in rows[0]})
    else:
        driver_of(connection).executemany(*_driven(connection, statement, rows))


def _driven(
    connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
) -> tuple[str, list[tuple[Any, ...]]]:
    text, parameters = _compiled(statement, connection.dialect)
    columns = (_column(rows, *parameter) for parameter in parameters)
    return text, list(zip(*columns, strict=True))


def _column(rows: Sequence[Mapping[str, Any]], name: str, fixed: Any, turn: Turn | None) -> Iterable[Any]:
    values = [row[name] for row in rows] if name in rows[0] else [fixed] * len(rows)
    return values if turn is None else map(turn, values)


@lru_cache
def _compiled(statement: Any, dialect: sa.Dialect) -> tuple[str, list[tuple[str, Any, Turn | None]]]:
    """Its text, and of each parameter in it the name, the value if it is fixed, and what makes it the driver's."""
    compiled = statement.compile(dialect=dialect)
    binds = [compiled.binds[name] for name in compiled.positiontup]
    turns = (bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds)
    return str(compiled), [
        (name, bind.value, turn) for name, bind, turn in zip(compiled.positiontup, binds, turns, strict=True)
    ]


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
    return _or_change(_valued(dialect, table, names), table, names, keep)


@cache
def _put_all(dialect: str, table: sa.Table, names: tuple[str, ...], keep: tuple[str, ...]) -> sa.Executable:
    return _or_change(insert_columns(dialect, table, names), table, names, keep)


def _or_change(statement: Insert, table: sa.Table, names: Sequence[str], keep: Sequence[str]) -> sa.Executable:
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in names if name not in (*keys, *keep)}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _valued(dialect: str, table: sa.Table, names: tuple[str, ...]) -> Insert:
    return insert(dialect, table).values({name: sa.bindparam(name, type_=table.c[name].type) for name in names})
