"""A group that becomes a supergroup gets a new id: everything that hung on the old one moves, once."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from storage import scores
from storage.audit import AuditAction, record
from storage.dialects import insert_new
from storage.models import chat, chat_alias, digest_run, digest_setting, membership, outbox, rating
from storage.ranking import Ranking
from storage.values import Actor

_ALIAS = sa.select(chat_alias.c.new_id).where(chat_alias.c.old_id == sa.bindparam("old", type_=sa.BigInteger))


def settled(connection: sa.Connection, actor: Actor) -> Actor:
    """The actor in the chat as it is called today: an update from before the move may be handled after it."""
    if actor.chat_type != "group":
        return actor
    new_id = connection.execute(_ALIAS, {"old": actor.chat_id}).scalar()
    return actor if new_id is None else replace(actor, chat_id=new_id, chat_type="supergroup")


def move(
    connection: sa.Connection, ranking: Ranking, old_id: int, new_id: int, actor: Actor | None, at: datetime
) -> bool:
    """Move members, where ratings were set, the digest and what is owed; false when that was done before.

    Telegram says it up to three times, in any order. Audit entries stay as they are: the alias links them. The caller
    has the turn at all memberships.
    """
    alias = {"old_id": old_id, "new_id": new_id, "at": at}
    if old_id == new_id or insert_new(connection, chat_alias, alias).first() is None:
        return False
    # Whoever queues a digest holds the setting, whoever has sent one the message: they come before this, or after it.
    theirs = digest_setting.c.chat_id.in_([old_id, new_id])
    connection.execute(sa.select(sa.literal(1)).where(theirs).with_for_update())
    former = connection.execute(sa.select(chat).where(chat.c.id == old_id)).one_or_none()
    title = former.title if former else ""
    row = {"id": new_id, "type": "supergroup", "title": title, "active": True, "first_seen_at": at}
    insert_new(connection, chat, row)
    if former and former.language:
        silent = sa.update(chat).where(chat.c.id == new_id, chat.c.language.is_(None))
        connection.execute(silent.values(language=former.language))
    for table in (outbox, rating):
        connection.execute(sa.update(table).where(table.c.chat_id == old_id).values(chat_id=new_id))
    for table in (membership, digest_run, digest_setting):
        _take_over(connection, table, old_id, new_id)
    scores.recount_club(connection, ranking, new_id, instead_of=old_id)
    connection.execute(sa.delete(chat).where(chat.c.id == old_id))
    record(
        connection, AuditAction.CHAT_MIGRATE, actor, at=at, subject=f"chat:{new_id}",
        before={"chat": old_id}, after={"chat": new_id},
    )  # fmt: skip
    return True


def _take_over(connection: sa.Connection, table: sa.Table, old_id: int, new_id: int) -> None:
    """Rows of the old chat become the new one's, but for those that it has already."""
    keys = [column for column in table.primary_key if column.name != "chat_id"]

    def of(chat_id: int) -> set[tuple[object, ...]]:
        query = sa.select(sa.literal(1), *keys).where(table.c.chat_id == chat_id)
        return {tuple(row)[1:] for row in connection.execute(query)}

    taken = of(new_id)
    for values in of(old_id):
        row = sa.and_(table.c.chat_id == old_id, *(key == value for key, value in zip(keys, values, strict=True)))
        if values in taken:
            connection.execute(sa.delete(table).where(row))
        else:
            connection.execute(sa.update(table).where(row).values(chat_id=new_id))
