"""The inbox: updates taken from Telegram and not finished. Durable before they are acknowledged."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.dialects import Ids, among, insert
from storage.models import inbox
from storage.replicas import alive
from storage.steps import Step, update
from storage.values import Actor, InboxItem

KEPT = timedelta(hours=48)
"""How long a finished update's number is remembered, to know a second delivery of it. Telegram keeps 24 hours."""


_UPDATE = sa.bindparam("update", type_=sa.BigInteger)
_APPLIED_AT = sa.select(inbox.c.applied_at).where(inbox.c.update_id == _UPDATE)
_FINISH = (
    sa.update(inbox)
    .where(among(inbox.c.id, sa.bindparam("ids", type_=Ids())))
    .values(payload=None, person_id=None, done_at=sa.bindparam("at", type_=inbox.c.done_at.type))
)
_OLDER = inbox.alias()
_BEHIND = sa.select(inbox.c.id).where(
    among(inbox.c.id, sa.bindparam("ids", type_=Ids())),
    sa.exists().where(
        _OLDER.c.person_id == inbox.c.person_id,
        _OLDER.c.id < inbox.c.id,
        _OLDER.c.done_at.is_(None),
        _OLDER.c.owner.is_distinct_from(inbox.c.owner),
    ),
)
_APPLIED = ("update_id", "applied_at")


def is_applied(connection: sa.Connection, actor: Actor) -> bool:
    """Whether the actor's update has changed something already: it is being run again after a crash."""
    if actor.update_id is None:
        return False
    return connection.execute(_APPLIED_AT, {"update": actor.update_id}).scalar() is not None


def marking(dialect: str, updates: Sequence[tuple[int, datetime]]) -> Step:
    """Note that updates have changed something, and when."""
    return Step("applied", _mark(dialect), _APPLIED, updates)


@cache
def _mark(dialect: str) -> sa.Update:
    return update(dialect, "applied", inbox, *_APPLIED)


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, updates: Sequence[tuple[int, int | None, bytes]], owner: int | None = None) -> list[InboxItem]:
        """Store (update id, person id, JSON) durably; returns those that were not known, in order.

        They are the replica `owner`'s, to handle.
        """
        at = self._database.now()
        rows = [
            {"update_id": update_id, "person_id": person_id, "payload": payload, "received_at": at, "owner": owner}
            for update_id, person_id, payload in updates
        ]
        return await self._database.write_together(_take_all, rows, in_order=True)

    async def undone(self) -> list[InboxItem]:
        """What was taken and is not finished, oldest first."""
        query = sa.select(inbox).where(inbox.c.done_at.is_(None)).order_by(inbox.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_item(row, behind=False) for row in rows]

    async def claim(self, owner: int, *, of_dead: bool = True) -> list[InboxItem]:
        """What is not finished and nobody works on, oldest first: now it is the replica `owner`'s.

        On PostgreSQL that is what was left in order, and what dead replicas had. On SQLite nobody else works at all.
        """
        free: sa.ColumnElement[bool] = inbox.c.owner.is_(None)
        if self._database.is_sqlite:
            free = inbox.c.owner.is_distinct_from(owner)
        elif of_dead:
            free |= inbox.c.owner.not_in(alive())
        found = sa.select(inbox).where(inbox.c.done_at.is_(None), free).order_by(inbox.c.id)
        if await self._database.read(lambda connection: connection.execute(found.limit(1)).first()) is None:
            return []

        def work(connection: sa.Connection) -> list[InboxItem]:
            rows = connection.execute(found.with_for_update(skip_locked=True)).all()
            theirs = inbox.c.id.in_([row.id for row in rows])
            connection.execute(sa.update(inbox).where(theirs).values(owner=owner))
            return [_item(row, behind=not self._database.is_sqlite) for row in rows]

        return await self._database.write(work)

    async def is_next(self, item: InboxItem) -> bool:
        """Whether nothing older of the same person is unfinished, here or with another replica."""
        older = sa.exists().where(inbox.c.person_id == item.key, inbox.c.id < item.id, inbox.c.done_at.is_(None))
        query = sa.select(older)
        return not await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many are not finished, and when the oldest of them was taken."""
        oldest = sa.func.min(inbox.c.received_at, type_=inbox.c.received_at.type)
        query = sa.select(sa.func.count(), oldest).where(inbox.c.done_at.is_(None))
        row = await self._database.read(lambda connection: connection.execute(query).one())
        return row[0], row[1]

    async def done(self, inbox_id: int) -> None:
        """Finished: the payload goes and whose it was, the number stays for KEPT."""
        await self._database.write_together(_finish_all, (inbox_id, self._database.now()), rides=True)

    async def begun_again(self, inbox_id: int, deaths: int) -> None:
        """Note how many processes ended while it was at work: what ends each of them must be given up in the end."""
        counted = sa.update(inbox).where(inbox.c.id == inbox_id).values(tries=deaths)
        await self._database.write(lambda connection: connection.execute(counted))

    async def purge(self) -> int:
        """Forget finished updates older than KEPT; returns how many."""
        old = sa.delete(inbox).where(inbox.c.done_at < self._database.now() - KEPT)
        return await self._database.write(lambda connection: connection.execute(old).rowcount)


def _item(row: Any, *, behind: bool) -> InboxItem:
    payload, key, begun = row.payload or b"{}", row.person_id or 0, row.owner is not None
    return InboxItem(row.id, row.update_id, key, payload, row.tries, begun=begun, behind=behind)


def _take_all(connection: sa.Connection, batches: Sequence[list[dict[str, Any]]]) -> list[list[InboxItem]]:
    """Each batch's new ones. What comes twice belongs to the first."""
    rows = [row for batch in batches for row in batch]
    made = {row.update_id: row.id for row in connection.execute(_take_new(connection.dialect.name), rows)}
    waiting = set() if connection.dialect.name == "sqlite" else _behind_others(connection, list(made.values()))
    return [
        [
            InboxItem(item, row["update_id"], row["person_id"] or 0, row["payload"], behind=item in waiting)
            for row in batch
            if (item := made.pop(row["update_id"], None)) is not None
        ]
        for batch in batches
    ]


@cache
def _take_new(dialect: str) -> sa.Executable:
    return insert(dialect, inbox).on_conflict_do_nothing().returning(inbox.c.id, inbox.c.update_id)


def _behind_others(connection: sa.Connection, ids: list[int]) -> set[int]:
    """Those of them whose person has something older that another replica has not finished."""
    return set(connection.execute(_BEHIND, {"ids": ids}).scalars())


def _finish_all(connection: sa.Connection, finished: Sequence[tuple[int, datetime]]) -> list[None]:
    connection.execute(_FINISH, {"ids": [item for item, _ in finished], "at": finished[-1][1]})
    return [None] * len(finished)
