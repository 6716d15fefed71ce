"""Digests: each chat's setting, what is due, and the claim that makes a second one of a week impossible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from storage.audit import AuditAction, record
from storage.calendar import iso_week, known_zone, last_due, next_due, week_before, zone_of
from storage.database import Database
from storage.dialects import insert_new, put
from storage.digest_composer import compose
from storage.inbox import is_applied
from storage.models import audit_entry, chat, digest_run, digest_setting, outbox, person
from storage.outbox import DIGEST, owe
from storage.people import meet
from storage.ranking import Ranking
from storage.seals import latest
from storage.supergroups import settled
from storage.values import SYSTEM, Actor, ClaimedDigest, Digest, DigestSetting, Owed

LATEST = timedelta(hours=24)
"""A digest later than this is noise and is skipped: the Monday post does not come on Thursday."""
CATCHES_UP = timedelta(days=14)
"""A digest begins where the chat's last one ended, if that is not longer ago than this."""


COLUMNS = tuple(column.name for column in digest_setting.c)
_CHAT = sa.bindparam("chat", type_=sa.BigInteger)
_SETTING = sa.select(digest_setting).where(digest_setting.c.chat_id == _CHAT)
_RUN_NEXT = (
    sa.update(digest_setting)
    .where(digest_setting.c.chat_id == _CHAT)
    .values(next_run_at=sa.bindparam("at", type_=digest_setting.c.next_run_at.type))
)
_FAILED = (
    sa.update(digest_run)
    .where(digest_run.c.chat_id == _CHAT, digest_run.c.week == sa.bindparam("of_week"))
    .values(status="failed")
)
_LAST_END = sa.select(sa.func.max(digest_run.c.period_end, type_=digest_run.c.period_end.type)).where(
    digest_run.c.chat_id == _CHAT
)
_LAST_WEEKS = (
    sa.select(digest_run.c.week).where(digest_run.c.chat_id == _CHAT).order_by(digest_run.c.week.desc()).limit(8)
)

Render = Callable[[ClaimedDigest], Mapping[str, Any] | None]
"""Makes a message of a digest: text and keyboard, as Telegram has them; it may run twice. Null where it cannot: that
chat has none this week, and no other waits for it."""


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
            row["next_run_at"] = self._next_free(connection, after, at) if after.enabled else None
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
            .where(audit_entry.c.subject == f"chat:{chat_id}", audit_entry.c.actor > SYSTEM)
            .where(audit_entry.c.action == str(AuditAction.DIGEST_UPDATE))
            .order_by(audit_entry.c.id.desc())
            .limit(1)
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def compose(self, chat_id: int, start: datetime, end: datetime) -> Digest:
        """The digest of any span of time."""

        def query(connection: sa.Connection) -> Digest:
            return self._compose(connection, chat_id, start, end, self._setting(connection, chat_id).zone)

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

        def work(connection: sa.Connection) -> tuple[int, list[int]]:
            due = connection.execute(_due(now, limit)).all()
            return len(due), [row.chat_id for row in due if self._queue(connection, row, now, render)]

        return await self._database.write(work)

    async def any_due(self) -> bool:
        """Whether a scan would find something, claimable or not."""
        query = _due(self._database.now(), 1)
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

    def _queue(self, connection: sa.Connection, row: Any, now: datetime, render: Render) -> bool:
        claim = self._claim(connection, row, now)
        if claim is None:
            return False
        payload = render(claim)
        if payload is None:
            connection.execute(_FAILED, {"chat": row.chat_id, "of_week": claim.week})
            return False
        key = f"{DIGEST}:{row.chat_id}:{claim.week}"
        message = Owed(key=key, kind=DIGEST, chat_id=row.chat_id, thread_id=row.thread_id, payload=payload)
        return owe(connection, message, now)

    def _claim(self, connection: sa.Connection, row: Any, now: datetime) -> ClaimedDigest | None:
        setting = _setting_of(row)
        zone = zone_of(setting.zone)
        due = last_due(row.weekday, row.minute, zone, now)
        due = due if due >= row.next_run_at else row.next_run_at
        week = iso_week(due, zone)
        start = self._start(connection, row.chat_id, due, week_before(due, zone))
        digest = self._compose(connection, row.chat_id, start, due, setting.zone)
        status = "missed" if now - due > LATEST else "claimed" if digest.films else "empty"
        run = {
            "chat_id": row.chat_id, "week": week, "period_start": start, "period_end": due,
            "claimed_at": now, "status": status,
        }  # fmt: skip
        claimed = insert_new(connection, digest_run, run).first() is not None
        connection.execute(_RUN_NEXT, {"chat": row.chat_id, "at": self._next_free(connection, setting, now)})
        if not claimed or status != "claimed":
            return None
        return ClaimedDigest(week, digest, row.thread_id, row.language)

    def _start(self, connection: sa.Connection, chat_id: int, due: datetime, week_ago: datetime) -> datetime:
        """Where the last digest ended, so that a moved weekday leaves no hole; else a week before."""
        ended = connection.execute(_LAST_END, {"chat": chat_id}).scalar()
        return ended if ended is not None and due - CATCHES_UP <= ended < due else week_ago

    def _next_free(self, connection: sa.Connection, setting: DigestSetting, now: datetime) -> datetime:
        """The next due instant in a week that has not had its digest yet."""
        zone = zone_of(setting.zone)
        due = next_due(setting.weekday, setting.minute, zone, now)
        weeks = set(connection.execute(_LAST_WEEKS, {"chat": setting.chat_id}).scalars())
        while iso_week(due, zone) in weeks:
            due = next_due(setting.weekday, setting.minute, zone, due)
        return due

    def _compose(self, connection: sa.Connection, chat_id: int, start: datetime, end: datetime, zone: str) -> Digest:
        prior = self._ranking.of(chat_id)
        digest = compose(connection, chat_id, start, end, zone=zone, prior=prior)
        newest = latest(connection)
        return replace(digest, seal=newest.fingerprint) if newest else digest

    def _setting(self, connection: sa.Connection, chat_id: int) -> DigestSetting:
        row = connection.execute(_SETTING, {"chat": chat_id}).one_or_none()
        return _merge(self._defaults, {}, chat_id=chat_id) if row is None else _setting_of(row)


def _merge(setting: DigestSetting, change: Change, **also: Any) -> DigestSetting:
    return DigestSetting(**{**{name: getattr(setting, name) for name in COLUMNS}, **change, **also})


def _setting_of(row: Any) -> DigestSetting:
    """Of a row that begins with the setting's columns."""
    stored = dict(zip(COLUMNS, row, strict=False))
    return DigestSetting(**{**stored, "zone": known_zone(stored["zone"])})


def _shown(setting: DigestSetting) -> dict[str, Any]:
    """What the audit trail shows of a setting."""
    return {
        "enabled": setting.enabled,
        "weekday": setting.weekday,
        "minute": setting.minute,
        "zone": setting.zone,
        "thread_id": setting.thread_id,
    }


def _due(now: datetime, limit: int) -> sa.Select[Any]:
    return (
        sa.select(digest_setting, person.c.language)
        .join(chat, chat.c.id == digest_setting.c.chat_id)
        .outerjoin(person, person.c.id == digest_setting.c.chat_id)
        .where(digest_setting.c.next_run_at <= now, digest_setting.c.enabled, chat.c.active)
        .order_by(digest_setting.c.next_run_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=digest_setting)
    )
