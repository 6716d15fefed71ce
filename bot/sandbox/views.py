"""Stored things as the Bot API, and the page, show them."""

from typing import Any

from bot.sandbox.state import ADMINS, Chat, Json, User
from bot.sandbox.world import World

ADMIN_RIGHTS = ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
                "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
                "can_delete_stories")  # fmt: skip
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
MEMBER_RIGHTS = ("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
                 "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
                 "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info",
                 "can_invite_users", "can_pin_messages", "can_manage_topics")  # fmt: skip

ANONYMOUS_ADMIN: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_IDENTITY: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}


def full_name(user: Json) -> str:
    return " ".join(filter(None, (user["first_name"], user.get("last_name"))))


def profile_of(world: World, user_id: int) -> Json:
    """The Bot API's User; of an id nobody has met, the little that Telegram would know."""
    if user_id == world.bot_id:
        return world.bot
    user = world.state.users.get(user_id)
    return user.profile if user else {"id": user_id, "is_bot": False, "first_name": "Somebody"}


def member_json(world: World, chat: Chat, user_id: int) -> Json:
    """The Bot API's ChatMember. Administrators here have every right, restricted people none."""
    status = chat.status(user_id)
    member: Json = {"status": status, "user": profile_of(world, user_id)}
    if status == "creator":
        return {**member, "is_anonymous": False}
    if status == "administrator":
        rights = ADMIN_RIGHTS + (CHANNEL_RIGHTS if chat.type == "channel" else GROUP_RIGHTS)
        return {**member, "can_be_edited": False, "is_anonymous": False, **dict.fromkeys(rights, True)}
    if status == "restricted":
        return {**member, "is_member": True, "until_date": 0, **dict.fromkeys(MEMBER_RIGHTS, False)}
    return {**member, "until_date": 0} if status == "kicked" else member


def sim_user(user: User) -> Json:
    return {**user.profile, "has_started": user.has_started, "blocked": user.blocked}


def sim_chat(world: World, chat: Chat) -> Json:
    return {
        **chat.profile,
        "title": chat.profile.get("title") or full_name(chat.profile),
        "members": [{"user_id": user_id, "status": status} for user_id, status in chat.members.items()],
        "topics": [{"thread_id": thread_id, "name": name} for thread_id, name in chat.topics.items()],
        "last_message": sim_message(chat, chat.last) if chat.last else None,
        "unread_for": {},
        "migrated_to": chat.migrated_to,
        "bot_status": chat.status(world.bot_id),
    }


def sim_message(chat: Chat, message: Json) -> Json:
    """With what people see and bots do not: where a file is, the reply keyboard, the bot's reactions."""
    number = message["message_id"]
    extra: Json = {"inline_message_id": chat.inline[number]} if number in chat.inline else {}
    if "document" in message:
        document = message["document"]
        extra["document"] = {**document, "url": f"/sim/file/{document['file_id']}"}
    if "photo" in message:
        extra["photo"] = {"file_name": "photo.jpg", "url": f"/sim/file/{message['photo'][-1]['file_id']}"}
    if number in chat.keyboards:
        extra["reply_keyboard"] = chat.keyboards[number]
    if chat.reactions.get(number):
        extra["reactions"] = chat.reactions[number]
    return {**message, **extra}


def is_admin(chat: Chat, user_id: int) -> bool:
    return chat.status(user_id) in ADMINS


def sender_name(message: Json) -> str:
    if "sender_chat" in message:
        return str(message["sender_chat"]["title"])
    return full_name(message["from"]) if "from" in message else ""


def keyboard_lines(message: Json) -> list[str]:
    rows: list[list[dict[str, Any]]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return ["  ".join(f"[{button['text']}]" for button in row) for row in rows]
