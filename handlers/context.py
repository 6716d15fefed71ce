"""What every handler gets, and who acts in an update."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from telegram import Chat, Update, User
from telegram.constants import ChatType
from telegram.ext import CallbackContext, ExtBot

from handlers.admins import Admins
from storage.service import Storage
from storage.values import Actor


@dataclass(frozen=True, slots=True)
class BotData:
    """What handlers share. `operators` are the user ids of those who run this bot."""

    storage: Storage
    operators: frozenset[int] = frozenset()
    admins: Admins = field(default_factory=Admins)


Context: TypeAlias = CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], BotData]


def actor_of(update: Update) -> Actor:
    """Who caused an update, and where; a button of an inline message acts in the person's private chat."""
    user = update.effective_user
    if user is None:
        raise ValueError("nobody caused this update")
    return actor(user, update.effective_chat, update.update_id)


def actor(user: User, chat: Chat | None, update_id: int | None = None) -> Actor:
    return Actor(
        person_id=user.id,
        name=user.full_name,
        chat_id=chat.id if chat else user.id,
        chat_type=str(chat.type) if chat else str(ChatType.PRIVATE),
        chat_title=(chat.title if chat else None) or "",
        language=user.language_code,
        update_id=update_id,
    )


def language_of(update: Update) -> str | None:
    """The language of the person who is answered."""
    return update.effective_user.language_code if update.effective_user else None


def is_private(update: Update) -> bool:
    return update.effective_chat is None or update.effective_chat.type == ChatType.PRIVATE


def is_masked(update: Update) -> bool:
    """Whether somebody writes as a group or a channel: then `from` is a stand-in for who knows whom."""
    return update.message is not None and update.message.sender_chat is not None
