"""Numbers of films: the starter catalogue's are its lines, the same everywhere; all others begin at a million."""

import sqlalchemy as sa

from storage.models import movie
from storage.turns import ADDING, take

OTHERS_FROM = 1_000_000


def take_turn(connection: sa.Connection) -> None:
    """Nobody else adds films until this transaction ends. To be called before looking what the catalogue has.

    Else two replicas would give one number to two films, or add one film twice.
    """
    take(connection, ADDING)


def next_number(connection: sa.Connection) -> int:
    """The first number that is free for films from anywhere but the starter catalogue; whoever adds one gives it."""
    highest = connection.execute(sa.select(sa.func.max(movie.c.id))).scalar() or 0
    return max(int(highest) + 1, OTHERS_FROM)
