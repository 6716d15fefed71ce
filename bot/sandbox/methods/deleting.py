"""deleteMessage and deleteMessages."""

from typing import Any

from bot.sandbox.chat_checks import chat_of
from bot.sandbox.errors import bad
from bot.sandbox.params import Params
from bot.sandbox.posting import remove
from bot.sandbox.state import Chat, Json
from bot.sandbox.views import is_admin
from bot.sandbox.world import World

OLDEST_S = 48 * 3600
MOST = 100


def delete_message(world: World, params: Params) -> bool:
    if not params.text("chat_id"):
        raise bad("chat identifier is not specified")
    if not params.integer("message_id"):
        raise bad("message identifier is not specified")
    chat = chat_of(world, params)
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad("message to delete not found")
    _check_right(world, chat, message)
    remove(world, chat, message["message_id"])
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Skips those that are gone."""
    if not params.text("chat_id"):
        raise bad("chat identifier is not specified")
    numbers = _numbers(params)
    chat = chat_of(world, params)
    messages = [chat.messages[number] for number in dict.fromkeys(numbers) if number in chat.messages]
    for message in messages:
        _check_right(world, chat, message)
    for message in messages:
        remove(world, chat, message["message_id"])
    return True


def _numbers(params: Params) -> list[int]:
    try:
        numbers: Any = params.json("message_ids")
    except ValueError:
        raise bad("can't parse message identifiers JSON object") from None
    if not isinstance(numbers, list):
        raise bad("expected an Array of message identifiers" if numbers else "message identifiers are not specified")
    if len(numbers) > MOST:
        raise bad("too many message identifiers specified")
    if not numbers:
        raise bad("message identifiers are not specified")
    return [int(number) for number in numbers if str(number).isdecimal()]


def _check_right(world: World, chat: Chat, message: Json) -> None:
    allowed = message["message_id"] in chat.own or chat.type == "private" or is_admin(chat, world.bot_id)
    if not allowed or world.clock.now() - message["date"] > OLDEST_S:
        raise bad("message can't be deleted")
