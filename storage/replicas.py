"""The processes that share one database: who is alive, and so whose work has to be taken over.

On PostgreSQL any number of identical processes run side by side. Each shows a sign of life every few seconds, by the
database's own clock. SQLite has one process, so there is nothing to be shared.
"""

import secrets
from datetime import timedelta
from time import monotonic

import sqlalchemy as sa

from storage.database import Database
from storage.models import inbox, replica

LEASE = timedelta(seconds=20)
"""Without a sign of life for so long a replica counts as dead."""

GAP_S = 10.0
"""Who could not show a sign of life for so long takes it that nobody could: the database was away."""
STEADY_S = 15.0
"""So long after that everybody who lives has shown it again."""


def alive() -> sa.Select[int]:
    """The ids of those that live."""
    return sa.select(replica.c.id).where(replica.c.seen_at > sa.func.now() - LEASE)


_COUNT = sa.select(sa.func.count()).select_from(alive().subquery())


class Replicas:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = secrets.randbits(62)
        """This process's own; a new one at every start."""
        self._beat_at = self._steady_from = -float("inf")

    @property
    def sees_the_dead(self) -> bool:
        """Whether who shows no sign of life is dead, and not merely had no database to show it in."""
        now = monotonic()
        return now - self._beat_at < GAP_S and now - self._steady_from >= STEADY_S

    async def beat(self) -> int:
        """Show a sign of life; how many replicas live, this one included."""
        if self._database.is_sqlite:
            return 1

        def work(connection: sa.Connection) -> int:
            seen = sa.update(replica).where(replica.c.id == self.id).values(seen_at=sa.func.now())
            if not connection.execute(seen).rowcount:
                connection.execute(sa.insert(replica).values(id=self.id, seen_at=sa.func.now()))
            connection.execute(sa.delete(replica).where(replica.c.seen_at < sa.func.now() - 100 * LEASE))
            return connection.execute(_COUNT).scalar_one()

        living = await self._database.write(work)
        now = monotonic()
        if now - self._beat_at > GAP_S:
            self._steady_from = now
        self._beat_at = now
        return living

    async def living(self) -> int:
        """How many show signs of life; none on SQLite, where nobody does."""
        if self._database.is_sqlite:
            return 0
        return await self._database.read(lambda connection: connection.execute(_COUNT).scalar_one())

    async def leave(self) -> None:
        """Let others take over at once what is not finished here."""
        mine = inbox.c.owner == self.id, inbox.c.done_at.is_(None)

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.update(inbox).where(*mine).values(owner=None))
            connection.execute(sa.delete(replica).where(replica.c.id == self.id))

        if not self._database.is_sqlite:
            await self._database.write(work)
