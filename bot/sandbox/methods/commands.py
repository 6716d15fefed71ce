"""Command lists per scope and language, and which of them a person sees."""

import re
from typing import Any

import orjson

from bot.sandbox.errors import bad
from bot.sandbox.params import Params
from bot.sandbox.state import ADMINS, Chat, Json
from bot.sandbox.world import World

NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
MOST = 100
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
SCOPES = CHAT_SCOPES | {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}


def set_my_commands(world: World, params: Params) -> bool:
    try:
        value = params.json("commands")
    except ValueError:
        raise bad("can't parse commands JSON object") from None
    if not isinstance(value, list):
        raise bad("expected an Array of BotCommand")
    commands = [_command(each) for each in value]
    key = _key(params)
    if any(NAME.fullmatch(each["command"]) is None for each in commands):
        raise bad("BOT_COMMAND_INVALID")
    if len(commands) > MOST:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    world.state.commands[key] = commands
    world.publish({"type": "state"})
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.state.commands.get(_key(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.state.commands.pop(_key(params), None)
    world.publish({"type": "state"})
    return True


def _command(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if not isinstance(value.get(field), str):
            raise bad(f"can't parse BotCommand: can't find field \"{field}\"")
    name, description = value["command"].removeprefix("/"), value["description"].strip()
    if not name:
        raise bad("command must be non-empty")
    if len(name) > 32:
        raise bad("command length must not exceed 32")
    if not description:
        raise bad("command description must be non-empty")
    if len(description) > 256:
        raise bad("command description length must not exceed 256")
    return {"command": name, "description": description}


def _key(params: Params) -> str:
    """One text per scope and language."""
    try:
        scope = params.json("scope") or {"type": "default"}
    except ValueError:
        raise bad("can't parse BotCommandScope JSON object") from None
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    if scope["type"] in CHAT_SCOPES and "chat_id" not in scope:
        raise bad("can't parse BotCommandScope: can't find field \"chat_id\"")
    return key_of(scope["type"], scope.get("chat_id", ""), scope.get("user_id", ""), params.text("language_code"))


def key_of(scope: str, chat_id: int | str = "", user_id: int | str = "", language: str = "") -> str:
    return orjson.dumps([scope, str(chat_id), str(user_id), language]).decode()


def visible_to(world: World, chat: Chat, user_id: int) -> list[Json]:
    """The list that Telegram offers to this person here: the narrowest scope first, their language before none."""
    user = world.state.users.get(user_id)
    language = str(user.profile.get("language_code", ""))[:2] if user else ""
    for scope, chat_id, member_id in _scopes(chat, user_id):
        for code in dict.fromkeys((language, "")):
            commands = world.state.commands.get(key_of(scope, chat_id, member_id, code))
            if commands:
                return commands
    return []


def _scopes(chat: Chat, user_id: int) -> list[tuple[str, int | str, int | str]]:
    """In the order of the Bot API's BotCommandScope."""
    if chat.type == "private":
        return [("chat", chat.id, ""), ("all_private_chats", "", ""), ("default", "", "")]
    everywhere = ["all_group_chats", "default"]
    here: list[tuple[str, int | str, int | str]] = [
        ("chat_member", chat.id, user_id),
        ("chat_administrators", chat.id, ""),
        ("chat", chat.id, ""),
    ]
    if chat.status(user_id) in ADMINS:
        everywhere.insert(0, "all_chat_administrators")
    else:
        del here[1]
    return [*here, *((scope, "", "") for scope in everywhere)]
