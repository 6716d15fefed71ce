"""What a bot may ask about a chat, and leaving one."""

from bot.sandbox.chat_checks import chat_of
from bot.sandbox.errors import bad
from bot.sandbox.membership import set_member
from bot.sandbox.params import Params
from bot.sandbox.state import ADMINS, MEMBERS, Json
from bot.sandbox.views import member_json
from bot.sandbox.world import World

GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def get_chat(world: World, params: Params) -> Json:
    chat = chat_of(world, params, write=False)
    look = {"accent_color_id": chat.id % 7, "max_reaction_count": 11}
    return {**chat.profile, **look, "accepted_gift_types": dict.fromkeys(GIFTS, False)}


def get_chat_member(world: World, params: Params) -> Json:
    chat = chat_of(world, params, write=False)
    user_id = params.integer("user_id")
    if user_id != world.bot_id and user_id not in world.state.users:
        raise bad("PARTICIPANT_ID_INVALID" if chat.type != "private" else "member not found")
    return member_json(world, chat, user_id)


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    chat = chat_of(world, params, write=False)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    users = world.state.users
    admins = [user_id for user_id, status in chat.members.items() if status in ADMINS]
    people = [each for each in admins if each == world.bot_id or not users[each].profile["is_bot"]]
    return [member_json(world, chat, user_id) for user_id in people]


def get_chat_member_count(world: World, params: Params) -> int:
    chat = chat_of(world, params, write=False)
    return sum(status in MEMBERS for status in chat.members.values())


def leave_chat(world: World, params: Params) -> bool:
    chat = chat_of(world, params)
    if chat.type == "private":
        raise bad("chat member status can't be changed in private chats")
    set_member(world, chat, world.bot_id, "left", by=world.bot_id)
    return True


def send_chat_action(world: World, params: Params) -> bool:
    if params.text("action").lower() not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = chat_of(world, params)
    world.publish({"type": "typing", "chat_id": chat.id})
    return True
