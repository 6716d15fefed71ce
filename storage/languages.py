"""Languages: which one a chat chose to be spoken to in."""

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
        self._chosen: dict[int, str] = {}
        self._choices = 0

    def of(self, chat_id: int) -> str | None:
        """The IETF tag that the chat, or the person whose private chat it is, has chosen; null: none."""
        return self._chosen.get(chat_id)

    async def follow(self) -> None:
        """Learn what was chosen elsewhere: by way of another replica, or before this start."""
        choices = self._choices
        rows = await self._database.read(lambda connection: connection.execute(_CHOSEN).all())
        if choices == self._choices:  # else what was read is older than what is known
            self._chosen = {row.id: row.language for row in rows}

    async def choose(self, given: Actor, tag: str | None) -> None:
        """Speak it in the actor's chat from now on; null: as if nobody had chosen."""
        at = self._database.now()

        def work(connection: sa.Connection) -> int:
            actor = settled(connection, given)
            meet(connection, actor, at)
            before = connection.execute(_OF, {"id": actor.chat_id}).scalar()
            if before != tag and not is_applied(connection, actor):
                connection.execute(sa.update(chat).where(chat.c.id == actor.chat_id).values(language=tag))
                record(
                    connection, AuditAction.LANGUAGE_UPDATE, actor, at=at, subject=f"chat:{actor.chat_id}",
                    before={"language": before}, after={"language": tag},
                )  # fmt: skip
            return actor.chat_id

        chat_id = await self._database.write(work, turns=[given.chat_id])
        self._choices += 1
        if tag is None:
            self._chosen.pop(chat_id, None)
        else:
            self._chosen[chat_id] = tag
