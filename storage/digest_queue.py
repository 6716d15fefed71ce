"""Queueing what is due: the claim that makes a second digest of a week impossible, and the message, in one transaction.

Chats are taken many at a time. What they have in common, and what is the same statement for each, is one round for all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.calendar import iso_week, known_zone, last_due, next_due, week_before, zone_of
from storage.dialects import Ids, among, insert_all_new
from storage.digest_composer import compose
from storage.models import chat, digest_run, digest_setting, person
from storage.outbox import DIGEST, owe_all
from storage.ranking import Ranking
from storage.seals import latest
from storage.values import ClaimedDigest, Digest, DigestSetting, Owed

LATEST = timedelta(hours=24)
"""A digest later than this is noise and is skipped: the Monday post does not come on Thursday."""
CATCHES_UP = timedelta(days=14)
"""A digest begins where the chat's last one ended, if that is not longer ago than this."""
MATTERS = timedelta(days=28)
"""Runs of weeks that are longer ago neither say where a digest begins nor when the next one is due."""

COLUMNS = tuple(column.name for column in digest_setting.c)
_CHAT = sa.bindparam("chat", type_=sa.BigInteger)
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
_RUNS = sa.select(digest_run.c.chat_id, digest_run.c.week, digest_run.c.period_end).where(
    among(digest_run.c.chat_id, sa.bindparam("chats", type_=Ids())), digest_run.c.week >= sa.bindparam("oldest")
)

Render = Callable[[ClaimedDigest], Mapping[str, Any] | None]
"""Makes a message of a digest: text and keyboard, as Telegram has them; it may run twice. Null where it cannot: that
chat has none this week, and no other waits for it."""


class Run(NamedTuple):
    """A week that a chat has had its digest of, and where that ended."""

    week: str
    end: datetime


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is to become of a chat that is due; `row` is its setting, and the language to speak there."""

    row: Any
    week: str
    digest: Digest
    status: str
    next_at: datetime


def queue(
    connection: sa.Connection, ranking: Ranking, now: datetime, render: Render, limit: int
) -> tuple[int, list[int]]:
    """Queue up to `limit` due digests: how many were due, and the chats that are owed one."""
    due = connection.execute(due_at(now, limit)).all()
    if not due:
        return 0, []
    past, newest = past_runs(connection, [row.chat_id for row in due], now), latest(connection)
    seal = newest.fingerprint if newest else None
    claims = [_claim(connection, ranking, row, now, past[row.chat_id], seal) for row in due]
    claimed = insert_all_new(connection, digest_run, [_run_of(each, now) for each in claims])
    connection.execute(_RUN_NEXT, [{"chat": each.row.chat_id, "at": each.next_at} for each in claims])
    ours = [each for each in claims if each.row.chat_id in claimed and each.status == "claimed"]
    messages = [message for each in ours if (message := _message(connection, each, render)) is not None]
    owed = owe_all(connection, messages, now)
    return len(due), [message.chat_id for message in messages if message.key in owed]


def due_at(now: datetime, limit: int) -> sa.Select[Any]:
    """Settings whose digest is due, the oldest first; those that another replica is at are passed over."""
    return (
        sa.select(digest_setting, sa.func.coalesce(chat.c.language, person.c.language).label("language"))
        .join(chat, chat.c.id == digest_setting.c.chat_id)
        .outerjoin(person, person.c.id == digest_setting.c.chat_id)
        .where(digest_setting.c.next_run_at <= now, digest_setting.c.enabled, chat.c.active)
        .order_by(digest_setting.c.next_run_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=digest_setting)
    )


def past_runs(connection: sa.Connection, chats: Sequence[int], now: datetime) -> Mapping[int, list[Run]]:
    """The chats' digests of the last weeks."""
    found = defaultdict[int, list[Run]](list)
    for row in connection.execute(_RUNS, {"chats": chats, "oldest": iso_week(now - MATTERS, zone_of("UTC"))}):
        found[row.chat_id].append(Run(row.week, row.period_end))
    return found


def next_free(setting: DigestSetting, now: datetime, weeks: Collection[str]) -> datetime:
    """The next due instant in a week that has not had its digest yet."""
    zone = zone_of(setting.zone)
    due = next_due(setting.weekday, setting.minute, zone, now)
    while iso_week(due, zone) in weeks:
        due = next_due(setting.weekday, setting.minute, zone, due)
    return due


def setting_of(row: Any) -> DigestSetting:
    """Of a row that begins with the setting's columns."""
    stored = dict(zip(COLUMNS, row, strict=False))
    return DigestSetting(**{**stored, "zone": known_zone(stored["zone"])})


def _claim(
    connection: sa.Connection, ranking: Ranking, row: Any, now: datetime, past: Sequence[Run], seal: str | None
) -> _Claim:
    setting = setting_of(row)
    zone = zone_of(setting.zone)
    due = max(last_due(row.weekday, row.minute, zone, now), row.next_run_at)
    week = iso_week(due, zone)
    start = _start(past, due, week_before(due, zone))
    digest = compose(connection, row.chat_id, start, due, zone=setting.zone, prior=ranking.of(row.chat_id), seal=seal)
    status = "missed" if now - due > LATEST else "claimed" if digest.films else "empty"
    return _Claim(row, week, digest, status, next_free(setting, now, {week, *(run.week for run in past)}))


def _start(past: Sequence[Run], due: datetime, week_ago: datetime) -> datetime:
    """Where the last digest ended, so that a moved weekday leaves no hole; else a week before."""
    ended = max((run.end for run in past), default=None)
    return ended if ended is not None and due - CATCHES_UP <= ended < due else week_ago


def _run_of(claim: _Claim, now: datetime) -> dict[str, Any]:
    return {
        "chat_id": claim.row.chat_id, "week": claim.week, "period_start": claim.digest.start,
        "period_end": claim.digest.end, "claimed_at": now, "status": claim.status,
    }  # fmt: skip


def _message(connection: sa.Connection, claim: _Claim, render: Render) -> Owed | None:
    chat_id, thread_id = claim.row.chat_id, claim.row.thread_id
    payload = render(ClaimedDigest(claim.week, claim.digest, thread_id, claim.row.language))
    if payload is None:
        connection.execute(_FAILED, {"chat": chat_id, "of_week": claim.week})
        return None
    key = f"{DIGEST}:{chat_id}:{claim.week}"
    return Owed(key=key, kind=DIGEST, chat_id=chat_id, thread_id=thread_id, payload=payload)
