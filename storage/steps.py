"""Many rows in one statement, and several such statements in one trip to the server.

SQLAlchemy compiles each statement once; what it does for a single execution would cost as much as eight ratings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.dialects import Insert
from storage.engine import driver_of
from storage.faults import forget_the_row

Convert = Callable[[Any], Any]
"""Makes of a value what the driver takes."""
Kinds = Mapping[str, Any]
"""Columns and their types."""
Parameters = Sequence[tuple[str, Any, Convert | None]]
"""Of a statement: the name of each, its value if that is fixed, and what makes of a value the driver's."""
_ROWS = "/* rows */"
"""Where SQLite's statements are to have the rows of a step that returns."""
_AT_ONCE = 64
"""So many of them: more are no quicker, and each number of rows is read anew once."""


class Step(NamedTuple):
    """A statement and the rows it works on, which are known by a name in it; no two steps of a run have the same."""

    name: str
    statement: Any
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    returns: bool = False
    """It returns rows; on SQLite those that it takes are of what the driver knows."""


def run(connection: sa.Connection, *steps: Step) -> Sequence[Any]:
    """Run all steps; what they return together, as the driver has it.

    Those that return must return the same columns. On PostgreSQL they are one statement: each sees the tables as
    they were before it, so no two may change the same row.
    """
    needed = [step for step in steps if step.rows]
    if connection.dialect.name == "postgresql":
        return _at_once(connection, needed)
    return [row for step in needed for row in _in_turn(connection, step)]


def rows_of(dialect: str, name: str, kinds: Kinds) -> sa.FromClause:
    """The rows of a step that returns, as a table; once in a statement."""
    if dialect == "postgresql":
        return _recordset(name, kinds)
    named = enumerate(kinds.items(), 1)
    columns = (sa.literal_column(f"given.column{at}", kind).label(column) for at, (column, kind) in named)
    return sa.select(*columns).select_from(sa.text(f"(VALUES {_ROWS}) AS given")).subquery(name)


def insertion(dialect: str, name: str, table: sa.Table, columns: Iterable[str]) -> Insert:
    """An INSERT of a step's rows, which have these columns of the table."""
    kinds = {column: table.c[column].type for column in columns}
    if dialect == "postgresql":
        return postgresql.insert(table).from_select(list(kinds), sa.select(*_recordset(name, kinds).c))
    return sqlite.insert(table).values(_each(kinds))


def update(dialect: str, name: str, table: sa.Table, key: str, column: str) -> sa.Update:
    """An UPDATE of one column by a step's rows of (key, value)."""
    kinds = {each: table.c[each].type for each in (key, column)}
    given: Any = _recordset(name, kinds).c if dialect == "postgresql" else _each(kinds)
    return sa.update(table).values({column: given[column]}).where(table.c[key] == given[key])


def _recordset(name: str, kinds: Kinds) -> sa.FromClause:
    return recordset(sa.bindparam(name, type_=sa.Text), name, kinds)


def recordset(text: sa.ColumnElement[str], name: str, kinds: Kinds) -> sa.FromClause:
    """PostgreSQL reads rows from JSON at half of what an array for each column costs the driver."""
    rows = sa.cast(text, postgresql.JSON(none_as_null=True))
    columns = (sa.column(column, kind) for column, kind in kinds.items())
    return sa.func.json_to_recordset(rows).table_valued(*columns, name=f"of_{name}").render_derived(with_types=True)


def _each(kinds: Kinds) -> dict[str, sa.BindParameter[Any]]:
    return {column: sa.bindparam(f"each_{column}", type_=kind) for column, kind in kinds.items()}


def _at_once(connection: sa.Connection, steps: Sequence[Step]) -> Sequence[Any]:
    statement = _together(tuple((step.name, step.statement, step.returns) for step in steps))
    text, parameters = _compiled(statement, connection.dialect)
    given = {step.name: as_json(_named(step)) for step in steps}
    values = [given.get(name, fixed) for name, fixed, _ in parameters]
    return fetch(connection, text, *values)


def fetch(connection: sa.Connection, text: str, *values: Any) -> Sequence[Any]:
    """Ask PostgreSQL's driver itself."""
    adapted: Any = connection.connection.dbapi_connection
    try:
        return adapted.run_async(lambda driver: driver.fetch(text, *values))  # type: ignore[no-any-return]
    except Exception as error:
        forget_the_row(error)
        raise


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as `recordset` takes them."""
    return orjson.dumps(rows, default=_as_hex).decode()


def _named(step: Step) -> list[dict[str, Any]]:
    return [dict(zip(step.columns, row, strict=True)) for row in step.rows]


def _as_hex(value: bytes) -> str:
    return f"\\x{value.hex()}"


@lru_cache
def _together(steps: tuple[tuple[str, Any, bool], ...]) -> Any:
    """One statement of several; what they return is read by its main part."""
    if len(steps) == 1:
        return steps[0][1]
    parts = [(statement.cte(f"did_{name}"), returns) for name, statement, returns in steps]
    silent = [part for part, returns in parts if not returns]
    read = [sa.select(part) for part, returns in parts if returns] or [sa.select(sa.literal(1)).where(sa.false())]
    return sa.union_all(*read).add_cte(*silent)


def _in_turn(connection: sa.Connection, step: Step) -> Sequence[Any]:
    text, parameters = _compiled(step.statement, connection.dialect)
    driver = driver_of(connection)
    if step.returns:
        parts = (step.rows[at : at + _AT_ONCE] for at in range(0, len(step.rows), _AT_ONCE))
        return [row for rows in parts for row in _answered(driver, text, parameters, rows)]
    columns = dict(zip((f"each_{column}" for column in step.columns), zip(*step.rows, strict=True), strict=True))
    converted = (map(convert, columns[name]) if convert else columns[name] for name, _, convert in parameters)
    driver.executemany(text, list(zip(*converted, strict=True)))
    return ()


def _answered(driver: Any, text: str, parameters: Parameters, rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
    """SQLite: what a statement says of some rows, which stand in its text: JSON took it half as long again."""
    before, after = text.split(_ROWS)
    fixed, at = [value for _, value, _ in parameters], before.count("?")
    row = f"({', '.join('?' * len(rows[0]))})"
    whole = f"{before}{', '.join([row] * len(rows))}{after}"
    return driver.execute(whole, [*fixed[:at], *chain.from_iterable(rows), *fixed[at:]]).fetchall()  # type: ignore[no-any-return]


@lru_cache
def _compiled(statement: Any, dialect: sa.Dialect) -> tuple[str, Parameters]:
    compiled = statement.compile(dialect=dialect)
    binds = [compiled.binds[name] for name in compiled.positiontup]
    converters = (bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds)
    return str(compiled), [
        (name, bind.value, convert) for name, bind, convert in zip(compiled.positiontup, binds, converters, strict=True)
    ]
