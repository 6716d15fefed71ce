"""What every handler is given: the storage, who acts and where, and the one answer to a callback query."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from telegram import Chat, MaybeInaccessibleMessage, Message, Update
from telegram.error import BadRequest
from telegram.ext import CallbackContext, ExtBot

from handlers.edits import Edits
from handlers.flood import Flood
from handlers.i18n import speaking
from handlers.latest import Latest
from handlers.refusals import ActsAsChat, ForeignButton
from storage.service import Storage
from storage.values import Actor, NewFilm

TOO_OLD = "query is too old"
"""Of Telegram's answer to what is answered too late, or twice."""
TOAST = 200
"""Characters of a callback answer that Telegram accepts."""


Say = Callable[[], str]
"""Makes a text when it is known in which language."""


class Lookup(Protocol):
    """Where films are looked up that the catalogue lacks."""

    async def find(self, text: str) -> Sequence[NewFilm]:
        """Never raises, never takes long."""
        ...


@dataclass(slots=True)
class BotData:
    """What all handlers share. `storage` is set by whoever puts the parts together."""

    storage: Storage = field(init=False)
    edits: Edits = field(default_factory=Edits)
    operators: frozenset[int] = frozenset()
    flood: Flood = field(default_factory=lambda: Flood(None))
    latest: Latest = field(default_factory=Latest)
    lookup: Lookup | None = None
    admins: dict[tuple[int, int], float] = field(default_factory=dict)
    """When (chat, person) was last seen to be an admin, in monotonic seconds."""


# Not an attribute of the context: python-telegram-bot gives error handlers another one.
_answered: ContextVar[str] = ContextVar("answered", default="")


class Context(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], BotData]):
    """A typed context that answers a callback query at most once."""

    @property
    def storage(self) -> Storage:
        return self.bot_data.storage

    async def answer(self, update: Update, say: Say | None = None, *, alert: bool = False) -> None:
        """Answer the update's callback query, once, after the work; one that came too late is no error.

        Only who pressed reads it, so `say` is called in their language, also where messages keep to one for all.
        """
        query = update.callback_query
        if query is None or _answered.get() == query.id:
            return
        with speaking(self.storage.languages.of(query.from_user.id) or query.from_user.language_code):
            text = say() if say else None
        try:
            await query.answer(text[:TOAST] if text else None, show_alert=alert)
        except BadRequest as error:
            if TOO_OLD not in str(error).lower():
                raise
        _answered.set(query.id)  # after the call: where it did not get through, the next try answers


def acts_as_chat(update: Update) -> bool:
    return update.message is not None and update.message.sender_chat is not None


def actor_of(update: Update) -> Actor:
    """The person behind an update. Raises ActsAsChat when there is none: a press of a button always has one."""
    if acts_as_chat(update):
        raise ActsAsChat
    return viewer_of(update)


def viewer_of(update: Update) -> Actor:
    """Whoever looks, for what changes nothing. Raises ActsAsChat for an update without any sender."""
    user, chat = update.effective_user, update.effective_chat
    if user is None:
        raise ActsAsChat
    return Actor(
        person_id=user.id,
        name=user.full_name,
        chat_id=chat.id if chat else user.id,
        chat_type=str(chat.type) if chat else "private",
        chat_title=(chat.title or "") if chat else "",
        present=chat is not None,
        language=user.language_code,
        update_id=update.update_id,
    )


def owner_of(update: Update, person_id: int) -> Actor:
    """The actor, if the button is theirs. Raises ForeignButton."""
    actor = actor_of(update)
    if actor.person_id != person_id:
        raise ForeignButton
    return actor


def message_of(update: Update) -> MaybeInaccessibleMessage | None:
    """What a person sent or pressed. Of the latter often nothing is known but where it is."""
    return update.callback_query.message if update.callback_query else update.effective_message


def topic_of(update: Update) -> int | None:
    """The forum topic in which the person acts; null in General and outside of forums."""
    message = message_of(update)
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


def is_operator(update: Update, context: Context) -> bool:
    """By number: a name can be anybody's."""
    user = update.effective_user
    return user is not None and user.id in context.bot_data.operators


def is_group(chat: Chat | None) -> bool:
    return chat is not None and chat.type in {Chat.GROUP, Chat.SUPERGROUP}
