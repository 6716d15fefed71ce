"""Digests: each chat's setting, and what is known of those that came and that will come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from storage.audit import AuditAction, record
from storage.calendar import zone_of
from storage.database import Database
from storage.dialects import put
from storage.digest_composer import compose
from storage.digest_queue import COLUMNS, Render, due_at, next_free, past_runs, queue, setting_of
from storage.inbox import is_applied
from storage.models import OF_NO_MOVIE, audit_entry, chat, digest_run, digest_setting, outbox
from storage.outbox import owe
from storage.people import meet
from storage.ranking import Ranking
from storage.seals import latest
from storage.supergroups import settled
from storage.values import SYSTEM, Actor, Digest, DigestSetting, Owed

_CHAT = sa.bindparam("chat", type_=sa.BigInteger)
_SETTING = sa.select(digest_setting).where(digest_setting.c.chat_id == _CHAT)


class Change(TypedDict, total=False):
    """What may change in a setting; see DigestSetting for units."""

    enabled: bool
    weekday: int
    minute: int
    zone: str
    thread_id: int | None


class Digests:
    def __init__(self, database: Database, ranking: Ranking, defaults: DigestSetting) -> None:
        self._database = database
        self._ranking = ranking
        self._defaults = defaults

    async def setting(self, chat_id: int) -> DigestSetting:
        """The chat's setting, or the operator's defaults, switched off."""
        return await self._database.read(lambda connection: self._setting(connection, chat_id))

    async def change(self, given: Actor, **change: Unpack[Change]) -> DigestSetting:
        """Change the setting of the actor's chat; what is not given stays. Raises UnknownZone."""
        zone_of(change.get("zone", "UTC"))
        at = self._database.now()

        def work(connection: sa.Connection) -> DigestSetting:
            actor = settled(connection, given)
            meet(connection, actor, at)
            before = self._setting(connection, actor.chat_id)
            after = _merge(before, change)
            if _shown(before) == _shown(after) or is_applied(connection, actor):
                return before
            row = {"chat_id": actor.chat_id, **_shown(after)}
            row["next_run_at"] = _next_run(connection, after, at) if after.enabled else None
            put(connection, digest_setting, row)
            record(
                connection, AuditAction.DIGEST_UPDATE, actor, at=at, subject=f"chat:{actor.chat_id}",
                before=_shown(before), after=_shown(after),
            )  # fmt: skip
            return self._setting(connection, actor.chat_id)

        return await self._database.write(work, turns=[given.chat_id])

    async def off(self, chat_id: int, reason: str) -> None:
        """Switch a chat's digest off because it cannot be posted there; the entry says why."""
        at = self._database.now()
        theirs = (digest_setting.c.chat_id == chat_id) & digest_setting.c.enabled

        def work(connection: sa.Connection) -> None:
            switched = sa.update(digest_setting).where(theirs).values(enabled=False, next_run_at=None)
            if connection.execute(switched).rowcount:
                record(
                    connection, AuditAction.DIGEST_UPDATE, None, at=at, subject=f"chat:{chat_id}",
                    before={"enabled": True}, after={"enabled": False, "reason": reason},
                )  # fmt: skip

        await self._database.write(work, turns=[chat_id])

    async def leave_topic(self, chat_id: int, notice: Owed) -> None:
        """Post in General from now on, for the topic is gone or closed, and owe the chat a notice of it, once."""
        at = self._database.now()
        theirs = (digest_setting.c.chat_id == chat_id) & digest_setting.c.thread_id.is_not(None)

        def work(connection: sa.Connection) -> None:
            before = self._setting(connection, chat_id).thread_id
            moved = sa.update(digest_setting).where(theirs).values(thread_id=None)
            connection.execute(sa.update(outbox).where(outbox.c.chat_id == chat_id).values(thread_id=None))
            if connection.execute(moved).rowcount:
                record(
                    connection, AuditAction.DIGEST_UPDATE, None, at=at, subject=f"chat:{chat_id}",
                    before={"thread_id": before}, after={"thread_id": None, "reason": "the topic is gone"},
                )  # fmt: skip
                owe(connection, notice, at)

        await self._database.write(work, turns=[chat_id])

    async def set_by(self, chat_id: int) -> int | None:
        """Who last changed the chat's setting."""
        query = (
            sa.select(audit_entry.c.actor)
            .where(audit_entry.c.subject == f"chat:{chat_id}", OF_NO_MOVIE, audit_entry.c.actor > SYSTEM)
            .where(audit_entry.c.action == str(AuditAction.DIGEST_UPDATE))
            .order_by(audit_entry.c.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def compose(self, chat_id: int, start: datetime, end: datetime) -> Digest:
        """The digest of any span of time."""

        def query(connection: sa.Connection) -> Digest:
            zone, newest = self._setting(connection, chat_id).zone, latest(connection)
            seal = newest.fingerprint if newest else None
            return compose(connection, chat_id, start, end, zone=zone, prior=self._ranking.of(chat_id), seal=seal)

        return await self._database.read(query)

    async def week(self, chat_id: int) -> Digest:
        """The digest of the seven days up to now."""
        now = self._database.now()
        return await self.compose(chat_id, now - timedelta(days=7), now + timedelta(microseconds=1))

    async def next_due(self) -> datetime | None:
        """The earliest instant at which a digest is due, of the chats that the bot can write to."""
        earliest = sa.func.min(digest_setting.c.next_run_at, type_=digest_setting.c.next_run_at.type)
        query = (
            sa.select(earliest)
            .join(chat, chat.c.id == digest_setting.c.chat_id)
            .where(digest_setting.c.enabled, chat.c.active)
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def queue_due(self, render: Render, limit: int = 50) -> tuple[int, list[int]]:
        """Queue up to `limit` due digests in the outbox; nobody else gets them, now or later.

        `render` makes the message. Returns how many were due, and the chats that are owed one: weeks without a
        rating, and digests later than LATEST, are only noted.
        """
        now = self._database.now()

        return await self._database.write(lambda connection: queue(connection, self._ranking, now, render, limit))

    async def any_due(self) -> bool:
        """Whether a scan would find something, claimable or not."""
        query = due_at(self._database.now(), 1)
        return await self._database.read(lambda connection: connection.execute(query).first() is not None)

    async def unknown(self, chat_id: int | None = None) -> list[tuple[int, str]]:
        """Chats (or one) and weeks whose digest was perhaps posted and perhaps not; nothing repeats them."""
        query = (
            sa.select(digest_run.c.chat_id, digest_run.c.week)
            .where(digest_run.c.status == "unknown")
            .order_by(digest_run.c.claimed_at, digest_run.c.chat_id)
        )
        if chat_id is not None:
            query = query.where(digest_run.c.chat_id == chat_id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [(row.chat_id, row.week) for row in rows]

    async def runs(self, chat_ids: Sequence[int]) -> dict[int, str]:
        """What became of the newest digest of each of these chats, by chat; "claimed" while it waits."""
        query = sa.select(digest_run.c.chat_id, digest_run.c.status).order_by(digest_run.c.claimed_at)
        chosen = query.where(digest_run.c.chat_id.in_(chat_ids))
        rows = await self._database.read(lambda connection: connection.execute(chosen).all())
        return {row.chat_id: row.status for row in rows}

    def _setting(self, connection: sa.Connection, chat_id: int) -> DigestSetting:
        row = connection.execute(_SETTING, {"chat": chat_id}).one_or_none()
        return _merge(self._defaults, {}, chat_id=chat_id) if row is None else setting_of(row)


def _next_run(connection: sa.Connection, setting: DigestSetting, now: datetime) -> datetime:
    past = past_runs(connection, [setting.chat_id], now)[setting.chat_id]
    return next_free(setting, now, {run.week for run in past})


def _merge(setting: DigestSetting, change: Change, **also: Any) -> DigestSetting:
    return DigestSetting(**{**{name: getattr(setting, name) for name in COLUMNS}, **change, **also})


def _shown(setting: DigestSetting) -> dict[str, Any]:
    """What the audit trail shows of a setting."""
    return {
        "enabled": setting.enabled,
        "weekday": setting.weekday,
        "minute": setting.minute,
        "zone": setting.zone,
        "thread_id": setting.thread_id,
    }
