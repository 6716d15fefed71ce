"""Raw updates: whose they are, and what to leave out before parsing."""

import json
from typing import Any

import orjson

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
    """As it came. The faster writer refuses what is nested over 254 deep: such an update would stop all others."""
    try:
        return orjson.dumps(update)
    except orjson.JSONEncodeError:
        return json.dumps(update).encode()


def slim(payload: bytes) -> Any:
    """The update without the pressed message's keyboard, which nobody needs and which is half of parsing."""
    update = orjson.loads(payload)
    message = (update.get("callback_query") or {}).get("message")
    if isinstance(message, dict):
        message.pop("reply_markup", None)
    return update
