"""PostgreSQL: a statement that takes turns before it runs, in one trip to the server, as a function of the session.

By itself it would read what was committed when it began to wait for its turns. In a function each statement begins when
the one before it is done.
"""

import logging
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from storage.faults import is_away, sqlstate
from storage.steps import fetch
from storage.turns import taking

log = logging.getLogger(__name__)

GIVEN = sa.literal_column("$2", sa.Text)
"""What the statement of a function is given, a text."""
_NO_RIGHT = "42501"


def is_made(connection: sa.Connection, name: str, statement: sa.CompoundSelect[Any]) -> bool:
    """Make the function, once for a connection; false where that is refused. Two statements have not one `name`."""
    made = connection.info.setdefault("functions", {})
    if name not in made:
        made[name] = _make(connection, name, statement)
    return bool(made[name])


def call(connection: sa.Connection, name: str, turns: Collection[int], given: str) -> Sequence[Any]:
    """The rows of the statement, which had these turns and is committed."""
    return fetch(connection, f"SELECT * FROM pg_temp.{name}($1, $2)", sorted(turns), given)  # noqa: S608


def _make(connection: sa.Connection, name: str, statement: sa.CompoundSelect[Any]) -> bool:
    try:
        fetch(connection, _text(name, statement, connection.dialect))
    except Exception as error:
        if is_away(error) and sqlstate(error) != _NO_RIGHT:
            raise
        _warn(name, str(error))
        return False
    return True


@cache
def _warn(name: str, why: str) -> None:
    """Once: each new connection tries again."""
    log.warning("%s takes more trips to the database than one: %s; see docs/deploying.md", name, why)


@lru_cache
def _text(name: str, statement: sa.CompoundSelect[Any], dialect: sa.Dialect) -> str:
    columns = enumerate(statement.selected_columns)
    kinds = ", ".join(f"column_{at} {column.type.compile(dialect)}" for at, column in columns)
    body = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"""
CREATE OR REPLACE FUNCTION pg_temp.{name}(bigint[], text) RETURNS TABLE ({kinds}) LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM {taking("$1")};
    RETURN QUERY {body};
END
$body$
"""
