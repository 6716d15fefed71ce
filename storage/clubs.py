"""Clubs: which chats a person's ratings count in, and whether the bot can write there."""

from datetime import datetime

import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, record
from storage.database import Database
from storage.dialects import insert_new
from storage.inbox import is_applied
from storage.languages import Languages
from storage.models import chat, membership, person
from storage.people import meet, meet_chat
from storage.ranking import Ranking
from storage.supergroups import move, settled
from storage.turns import MEMBERSHIPS
from storage.values import Actor


def enter(connection: sa.Connection, ranking: Ranking, actor: Actor, at: datetime) -> bool:
    """Make the actor a member of the chat they act in; true if they were none."""
    row = {"person_id": actor.person_id, "chat_id": actor.chat_id, "since": at}
    if insert_new(connection, membership, row).first() is None:
        return False
    scores.add_person(connection, ranking, actor.person_id, actor.chat_id)
    return True


def join(connection: sa.Connection, ranking: Ranking, actor: Actor, at: datetime) -> bool:
    """The same where no rating tells of it: with an entry of its own."""
    if not enter(connection, ranking, actor, at):
        return False
    record(connection, AuditAction.CLUB_JOIN, actor, at=at, subject=f"chat:{actor.chat_id}")
    return True


def _known(connection: sa.Connection, chat_id: int) -> bool:
    return connection.execute(sa.select(chat.c.id).where(chat.c.id == chat_id)).scalar() is not None


class Clubs:
    def __init__(self, database: Database, ranking: Ranking, languages: Languages) -> None:
        self._database = database
        self._ranking = ranking
        self._languages = languages

    async def join(self, given: Actor) -> bool:
        """Count the actor's ratings in this chat from now on; true if they did not count before."""
        at = self._database.now()

        def work(connection: sa.Connection) -> bool:
            actor = settled(connection, given)
            meet(connection, actor, at)
            return actor.in_club and join(connection, self._ranking, actor, at)

        return await self._database.write(work, turns=[given.person_id, given.chat_id])

    async def leave(self, actor: Actor, chat_id: int | None = None) -> bool:
        """Stop counting the actor's ratings in a club (by default the chat they act in); true if they did."""
        at = self._database.now()

        def work(connection: sa.Connection) -> bool:
            club = settled(connection, actor).chat_id if chat_id is None else chat_id
            theirs = (membership.c.person_id == actor.person_id) & (membership.c.chat_id == club)
            if not connection.execute(sa.delete(membership).where(theirs)).rowcount:
                return False
            scores.remove_person(connection, self._ranking, actor.person_id, club)
            record(connection, AuditAction.CLUB_LEAVE, actor, at=at, subject=f"chat:{club}")
            return True

        return await self._database.write(work, turns=[actor.person_id, chat_id or actor.chat_id])

    async def knows(self, chat_id: int) -> bool:
        """Whether the bot has met this chat, or the person whose private chat has this number."""

        def query(connection: sa.Connection) -> bool:
            theirs = sa.select(person.c.id).where(person.c.id == chat_id)
            return _known(connection, chat_id) or connection.execute(theirs).first() is not None

        return await self._database.read(query)

    async def title(self, chat_id: int) -> str:
        query = sa.select(chat.c.title).where(chat.c.id == chat_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar()) or ""

    async def migrate(self, old_id: int, new_id: int, actor: Actor | None = None) -> bool:
        """A group became a supergroup: everything moves to its new id; false when that was known."""
        at = self._database.now()
        turns = {old_id, new_id, MEMBERSHIPS}
        is_news = await self._database.write(
            lambda connection: move(connection, self._ranking, old_id, new_id, actor, at), turns=turns
        )
        if is_news:
            await self._languages.follow()  # the new id speaks as the old one did
        return is_news

    async def set_active(self, chat_id: int, active: bool, actor: Actor | None) -> bool:
        """Note that the bot can write to a chat, or no longer; true if that is news. Digests wait meanwhile."""
        at = self._database.now()

        def work(connection: sa.Connection) -> bool:
            if actor is not None and is_applied(connection, actor):
                return False
            if actor is not None and actor.chat_id == chat_id and not _known(connection, chat_id):
                if not active:  # nothing is owed there: who had themselves erased and blocks the bot is not met anew
                    return False
                meet_chat(connection, actor, at)
            changed = connection.execute(
                sa.update(chat).where(chat.c.id == chat_id, chat.c.active != active).values(active=active)
            ).rowcount
            if not changed:
                return False
            action = AuditAction.CHAT_ACTIVATE if active else AuditAction.CHAT_DEACTIVATE
            record(connection, action, actor, at=at, subject=f"chat:{chat_id}")
            return True

        return await self._database.write(work)
