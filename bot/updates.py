"""Raw updates: whose they are, and what handlers see of them."""

import json
from typing import Any

import orjson
from telegram import Bot, CallbackQuery, Chat, InaccessibleMessage, Update, User

MOMENTARY = ("inline_query", "chosen_inline_result", "guest_message")
"""Worth nothing in ten seconds, so they are not kept."""

ACCEPTED = ["message", "callback_query", "my_chat_member", "chat_member", *MOMENTARY]
"""What Telegram shall send. Edited messages are left out: an edit must not run a command again."""


def is_momentary(update: dict[str, Any]) -> bool:
    return any(name in update for name in MOMENTARY)


def is_id(value: object) -> bool:
    """Whether the database can hold it: Telegram's numbers are 64-bit."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def person_of(update: dict[str, Any]) -> int | None:
    """The user whose update it is, for what one person causes runs in order. None for channel posts."""
    for name, content in update.items():
        if name != "update_id" and isinstance(content, dict):
            sender = content.get("from") or content.get("user")
            person = sender.get("id") if isinstance(sender, dict) else None
            return person if is_id(person) else None
    return None


def raw(update: dict[str, Any]) -> bytes:
    """As it came, but for the keyboard of a pressed message, which is taken out of `update`: nobody reads it, and it
    is half of what would be stored and parsed.

    The faster writer refuses what is nested over 254 deep: such an update would stop all others.
    """
    press = update.get("callback_query")
    message = press.get("message") if isinstance(press, dict) else None
    if isinstance(message, dict):
        message.pop("reply_markup", None)
    try:
        return orjson.dumps(update)
    except orjson.JSONEncodeError:
        return json.dumps(update).encode()


def parsed(payload: bytes, bot: Bot) -> Update:
    """The update as handlers see it. Raises whatever python-telegram-bot raises for a shape that it does not expect.

    Of a pressed message it has only where that is, as Telegram shows a very old one; nobody needs more, but for a
    topic or a file that it answers. What python-telegram-bot makes of the rest was a seventh of a press.
    """
    update = orjson.loads(payload)
    press = update.get("callback_query") or {}
    message = press.get("message")
    if not isinstance(message, dict) or _says_more(message):
        return Update.de_json(update, bot)
    place = InaccessibleMessage(Chat.de_json(message["chat"], bot), message["message_id"])
    sender, data = User.de_json(press["from"], bot), press.get("data")
    query = CallbackQuery(press["id"], sender, press["chat_instance"], place, data)
    query.set_bot(bot)
    return Update(update["update_id"], callback_query=query)


def _says_more(message: dict[str, Any]) -> bool:
    answers = message.get("reply_to_message")
    return bool(message.get("is_topic_message")) or (isinstance(answers, dict) and "document" in answers)
