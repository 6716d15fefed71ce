"""Who is in a chat: joining, leaving, promotion, blocking, and a group's move to a supergroup."""

from bot.sandbox.errors import SimError
from bot.sandbox.posting import post
from bot.sandbox.state import MEMBERS, Chat, Json
from bot.sandbox.views import is_admin, member_json, profile_of
from bot.sandbox.world import World

STATUSES = frozenset({"creator", "administrator", "member", "restricted", "left", "kicked"})


def add_private_chat(world: World, profile: Json) -> Chat:
    """The one between a person and the bot; it has the person's id."""
    names: Json = {name: profile[name] for name in ("first_name", "last_name", "username") if name in profile}
    chat = Chat({"id": profile["id"], "type": "private", **names})
    chat.members = {profile["id"]: "member", world.bot_id: "member"}
    world.state.chats[chat.id] = chat
    return chat


def set_member(world: World, chat: Chat, user_id: int, status: str, *, by: int | None = None) -> int | None:
    """Change it and tell: the update's number, None if there is none. `by` is the one who did it."""
    if status not in STATUSES:
        raise SimError(f"No such status: {status}.")
    if chat.type == "private":
        raise SimError("Nobody joins or leaves a private chat; block the bot instead.")
    before = member_json(world, chat, user_id)
    was_in = chat.status(user_id) in MEMBERS
    saw = chat.status(world.bot_id) in MEMBERS
    actor = by or _creator(chat) or user_id
    chat.members[user_id] = status
    number = _tell(world, chat, user_id, before, actor)
    if was_in != (status in MEMBERS) and chat.type != "channel":
        _announce(world, chat, user_id, actor, joined=not was_in, saw=saw)
    world.publish({"type": "state"})
    return number


def _creator(chat: Chat) -> int | None:
    return next((user_id for user_id, status in chat.members.items() if status == "creator"), None)


def _tell(world: World, chat: Chat, user_id: int, before: Json, actor: int) -> int | None:
    """Of others' comings and goings only administrators learn."""
    about_bot = user_id == world.bot_id
    if not about_bot and not is_admin(chat, world.bot_id):
        return None
    after = member_json(world, chat, user_id)
    change: Json = {"chat": chat.profile, "from": profile_of(world, actor), "date": world.clock.date()}
    change |= {"old_chat_member": before, "new_chat_member": after}
    return world.tell_bot("my_chat_member" if about_bot else "chat_member", change, f"membership {chat.id}")


def _announce(world: World, chat: Chat, user_id: int, actor: int, *, joined: bool, saw: bool) -> None:
    """The service message; a bot sees it if it was in the chat before or is after."""
    who = profile_of(world, user_id)
    news: Json = {"new_chat_members": [who]} if joined else {"left_chat_member": who}
    message = post(world, chat, {"from": profile_of(world, actor), **news})
    if saw or chat.status(world.bot_id) in MEMBERS:
        world.tell_bot("message", message, f"chat {chat.id}")


def set_blocked(world: World, user_id: int, *, blocked: bool) -> int | None:
    """A person blocks or unblocks the bot, which makes it kicked from, or member of, their private chat."""
    user = world.state.users.get(user_id)
    if user is None:
        raise SimError("There is no such person.", 404)
    chat = world.state.chats[user_id]
    before = member_json(world, chat, world.bot_id)
    user.blocked = blocked
    chat.members[world.bot_id] = "kicked" if blocked else "member"
    change: Json = {"chat": chat.profile, "from": user.profile, "date": world.clock.date()}
    change |= {"old_chat_member": before, "new_chat_member": member_json(world, chat, world.bot_id)}
    world.publish({"type": "state"})
    return world.tell_bot("my_chat_member", change, f"membership {chat.id}")


def migrate(world: World, chat: Chat, suppress: list[str]) -> Chat:
    """A basic group becomes a supergroup. `suppress` names service messages that get lost: "to", "from"."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise SimError("Only a basic group becomes a supergroup, and only once.")
    supergroup = Chat({**chat.profile, "id": world.state.new_chat_id("supergroup"), "type": "supergroup"})
    supergroup.members = dict(chat.members)
    world.state.chats[supergroup.id] = supergroup
    actor = {"from": profile_of(world, _creator(chat) or world.bot_id)}
    moved = post(world, chat, {**actor, "migrate_to_chat_id": supergroup.id})
    arrived = post(world, supergroup, {**actor, "migrate_from_chat_id": chat.id})
    chat.migrated_to = supergroup.id
    if "to" not in suppress:
        world.tell_bot("message", moved, f"chat {chat.id}")
    if "from" not in suppress:
        world.tell_bot("message", arrived, f"chat {supergroup.id}")
    world.publish({"type": "state"})
    return supergroup
