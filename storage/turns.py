"""Turns at what batches change: PostgreSQL's advisory locks, until a transaction ends. SQLite has one writer anyway.

Whoever writes names the persons, movies and clubs of the change by number (see `Writer.write`).
"""

from collections.abc import Collection

import sqlalchemy as sa

ADDING, MEMBERSHIPS = 1 << 61, (1 << 61) + 1
_MOVIES = 1 << 62
"""All of them clear of persons and chats, whose numbers are below 2**52."""

_PLANS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
BY_KEY = "; ".join(f"SET {name} = off" for name in _PLANS)
"""What a batch that takes turns reads and changes it finds by key. PostgreSQL is told so: it goes by what it knew of
the tables when they were small, and would read all ratings for each batch until it has counted them again."""
_BY_KEY_NOW = "".join(f"set_config('{name}', 'off', true), " for name in _PLANS)
_AS_USUAL_NOW = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _PLANS)


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
    told = "" if by_key else _BY_KEY_NOW
    return "BEGIN; SELECT " + told + taken("'{" + ids + "}'::bigint[]")


def taken(ids: str) -> str:
    """What SELECT has to be told to take the turns of sorted numbers, an expression."""
    return f"count(pg_advisory_xact_lock(id)), pg_advisory_xact_lock_shared({MEMBERSHIPS}) FROM unnest({ids}) AS id"


def alone(connection: sa.Connection) -> None:
    """Wait until no other batch that takes turns is under way, and hold the next ones back.

    A rating counts in all clubs of its author, and takes no turn at them: who moves a club's members is alone.
    """
    take(connection, MEMBERSHIPS)
