"""Quarantine: updates that were given up, with the reason, until an operator retries or drops them."""

from datetime import datetime

import sqlalchemy as sa

from storage.database import Database
from storage.dialects import insert_new
from storage.models import inbox, quarantine
from storage.values import GivenUp, InboxItem


class Quarantine:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, item: InboxItem, reason: str) -> None:
        """Give an update up: out of the inbox, kept here."""
        at = self._database.now()
        await self._database.write(lambda connection: _put(connection, item, reason, at))

    async def all(self) -> list[GivenUp]:
        """The oldest first, without what people wrote."""
        columns = [column for column in quarantine.c if column is not quarantine.c.payload]
        query = sa.select(*columns).order_by(quarantine.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [GivenUp(**row._mapping) for row in rows]

    async def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(quarantine)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def retry(self, quarantine_id: int) -> bool:
        """Back into the inbox, as if it had never been tried; false when there is no such update.

        What it had changed before it failed is not changed again.
        """
        at = self._database.now()

        def work(connection: sa.Connection) -> bool:
            row = _take_out(connection, quarantine_id)
            if row is not None:
                _put_back(connection, row, at)
            return row is not None

        return await self._database.write(work)

    async def drop(self, quarantine_id: int) -> bool:
        """Forget it for good; false when there is no such update."""
        return await self._database.write(lambda connection: _take_out(connection, quarantine_id) is not None)


def _put(connection: sa.Connection, item: InboxItem, reason: str, at: datetime) -> None:
    mine = inbox.c.id == item.id
    row = connection.execute(sa.select(inbox.c.person_id, inbox.c.payload, inbox.c.received_at).where(mine)).one()
    connection.execute(sa.update(inbox).where(mine).values(done_at=at, payload=None, person_id=None))
    if row.payload is not None:  # else the person had themselves erased meanwhile
        kept = {"update_id": item.update_id, "reason": reason, "given_up_at": at, **row._mapping}
        connection.execute(sa.insert(quarantine).values(kept))


def _take_out(connection: sa.Connection, quarantine_id: int) -> sa.Row[int, int | None, bytes] | None:
    taken = sa.delete(quarantine).where(quarantine.c.id == quarantine_id)
    columns = quarantine.c.update_id, quarantine.c.person_id, quarantine.c.payload
    return connection.execute(taken.returning(*columns)).one_or_none()


def _put_back(connection: sa.Connection, row: sa.Row[int, int | None, bytes], at: datetime) -> None:
    fresh = {**row._mapping, "received_at": at}
    if insert_new(connection, inbox, fresh).first() is None:
        undone = {"payload": row.payload, "person_id": row.person_id, "done_at": None, "tries": 0, "owner": None}
        connection.execute(sa.update(inbox).where(inbox.c.update_id == row.update_id).values(undone))
