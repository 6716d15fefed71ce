"""The state file: a JSON snapshot, replaced whole, so that a crash leaves the one before."""

import base64
import os
from pathlib import Path

import orjson

from bot.sandbox.state import Chat, File, Json, State, User
from bot.sandbox.updates import Update
from bot.sandbox.webhook import Hook
from bot.sandbox.world import World

VERSION = 1


class Unreadable(Exception):
    """The state file is not one of ours."""


def save(world: World, path: Path, key: str) -> None:
    """Readable by its owner only: the key opens the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(snapshot(world, key), option=orjson.OPT_NON_STR_KEYS))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def snapshot(world: World, key: str) -> Json:
    state = world.state
    chats = [{"own": sorted(chat.own), **_plain(chat)} for chat in state.chats.values()]
    files = {
        name: [file.name, file.mime, base64.b64encode(file.content).decode()] for name, file in state.files.items()
    }
    waiting = [
        [each.update_id, each.kind, each.key, each.expires, each.body.decode()] for each in world.updates.waiting
    ]
    return {
        "version": VERSION,
        "key": key,
        "offset_s": world.clock.offset_s,
        "next_message_id": state.next_message_id,
        "users": list(state.users.values()),
        "chats": chats,
        "files": files,
        "commands": state.commands,
        "texts": state.texts,
        "menu_buttons": list(state.menu_buttons.items()),
        "landmarks": state.landmarks,
        "inline_feedback": state.inline_feedback,
        "next_update_id": world.updates.next_id,
        "allowed": sorted(world.updates.allowed),
        "waiting": waiting,
        "webhook": world.webhook.hook,
    }


def _plain(chat: Chat) -> Json:
    """Objects with number keys become lists of pairs: JSON has text keys only."""
    return {
        "profile": chat.profile,
        "members": list(chat.members.items()),
        "topics": list(chat.topics.items()),
        "messages": list(chat.messages.values()),
        "keyboards": list(chat.keyboards.items()),
        "reactions": list(chat.reactions.items()),
        "inline": list(chat.inline.items()),
        "next_message_id": chat.next_message_id,
        "instance": chat.instance,
        "migrated_to": chat.migrated_to,
        "deleted": chat.deleted,
    }


def load(world: World, path: Path) -> str:
    """Fill a new world from the file; returns the key. Raises Unreadable."""
    try:
        saved = orjson.loads(path.read_bytes())
        if saved["version"] != VERSION:
            raise Unreadable(f"{path} was written by another version")
        world.clock.offset_s = saved["offset_s"]
        world.state = _state(saved, world.state.bot)
        _load_updates(world, saved)
        world.webhook.hook = Hook(**saved["webhook"])
        return str(saved["key"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"{path} is no state of the sandbox: {error}") from error


def _state(saved: Json, bot: Json) -> State:
    files = {name: File(each[0], each[1], base64.b64decode(each[2])) for name, each in saved["files"].items()}
    plain = {name: saved[name] for name in ("next_message_id", "commands", "texts", "landmarks")}
    users = [User(**each) for each in saved["users"]]
    chats = [_chat(each) for each in saved["chats"]]
    return State(
        bot=bot,
        users={user.id: user for user in users},
        chats={chat.id: chat for chat in chats},
        menu_buttons=dict(saved["menu_buttons"]),
        files=files,
        inline_feedback=bool(saved.get("inline_feedback")),
        **plain,
    )


def _chat(saved: Json) -> Chat:
    pairs: Json = {name: dict(saved[name]) for name in ("members", "topics", "keyboards", "reactions")}
    pairs["inline"] = dict(saved.get("inline", ()))  # files of older versions have none
    messages = {message["message_id"]: message for message in saved["messages"]}
    plain = {name: saved[name] for name in ("profile", "next_message_id", "instance", "migrated_to", "deleted")}
    return Chat(messages=messages, own=set(saved["own"]), **pairs, **plain)


def _load_updates(world: World, saved: Json) -> None:
    world.updates.next_id = saved["next_update_id"]
    world.updates.allowed = frozenset(saved["allowed"])
    for number, kind, key, expires, body in saved["waiting"]:
        world.updates.waiting.append(Update(number, kind, key, expires, body.encode()))
