"""What people do: type, edit, press a button. Each becomes what Telegram would send to the bot."""

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.callbacks import Press
from bot.sandbox.errors import SimError
from bot.sandbox.inline import call_guest
from bot.sandbox.methods.documents import described
from bot.sandbox.posting import post, quoted, replace, thread_fields
from bot.sandbox.privacy import reaches_bot
from bot.sandbox.state import MEMBERS, Chat, File, Json
from bot.sandbox.text import CAPTION_CHARACTERS, TEXT_CHARACTERS, typed
from bot.sandbox.views import ANONYMOUS_ADMIN, CHANNEL_IDENTITY, is_admin, profile_of
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Said:
    """A message that a person sends. `as_chat` is the group (anonymous admin) or a channel they speak for."""

    user_id: int
    text: str
    reply_to: int | None = None
    thread_id: int | None = None
    as_chat: int | None = None


def say(world: World, chat: Chat, said: Said) -> tuple[Json, int | None]:
    """The message and its update id, None when the bot does not get to see it."""
    check_can_write(world, chat, said.user_id)
    text = typed(said.text)
    if not 1 <= len(text.text) <= TEXT_CHARACTERS:
        raise SimError(f"A message has 1 to {TEXT_CHARACTERS} characters.")
    fields = {**_sender(world, chat, said), **_place(chat, said), **text.fields()}
    message = post(world, chat, fields)
    kind = "channel_post" if chat.type == "channel" else "message"
    called = call_guest(world, chat, message)
    return message, called if called is not None else tell(world, chat, kind, message)


def give(world: World, chat: Chat, said: Said, file: File) -> tuple[Json, int | None]:
    """The same with a file; its text, which may be empty, is the caption."""
    check_can_write(world, chat, said.user_id)
    caption = typed(said.text)
    if len(caption.text) > CAPTION_CHARACTERS:
        raise SimError(f"A caption has at most {CAPTION_CHARACTERS} characters.")
    file_id = secrets.token_urlsafe(36)
    world.state.files[file_id] = file
    words = caption.fields("caption", "caption_entities") if caption.text else {}
    fields = {**_sender(world, chat, said), **_place(chat, said), "document": described(file_id, file), **words}
    message = post(world, chat, fields)
    return message, tell(world, chat, "channel_post" if chat.type == "channel" else "message", message)


def edit(world: World, chat: Chat, user_id: int, number: int, text: str) -> tuple[Json, int | None]:
    message = chat.messages.get(number)
    if message is None or message.get("from", {}).get("id") != user_id:
        raise SimError("People can edit only their own messages.")
    fields = typed(text).fields()
    rest = {name: value for name, value in message.items() if name not in {"text", "entities"}}
    edited = {**rest, "edit_date": world.clock.date(), **fields}
    replace(world, chat, edited)
    return edited, tell(world, chat, "edited_message", edited)


def tell(world: World, chat: Chat, kind: str, message: Json) -> int | None:
    """The update's number, null when the bot does not get to see the message."""
    return world.tell_bot(kind, message, f"chat {chat.id}") if reaches_bot(world, chat, message) else None


def check_can_write(world: World, chat: Chat, user_id: int) -> None:
    if chat.migrated_to is not None:
        raise SimError("This group has become a supergroup; write there.")
    if chat.type == "private":
        _check_private(world, chat, user_id)
    elif chat.status(user_id) not in MEMBERS:
        raise SimError("Only members can write here.", 403)
    elif chat.type == "channel" and not is_admin(chat, user_id):
        raise SimError("Only administrators can post in a channel.", 403)


def _check_private(world: World, chat: Chat, user_id: int) -> None:
    if chat.id != user_id:
        raise SimError("This private chat belongs to somebody else.", 403)
    user = world.state.users[user_id]
    if user.blocked:
        raise SimError("You have blocked the bot; unblock it first.", 403)
    if not user.has_started:
        user.has_started = True
        world.publish({"type": "state"})


def _sender(world: World, chat: Chat, said: Said) -> Json:
    if chat.type == "channel":
        return {"sender_chat": chat.profile}
    if said.as_chat is None:
        return {"from": profile_of(world, said.user_id)}
    identity = world.state.chats.get(said.as_chat)
    if identity is None or not is_admin(identity, said.user_id):
        raise SimError("Only an administrator can speak for a chat.", 403)
    face = ANONYMOUS_ADMIN if identity.id == chat.id else CHANNEL_IDENTITY
    return {"from": face, "sender_chat": identity.profile}


def _place(chat: Chat, said: Said) -> Json:
    replied = chat.messages.get(said.reply_to) if said.reply_to is not None else None
    if said.reply_to is not None and replied is None:
        raise SimError("The message to reply to is gone.")
    if said.thread_id and said.thread_id not in chat.topics:
        raise SimError("There is no such topic here.")
    place = thread_fields(chat, said.thread_id or 0)
    return {**place, "reply_to_message": quoted(replied)} if replied else place


@dataclass(frozen=True, slots=True)
class Tap:
    """A press on a button, named by its place, or with `data` of its own when `forge` allows that."""

    user_id: int
    message_id: int
    row: int | None = None
    col: int | None = None
    data: str | None = None
    forge: bool = False


def press(world: World, chat: Chat, tap: Tap) -> tuple[Press, int | None]:
    """The open callback query and its update id."""
    if chat.type == "private" and chat.id != tap.user_id:
        raise SimError("This private chat belongs to somebody else.", 403)
    message = chat.messages.get(tap.message_id)
    if message is None and not tap.forge:
        raise SimError("That message is gone.", 404)
    data = _data(message, tap)
    query = world.presses.open(tap.user_id, chat.id, tap.message_id, data)
    payload = {"id": query.query_id, "from": profile_of(world, tap.user_id), **_pressed(chat, message, tap)}
    payload |= {"chat_instance": chat.instance, "data": data}
    return query, world.tell_bot("callback_query", payload, f"press {tap.user_id}")


def _pressed(chat: Chat, message: Json | None, tap: Tap) -> Json:
    """What came by inline mode is known by its inline id alone."""
    if tap.message_id in chat.inline:
        return {"inline_message_id": chat.inline[tap.message_id]}
    return {"message": message or {"chat": chat.profile, "message_id": tap.message_id, "date": 0}}


def _data(message: Json | None, tap: Tap) -> str:
    if tap.forge and tap.data is not None:
        return tap.data
    button = _button((message or {}).get("reply_markup", {}).get("inline_keyboard", []), tap)
    if "callback_data" not in button:
        raise SimError(f"The button {button['text']!r} does not go to the bot.")
    return str(button["callback_data"])


def _button(rows: list[list[dict[str, Any]]], tap: Tap) -> Json:
    if tap.data is not None:
        found = next((button for row in rows for button in row if button.get("callback_data") == tap.data), None)
        if found is None:
            raise SimError(f'No button carries {tap.data!r}; forged data needs "forge".', 404)
        return found
    try:
        return rows[tap.row or 0][tap.col or 0]
    except IndexError:
        raise SimError("There is no such button.", 404) from None
