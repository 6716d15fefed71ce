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
SEES_OTHERS = "SET default_transaction_isolation = 'read committed'"
"""Else a role's default could be to read what was committed before the turns were taken."""
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_HOLD_TABLES = "LOCK TABLE audit_entry, inbox, rating, score IN ROW EXCLUSIVE MODE"
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

    The locks come before anything is read, for what is read has to hold. Then the tables: a seal asks for one of them,
    and who holds rows must not wait behind it.
    """
    if not turns:
        return f"BEGIN; {_AS_USUAL_NOW}" if by_key else "BEGIN"
    ids = ",".join(f"{turn:d}" for turn in sorted(turns) if turn != MEMBERSHIPS)
    told = "" if by_key else _BY_KEY_NOW
    taken = taking("'{" + ids + "}'::bigint[]", alone=MEMBERSHIPS in turns)
    return f"{_BEGIN}; SELECT {told}{taken}; {_HOLD_TABLES}"


def taking(ids: str, *, alone: bool = False) -> str:
    """What SELECT has to be told to take turns; `ids`: an expression, their numbers in order.

    In one order, so that no two wait for each other: their batches change the same scores. Memberships come last, after
    the rows are counted: who waits for a turn must not hold up who is `alone`, and may have it. A rating counts in all
    clubs of its author and takes no turn at them, so who moves a club's members names MEMBERSHIPS, and is alone.
    """
    last = f"pg_advisory_xact_lock{'' if alone else '_shared'}({MEMBERSHIPS})"
    return f"count(pg_advisory_xact_lock(id)), {last} FROM unnest({ids}) AS id"
