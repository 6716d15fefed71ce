"""Turns at what batches change: PostgreSQL's advisory locks, until a transaction ends. SQLite has one writer anyway.

Whoever writes names the persons, movies and clubs of the change by number (see `Writer.write`).
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

ADDING, MEMBERSHIPS = 1 << 61, (1 << 61) + 1
_MOVIES = 1 << 62
"""All of them clear of persons and chats, whose numbers are below 2**52."""

_PLANS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
BY_KEY = "; ".join(f"SET {name} = off" for name in _PLANS)
"""What a batch that takes turns reads and changes it finds by key. PostgreSQL is told so: it goes by what it knew of
the tables when they were small, and would read all ratings for each batch until it has counted them again."""
_BY_KEY_NOW = ", ".join(f"set_config('{name}', 'off', true)" for name in _PLANS)
_AS_USUAL_NOW = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _PLANS)
_TABLES_FIRST = "LOCK TABLE audit_entry, inbox, rating, score IN ROW EXCLUSIVE MODE"
"""A statement that takes its turns itself holds the tables that it changes while it waits. So whoever has turns has to
have these tables before: a seal asks for one of them alone, and would stand between the two."""


def movie_turn(movie_id: int) -> int:
    """What to take turns at for a movie."""
    return _MOVIES + movie_id % _MOVIES


def take(connection: sa.Connection, turn: int) -> None:
    """Take a turn in the middle of a transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(turn)))


def beginning(turns: Collection[int], *, by_key: bool) -> str:
    """How a batch begins that takes these turns; `by_key`: the session was told so before.

    Always in one order, so that no two wait for each other: their batches change the same scores. The locks come before
    anything is read, for what is read has to hold. Memberships come last, after the rows are counted: who waits for a
    turn must not hold up `alone`, who may have it.
    """
    if not turns:
        return f"BEGIN; {_AS_USUAL_NOW}" if by_key else "BEGIN"
    ids = ",".join(f"{turn:d}" for turn in sorted(turns))
    told = "" if by_key else f"{_BY_KEY_NOW}, "
    taken = f"count(pg_advisory_xact_lock(id)), pg_advisory_xact_lock_shared({MEMBERSHIPS})"
    return f"BEGIN; {_TABLES_FIRST}; SELECT {told}{taken} FROM unnest('{{{ids}}}'::bigint[]) AS id"  # noqa: S608


def taking() -> sa.Select[Any]:
    """The same as a part of a statement, whose parameter `turns` has them sorted: a row with how many it were."""
    ids = sa.func.unnest(sa.bindparam("turns", type_=postgresql.ARRAY(sa.BigInteger))).column_valued("id")
    taken = sa.func.count(sa.func.pg_advisory_xact_lock(ids)).label("taken")
    return sa.select(taken, sa.func.pg_advisory_xact_lock_shared(MEMBERSHIPS))


def alone(connection: sa.Connection) -> None:
    """Wait until no other batch that takes turns is under way, and hold the next ones back.

    A rating counts in all clubs of its author, and takes no turn at them: who moves a club's members is alone.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_TABLES_FIRST)
        take(connection, MEMBERSHIPS)
