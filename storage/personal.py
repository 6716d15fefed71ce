"""Everything that is held about a person: counted before it is erased, and given out in full."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from storage.audit import by_or_about
from storage.database import Database
from storage.models import (
    audit_entry,
    chat,
    digest_run,
    digest_setting,
    inbox,
    membership,
    movie,
    outbox,
    person,
    quarantine,
    rating,
)
from storage.values import Held, PersonalData

WAITING = ("queued", "sending")


class Personal:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, person_id: int) -> Held:
        """How much there is of everything."""
        return await self._database.snapshot(lambda connection: _held(connection, person_id))

    async def data(self, person_id: int) -> PersonalData:
        """All of it, as it was at one moment."""
        at = self._database.now()
        return await self._database.snapshot(lambda connection: _data(connection, person_id, at))


def _held(connection: sa.Connection, person_id: int) -> Held:
    def count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one()

    return Held(
        known=bool(count(person, person.c.id == person_id)),
        ratings=count(rating, rating.c.person_id == person_id),
        clubs=count(membership, membership.c.person_id == person_id),
        entries=count(audit_entry, by_or_about(person_id)),
        messages=count(outbox, outbox.c.chat_id == person_id, outbox.c.status.in_(WAITING)),
    )


def _data(connection: sa.Connection, person_id: int, at: datetime) -> PersonalData:
    def rows(query: sa.Select[Any]) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in connection.execute(query)]

    return PersonalData(
        person_id=person_id,
        at=at,
        profile=rows(_profile(person_id)),
        ratings=rows(_ratings(person_id)),
        history=rows(_history(person_id)),
        clubs=rows(_clubs(person_id)),
        digest=rows(sa.select(digest_setting).where(digest_setting.c.chat_id == person_id)),
        digests=rows(sa.select(digest_run).where(digest_run.c.chat_id == person_id)),
        messages=rows(sa.select(outbox).where(outbox.c.chat_id == person_id, outbox.c.payload.is_not(None))),
        updates=_updates(connection, (inbox, quarantine), person_id),
    )


def _profile(person_id: int) -> sa.Select[Any]:
    query = sa.select(person, chat.c.language.label("language_chosen"))
    return query.select_from(person.outerjoin(chat, chat.c.id == person.c.id)).where(person.c.id == person_id)


def _ratings(person_id: int) -> sa.Select[Any]:
    names = movie.c.title, movie.c.year, movie.c.imdb_id
    stars = rating.c.stars, rating.c.created_at, rating.c.rated_at, rating.c.source, rating.c.movie_id
    where = chat.c.title.label("club"), rating.c.chat_id
    joined = rating.join(movie, movie.c.id == rating.c.movie_id).outerjoin(chat, chat.c.id == rating.c.chat_id)
    query = sa.select(*names, *stars, *where).select_from(joined).where(rating.c.person_id == person_id)
    return query.order_by(rating.c.rated_at, rating.c.movie_id)


def _history(person_id: int) -> sa.Select[Any]:
    shown = ("id", "at", "chat_id", "action", "subject", "before", "after", "update_id")
    columns = [audit_entry.c[name] for name in shown]
    return sa.select(*columns).where(by_or_about(person_id)).order_by(audit_entry.c.id)


def _clubs(person_id: int) -> sa.Select[Any]:
    joined = membership.join(chat, chat.c.id == membership.c.chat_id)
    query = sa.select(chat.c.id, chat.c.title, membership.c.since).select_from(joined)
    return query.where(membership.c.person_id == person_id).order_by(membership.c.since)


def _updates(connection: sa.Connection, tables: Sequence[sa.Table], person_id: int) -> list[Any]:
    """What the person sent and is not finished, as Telegram wrote it."""
    found: list[bytes] = []
    for table in tables:
        theirs = table.c.person_id == person_id, table.c.payload.is_not(None)
        found += connection.execute(sa.select(table.c.payload).where(*theirs)).scalars().all()
    return [orjson.loads(payload) for payload in found]
