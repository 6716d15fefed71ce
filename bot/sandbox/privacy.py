"""Privacy mode: which messages of a group a bot gets to see."""

from bot.sandbox.methods.profile import ABILITIES
from bot.sandbox.state import MEMBERS, Chat, Json
from bot.sandbox.views import is_admin
from bot.sandbox.world import World


def reaches_bot(world: World, chat: Chat, message: Json) -> bool:
    if chat.type == "private":
        return True
    if chat.status(world.bot_id) not in MEMBERS:
        return False
    if is_admin(chat, world.bot_id) or ABILITIES["can_read_all_group_messages"]:
        return True
    if message.get("via_bot", {}).get("id") == world.bot_id:
        return True
    replied = message.get("reply_to_message", {}).get("from", {}).get("id")
    return replied == world.bot_id or _is_command_for_bot(world, chat, message)


def _is_command_for_bot(world: World, chat: Chat, message: Json) -> bool:
    """/cmd@bot always; a bare /cmd unless another bot has posted here since this one."""
    first: Json = next(iter(message.get("entities", [])), {})
    if first.get("type") != "bot_command" or first.get("offset") != 0:
        return False
    _, at, name = message["text"][: first["length"]].partition("@")
    if at:
        return bool(name.lower() == world.bot["username"].lower())
    bots = (each["from"]["id"] for each in reversed(chat.messages.values()) if _by_bot(each))
    return next(bots, world.bot_id) == world.bot_id


def _by_bot(message: Json) -> bool:
    return bool(message.get("from", {}).get("is_bot")) and "sender_chat" not in message
