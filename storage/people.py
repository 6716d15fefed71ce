"""People and the chats they are met in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, by_or_about, erase_content, record
from storage.database import Database
from storage.dialects import put
from storage.inbox import is_applied
from storage.models import chat, digest_run, digest_setting, inbox, membership, outbox, person, quarantine, rating
from storage.ranking import Ranking
from storage.values import Actor, Privacy

_PERSON = sa.select(person.c.name, person.c.language).where(person.c.id == sa.bindparam("id"))
_CHAT = sa.select(chat.c.type, chat.c.title, chat.c.active).where(chat.c.id == sa.bindparam("id"))


def meet(connection: sa.Connection, actor: Actor, at: datetime) -> None:
    """Know an actor and their chat by the names they have now. No audit entry: nobody changed anything."""
    row = {"id": actor.person_id, "name": actor.name, "language": actor.language, "first_seen_at": at}
    _know(connection, person, _PERSON, row)
    if actor.present:
        meet_chat(connection, actor, at)


def meet_chat(connection: sa.Connection, actor: Actor, at: datetime) -> None:
    """And that the bot can write there, for somebody just spoke to it."""
    title = "" if actor.chat_type == "private" else actor.chat_title
    row = {"id": actor.chat_id, "type": actor.chat_type, "title": title, "active": True, "first_seen_at": at}
    before = _know(connection, chat, _CHAT, row)
    if before is not None and not before["active"]:
        # Without the update's number: the change that the person wants is still to come.
        returned = replace(actor, update_id=None)
        record(connection, AuditAction.CHAT_ACTIVATE, returned, at=at, subject=f"chat:{actor.chat_id}")


def _know(
    connection: sa.Connection, table: sa.Table, known: sa.Select[Any], row: dict[str, Any]
) -> Mapping[str, Any] | None:
    """Write only news, for nearly every update comes from somebody known; what was known before."""
    found = connection.execute(known, {"id": row["id"]}).first()
    if found is None or any(row[name] != value for name, value in found._mapping.items()):
        put(connection, table, row, keep=("first_seen_at",))
    return None if found is None else found._asdict()


class People:
    def __init__(self, database: Database, ranking: Ranking) -> None:
        self._database = database
        self._ranking = ranking

    async def meet(self, actor: Actor) -> None:
        at = self._database.now()
        await self._database.write(lambda connection: meet(connection, actor, at))

    async def named(self, words: str, limit: int = 5) -> list[tuple[int, str]]:
        """Persons (id, name) whose name holds `words`, for operators."""
        query = sa.select(person.c.id, person.c.name).where(person.c.name.icontains(words, autoescape=True))
        ordered = query.order_by(person.c.name, person.c.id).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(ordered).all())
        return [(row.id, row.name) for row in rows]

    async def language(self, person_id: int) -> str | None:
        """The IETF tag that the person has chosen, or that their app gave last."""
        spoken = sa.func.coalesce(chat.c.language, person.c.language)
        query = sa.select(spoken).select_from(person.outerjoin(chat, chat.c.id == person.c.id))
        query = query.where(person.c.id == person_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    async def privacy(self, actor: Actor) -> Privacy:
        return await self._database.read(lambda connection: _privacy(connection, actor.person_id))

    async def hide_name(self, actor: Actor, hidden: bool) -> Privacy:
        """Show or hide a person's name beside their stars, in every club."""
        at = self._database.now()

        def work(connection: sa.Connection) -> Privacy:
            meet(connection, actor, at)
            before = _privacy(connection, actor.person_id)
            if before.name_hidden == hidden or is_applied(connection, actor):
                return before
            connection.execute(sa.update(person).where(person.c.id == actor.person_id).values(name_hidden=hidden))
            record(
                connection, AuditAction.PERSON_UPDATE, actor, at=at, subject=f"person:{actor.person_id}",
                before={"name_hidden": before.name_hidden}, after={"name_hidden": hidden},
            )  # fmt: skip
            return _privacy(connection, actor.person_id)

        return await self._database.write(work)

    async def erase(self, actor: Actor) -> int | None:
        """Forget a person: ratings, memberships, name, waiting messages, and the content of their audit entries.

        Scores follow. Returns how many ratings went; null when nothing was known. What stays is one entry that says
        that somebody was erased.
        """
        at = self._database.now()

        def work(connection: sa.Connection) -> int | None:
            known = sa.select(sa.exists().where(person.c.id == actor.person_id))
            left = sa.select(sa.exists().where(by_or_about(actor.person_id)))
            if not (connection.execute(known).scalar() or connection.execute(left).scalar()):
                return None
            return _forget(connection, self._ranking, actor.person_id, at)

        return await self._database.write(work, turns=[actor.person_id])


def _privacy(connection: sa.Connection, person_id: int) -> Privacy:
    hidden = connection.execute(sa.select(person.c.name_hidden).where(person.c.id == person_id)).scalar()
    clubs = connection.execute(
        sa.select(chat.c.id, chat.c.title)
        .join(membership, membership.c.chat_id == chat.c.id)
        .where(membership.c.person_id == person_id)
        .order_by(chat.c.title, chat.c.id)
    )
    ratings = connection.execute(
        sa.select(sa.func.count()).select_from(rating).where(rating.c.person_id == person_id)
    ).scalar_one()
    return Privacy(bool(hidden), tuple((row.id, row.title) for row in clubs), ratings, known=hidden is not None)


def _forget(connection: sa.Connection, ranking: Ranking, person_id: int, at: datetime) -> int:
    scores.forget_person(connection, ranking, person_id)
    connection.execute(sa.delete(membership).where(membership.c.person_id == person_id))
    ratings = connection.execute(sa.delete(rating).where(rating.c.person_id == person_id)).rowcount
    connection.execute(sa.delete(quarantine).where(quarantine.c.person_id == person_id))
    for table in (digest_run, digest_setting, outbox):
        connection.execute(sa.delete(table).where(table.c.chat_id == person_id))
    connection.execute(sa.delete(person).where(person.c.id == person_id))
    connection.execute(sa.delete(chat).where(chat.c.id == person_id))
    emptied = {"payload": None, "person_id": None, "done_at": at}  # a process that dies now has nothing to run again
    connection.execute(sa.update(inbox).where(inbox.c.person_id == person_id).values(emptied))
    erase_content(connection, person_id, at)
    return ratings
