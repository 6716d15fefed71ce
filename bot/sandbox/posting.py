"""How messages come into a chat, change, and go; everyone who looks is told."""

from bot.sandbox.state import Chat, Json
from bot.sandbox.views import sim_message
from bot.sandbox.world import World


def post(
    world: World,
    chat: Chat,
    fields: Json,
    *,
    own: bool = False,
    keyboard: Json | None = None,
    inline_id: str | None = None,
) -> Json:
    """Store a new message and show it. `own` when the bot posts; `keyboard` is any but an inline one."""
    number = world.state.new_message_id(chat)
    who: Json = {name: fields[name] for name in ("from", "sender_chat") if name in fields}
    head: Json = {"message_id": number, **who, "chat": chat.profile, "date": world.clock.date()}
    message = {**head, **fields}
    chat.messages[number] = message
    if own:
        chat.own.add(number)
    if keyboard is not None:
        chat.keyboards[number] = keyboard
    if inline_id is not None:
        chat.inline[number] = inline_id
    world.publish({"type": "message", "chat_id": chat.id, "message": sim_message(chat, message)})
    return message


def replace(world: World, chat: Chat, message: Json) -> None:
    chat.messages[message["message_id"]] = message
    world.publish({"type": "edit", "chat_id": chat.id, "message": sim_message(chat, message)})


def remove(world: World, chat: Chat, number: int) -> None:
    del chat.messages[number]
    chat.own.discard(number)
    chat.keyboards.pop(number, None)
    chat.inline.pop(number, None)
    chat.reactions.pop(number, None)
    world.publish({"type": "delete", "chat_id": chat.id, "message_id": number})


def quoted(message: Json) -> Json:
    """As it stands in `reply_to_message`: one level deep."""
    return {name: value for name, value in message.items() if name != "reply_to_message"}


def thread_fields(chat: Chat, thread_id: int) -> Json:
    """General, and chats without topics, have none."""
    return {"message_thread_id": thread_id, "is_topic_message": True} if chat.is_forum and thread_id else {}
