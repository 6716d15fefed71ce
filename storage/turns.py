"""Turns at what batches change: PostgreSQL's advisory locks, until a transaction ends. SQLite has one writer anyway.

Whoever writes names the persons, movies and clubs of the change by number (see `Writer.write`).
"""

from collections.abc import Collection

import sqlalchemy as sa

ADDING, MEMBERSHIPS = 1 << 61, (1 << 61) + 1
_MOVIES = 1 << 62
"""All of them clear of persons and chats, whose numbers are below 2**52."""

_PLANS = ("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("jit", "off")
_BY_KEY = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _PLANS)
"""What a batch that takes turns reads and changes it finds by key. PostgreSQL is told so: it goes by what it knew of
the tables when they were small, and would read all ratings for each batch until it has counted them again."""


def movie_turn(movie_id: int) -> int:
    """What to take turns at for a movie."""
    return _MOVIES + movie_id % _MOVIES


def take(connection: sa.Connection, turn: int) -> None:
    """Take a turn in the middle of a transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(turn)))


TAKING = (
    f"SELECT {_BY_KEY}, count(pg_advisory_xact_lock(id)), pg_advisory_xact_lock_shared({MEMBERSHIPS})"  # noqa: S608
    " FROM unnest({}) AS id"
)
PREPARE = f"PREPARE take_turns (bigint[]) AS {TAKING.format('$1')}"
"""Run once for a session: to read and plan the statement anew costs as much as to take the turns."""


def beginning(turns: Collection[int], *, prepared: bool) -> str:
    """How a batch begins that takes these turns; `prepared`: the session has run PREPARE.

    Always in one order, so that no two wait for each other: their batches change the same scores. The locks come before
    anything is read, for what is read has to hold. Memberships come last, after the rows are counted: who waits for a
    turn must not hold up `alone`, who may have it.
    """
    if not turns:
        return "BEGIN"
    ids = "'{" + ",".join(f"{turn:d}" for turn in sorted(turns)) + "}'"
    return "BEGIN; " + (f"EXECUTE take_turns ({ids})" if prepared else TAKING.format(f"{ids}::bigint[]"))


def alone(connection: sa.Connection) -> None:
    """Wait until no other batch that takes turns is under way, and hold the next ones back.

    A rating counts in all clubs of its author, and takes no turn at them: who moves a club's members is alone.
    """
    take(connection, MEMBERSHIPS)
