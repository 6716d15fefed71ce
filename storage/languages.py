"""Languages: which one a chat chose to be spoken to in."""

import asyncio

import sqlalchemy as sa

from storage.audit import AuditAction, record
from storage.database import Database
from storage.inbox import is_applied
from storage.models import chat
from storage.people import meet
from storage.supergroups import settled
from storage.values import Actor

_CHOSEN = sa.select(chat.c.id, chat.c.language).where(chat.c.language.is_not(None))
_OF = sa.select(chat.c.language).where(chat.c.id == sa.bindparam("id", type_=sa.BigInteger))


class Languages:
    """Kept in memory, all of those that were chosen: every update asks for one, and hardly any chat chooses."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chosen: dict[int, str | None] = {}
        self._meanwhile: dict[int, str | None] = {}
        """Chosen here since `follow` began to read: what it reads may be older."""
        self._following = asyncio.Lock()

    def of(self, chat_id: int) -> str | None:
        """The IETF tag that the chat, or the person whose private chat it is, has chosen; null: none."""
        return self._chosen.get(chat_id)

    async def follow(self) -> None:
        """Learn what was chosen elsewhere: by way of another replica, or before this start."""
        async with self._following:
            self._meanwhile.clear()
            rows = await self._database.read(lambda connection: connection.execute(_CHOSEN).all())
            self._chosen = {row.id: row.language for row in rows} | self._meanwhile

    def forget(self, chat_id: int) -> None:
        """Of somebody who was erased."""
        self._know(chat_id, None)

    async def choose(self, given: Actor, tag: str | None) -> str | None:
        """Speak it in the actor's chat from now on; null: as if nobody had chosen. Returns what is chosen then."""
        at = self._database.now()

        def work(connection: sa.Connection) -> tuple[int, str | None]:
            actor = settled(connection, given)
            meet(connection, actor, at)
            before = connection.execute(_OF, {"id": actor.chat_id}).scalar()
            if before == tag or is_applied(connection, actor):  # applied: somebody may have chosen otherwise since
                return actor.chat_id, before
            connection.execute(sa.update(chat).where(chat.c.id == actor.chat_id).values(language=tag))
            record(
                connection, AuditAction.LANGUAGE_UPDATE, actor, at=at, subject=f"chat:{actor.chat_id}",
                before={"language": before}, after={"language": tag},
            )  # fmt: skip
            return actor.chat_id, tag

        chat_id, chosen = await self._database.write(work, turns=[given.chat_id])
        self._know(chat_id, chosen)
        return chosen

    def _know(self, chat_id: int, tag: str | None) -> None:
        self._chosen[chat_id] = self._meanwhile[chat_id] = tag
