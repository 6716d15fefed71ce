"""The outbox: messages owed to chats. A message is queued with the change that owes it, and sent at most once.

queued → sending → sent | failed (certainly not posted) | unknown (perhaps posted: never repeated)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from storage.dialects import insert_all_new
from storage.models import digest_run, outbox
from storage.values import Backlog, OutboxItem, Owed

DEAD_AFTER = timedelta(minutes=2)
"""A sending that lasts longer belongs to a replica that has died: no call to Telegram takes half as long."""
KEPT = timedelta(days=30)
DIGEST = "digest"


def owe(connection: sa.Connection, message: Owed, at: datetime) -> bool:
    """Queue a message in the caller's transaction; false when its key was owed before, sent or not."""
    return bool(owe_all(connection, [message], at))


def owe_all(connection: sa.Connection, messages: Sequence[Owed], at: datetime) -> set[str]:
    """The same for many; the keys of those that were not owed before."""
    rows = [
        {
            "key": message.key, "kind": message.kind, "chat_id": message.chat_id, "thread_id": message.thread_id,
            "payload": dict(message.payload), "status": "queued", "created_at": at, "not_before": at,
        }
        for message in messages
    ]  # fmt: skip
    return insert_all_new(connection, outbox, rows, outbox.c.key)


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def owe(self, message: Owed) -> bool:
        at = self._database.now()
        return await self._database.write(lambda connection: owe(connection, message, at))

    async def heads(self, limit: int = 500) -> list[tuple[int, int]]:
        """(id, chat) of the first message that each chat is owed; a chat that is being sent to has its turn later."""
        now = {"now": self._database.now(), "limit": limit}
        rows = await self._database.read(lambda connection: connection.execute(_HEADS, now).all())
        return [(row[0], row[1]) for row in rows]

    async def begin(self, message_id: int) -> OutboxItem | None:
        """Take one message for sending, so that nobody else does; null when somebody was quicker."""
        taken = {"message": message_id, "at": self._database.now()}
        row = await self._database.write(lambda connection: connection.execute(_BEGIN, taken).one_or_none())
        return None if row is None else OutboxItem(**row._mapping)

    async def release(self, message_id: int, *, after: timedelta = timedelta()) -> None:
        """Certainly not sent: back into the queue, for `after` from now."""
        mine = outbox.c.id == message_id, outbox.c.status.in_(["sending", "unknown"])
        later = {"status": "queued", "not_before": self._database.now() + after, "claimed_at": None}
        await self._database.write(lambda connection: connection.execute(sa.update(outbox).where(*mine).values(later)))

    async def finish(
        self, message_id: int, status: str, *, telegram_id: int | None = None, reason: str | None = None
    ) -> None:
        """What became of a message: sent, failed or unknown; a digest's run tells the same."""
        outcome = _Outcome(message_id, status, self._database.now(), telegram_id, reason)
        await self._database.write_together(_finish_all, outcome, rides=True)

    async def abandoned(self, *, at_start: bool) -> int:
        """Note as unknown what a process that died was sending; returns how many.

        SQLite has one process: at its start whatever is being sent is a dead one's. Otherwise that counts as a dead
        one's which takes longer than DEAD_AFTER; should it arrive all the same, `finish` puts it right.
        """
        at = self._database.now()
        dead = outbox.c.status == "sending"
        if not (self._database.is_sqlite and at_start):
            dead &= outbox.c.claimed_at < at - DEAD_AFTER

        def work(connection: sa.Connection) -> int:
            rows = connection.execute(sa.select(outbox).where(dead).with_for_update()).all()
            for row in rows:
                _finish(
                    connection, row, _Outcome(row.id, "unknown", at, None, "the program ended while it was being sent")
                )
            return len(rows)

        return await self._database.write(work)

    async def backlog(self) -> Backlog:
        """How much waits, since when, and how much has an unknown fate."""
        status = outbox.c.status
        waiting = sa.or_(status == "queued", status == "sending")
        query = sa.select(
            sa.func.count().filter(waiting),
            sa.func.min(outbox.c.created_at, type_=outbox.c.created_at.type).filter(waiting),
            sa.func.count().filter(status == "unknown"),
        )
        row = await self._database.read(lambda connection: connection.execute(query).one())
        return Backlog(*row)

    async def purge(self) -> int:
        """Forget what was done long ago; returns how many."""
        old = sa.delete(outbox).where(outbox.c.done_at < self._database.now() - KEPT)
        return await self._database.write(lambda connection: connection.execute(old).rowcount)


_ITEM = (
    outbox.c.id, outbox.c.key, outbox.c.kind, outbox.c.chat_id, outbox.c.thread_id, outbox.c.payload,
    outbox.c.created_at,
)  # fmt: skip


_NOW = sa.bindparam("now", type_=outbox.c.not_before.type)
_HEADS = (
    sa.select(sa.func.min(outbox.c.id), outbox.c.chat_id)
    .where(outbox.c.status == "queued", outbox.c.not_before <= _NOW)
    .where(outbox.c.chat_id.not_in(sa.select(outbox.c.chat_id).where(outbox.c.status == "sending")))
    .group_by(outbox.c.chat_id)
    .order_by(sa.func.min(outbox.c.id))
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_THIS = outbox.c.id == sa.bindparam("message", type_=sa.BigInteger)
_BEGIN = (
    sa.update(outbox)
    .where(_THIS, outbox.c.status == "queued")
    .values(status="sending", claimed_at=sa.bindparam("at", type_=outbox.c.claimed_at.type))
    .returning(*_ITEM)
)
_SENT = sa.select(outbox).where(_THIS).with_for_update()
_DONE = (
    sa.update(outbox)
    .where(_THIS)
    .values(
        {
            name: sa.bindparam(f"new_{name}", type_=outbox.c[name].type)
            for name in ("status", "payload", "done_at", "reason")
        }
    )
)
_RAN = (
    sa.update(digest_run)
    .where(digest_run.c.chat_id == sa.bindparam("chat", type_=sa.BigInteger))
    .where(digest_run.c.week == sa.bindparam("of_week", type_=sa.Text))
    .values(
        status=sa.bindparam("new_status", type_=sa.Text), message_id=sa.bindparam("telegram_id", type_=sa.BigInteger)
    )
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a message."""

    message_id: int
    status: str
    at: datetime
    telegram_id: int | None
    reason: str | None


def _finish_all(connection: sa.Connection, outcomes: Sequence[_Outcome]) -> list[None]:
    for outcome in outcomes:
        row = connection.execute(_SENT, {"message": outcome.message_id}).one_or_none()
        if row is not None:
            _finish(connection, row, outcome)
    return [None] * len(outcomes)


def _finish(connection: sa.Connection, row: Any, outcome: _Outcome) -> None:
    kept = row.payload if outcome.status == "unknown" else None
    new = {"status": outcome.status, "payload": kept, "done_at": outcome.at, "reason": outcome.reason}
    connection.execute(_DONE, {"message": row.id, **{f"new_{name}": value for name, value in new.items()}})
    if row.kind == DIGEST:
        run = {"chat": row.chat_id, "of_week": row.key.rsplit(":", 1)[1], "telegram_id": outcome.telegram_id}
        connection.execute(_RAN, {**run, "new_status": outcome.status})
