"""May the bot do this here? Telegram's order of checks and its words."""

import re

from bot.sandbox.errors import ApiError, bad, forbidden
from bot.sandbox.params import Params
from bot.sandbox.state import ADMINS, Chat
from bot.sandbox.world import World

GENERAL = 1
NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


def chat_of(world: World, params: Params, name: str = "chat_id", *, write: bool = True) -> Chat:
    """The chat that a parameter names. `write` is false for methods that only look."""
    raw = params.text(name)
    if not raw:
        raise bad("chat_id is empty")
    chat = _find(world, raw)
    if chat.type == "private":
        return _private(world, chat, write=write)
    if write and chat.migrated_to is not None:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if write and chat.deleted:
        raise forbidden("the group chat was deleted")
    status = chat.status(world.bot_id)
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status == "left" and chat.migrated_to is None:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def _find(world: World, raw: str) -> Chat:
    if raw.startswith("@"):
        found = (chat for chat in world.state.chats.values() if chat.type != "private")
        chat = next((c for c in found if c.profile.get("username", "").lower() == raw[1:].lower()), None)
    else:
        chat = world.state.chats.get(int(raw)) if NUMBER.fullmatch(raw) else None
    if chat is None:
        raise bad("chat not found")
    return chat


def _private(world: World, chat: Chat, *, write: bool) -> Chat:
    user = world.state.users[chat.id]
    if write and user.deactivated:
        raise forbidden("user is deactivated")
    if not user.has_started:
        raise bad("chat not found")
    return chat


def check_thread(chat: Chat, thread_id: int) -> None:
    """Chats without topics ignore the id."""
    if chat.is_forum and thread_id and (thread_id == GENERAL or thread_id not in chat.topics):
        raise bad("message thread not found")


def check_posting(world: World, chat: Chat) -> None:
    if chat.type == "channel" and chat.status(world.bot_id) not in ADMINS:
        raise bad("need administrator rights in the channel chat")


def check_rights(world: World, chat: Chat) -> None:
    if chat.status(world.bot_id) == "restricted":
        raise bad("not enough rights to send text messages to the chat")


def refusal_of_server(world: World, chat: Chat) -> ApiError | None:
    """What only Telegram's own servers know: that the person has blocked the bot."""
    if chat.type == "private" and world.state.users[chat.id].blocked:
        return forbidden("bot was blocked by the user")
    return None
