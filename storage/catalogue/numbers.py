"""Numbers of films: the starter catalogue's are its lines, the same everywhere; all others begin at a million."""

import sqlalchemy as sa

from storage.models import movie

OTHERS_FROM = 1_000_000


def next_number(connection: sa.Connection) -> int:
    """The first number that is free for films from anywhere but the starter catalogue; whoever adds one gives it."""
    highest = connection.execute(sa.select(sa.func.max(movie.c.id))).scalar() or 0
    return max(int(highest) + 1, OTHERS_FROM)
