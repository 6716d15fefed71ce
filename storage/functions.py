"""PostgreSQL: a statement that takes turns before it runs, in one trip to the server, as a function of the session.

By itself it would read what was committed when it began to wait for its turns. In a function each statement begins when
the one before it is done.
"""

import logging
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from storage.faults import sqlstate
from storage.steps import fetch
from storage.turns import taken

log = logging.getLogger(__name__)

GIVEN = sa.literal_column("$2", sa.Text)
"""What the statement of a function is given, a text."""
_NO_RIGHT = "42501"
_NOT_MADE = "%s takes four trips to the database instead of one: GRANT TEMPORARY ON DATABASE %s TO %s"


def call(
    connection: sa.Connection, name: str, statement: sa.CompoundSelect[Any], turns: Collection[int], given: str
) -> Sequence[Any] | None:
    """The rows of a statement that had these turns, committed; null where functions may not be made.

    A connection knows one statement by a `name`.
    """
    made = connection.info.setdefault("functions", {})
    if name not in made:
        made[name] = _is_made(connection, name, statement)
    if not made[name]:
        return None
    return fetch(connection, f"SELECT * FROM pg_temp.{name}($1, $2)", sorted(turns), given)  # noqa: S608


def _is_made(connection: sa.Connection, name: str, statement: sa.CompoundSelect[Any]) -> bool:
    try:
        fetch(connection, _text(name, statement, connection.dialect))
    except Exception as error:
        if sqlstate(error) != _NO_RIGHT:
            raise
        url = connection.engine.url
        log.warning(_NOT_MADE, name, url.database, url.username)
        return False
    return True


@lru_cache
def _text(name: str, statement: sa.CompoundSelect[Any], dialect: sa.Dialect) -> str:
    columns = enumerate(statement.selected_columns)
    kinds = ", ".join(f"column_{at} {column.type.compile(dialect)}" for at, column in columns)
    body = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return f"""
CREATE OR REPLACE FUNCTION pg_temp.{name}(bigint[], text) RETURNS TABLE ({kinds}) LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM {taken("$1")};
    RETURN QUERY {body};
END
$body$
"""
