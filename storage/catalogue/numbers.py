"""Numbers of films: the starter catalogue's are its lines, the same everywhere; all others begin at a million."""

import sqlalchemy as sa

from storage.models import movie

OTHERS_FROM = 1_000_000
ADDING = 1 << 61
"""What to take turns at; clear of persons and chats, below 2**52, and of movies, from 2**62 on."""


def take_turn(connection: sa.Connection) -> None:
    """Nobody else adds films until this transaction ends. To be called before looking what the catalogue has.

    Else two replicas would give one number to two films, or add one film twice. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADDING)))


def next_number(connection: sa.Connection) -> int:
    """The first number that is free for films from anywhere but the starter catalogue; whoever adds one gives it."""
    highest = connection.execute(sa.select(sa.func.max(movie.c.id))).scalar() or 0
    return max(int(highest) + 1, OTHERS_FROM)
