"""What people do with the bot's name: type after it, choose a result, call the bot as a guest."""

import secrets
from dataclasses import dataclass

from bot.sandbox.errors import SimError
from bot.sandbox.posting import post, quoted, thread_fields
from bot.sandbox.queries import Query
from bot.sandbox.state import MEMBERS, Chat, Json
from bot.sandbox.views import profile_of
from bot.sandbox.world import World

QUERY_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Typed:
    """Words after the bot's name in a chat, and from which offset on results are wanted."""

    user_id: int
    text: str
    offset: str = ""


def ask(world: World, chat: Chat, typed: Typed) -> tuple[Query, int | None]:
    """The query and its update id: null where Telegram answers by itself from what it kept."""
    query = world.inline_queries.open(typed.user_id, chat.id, typed.text[:QUERY_CHARACTERS], offset=typed.offset)
    kept = world.inline_queries.kept(query.user_id, query.text, query.offset)
    if kept is not None:
        query.answer.set_result(kept)
        return query, None
    kind = "sender" if chat.type == "private" else chat.type
    payload = {"id": query.query_id, "from": profile_of(world, query.user_id), "query": query.text}
    payload |= {"offset": query.offset, "chat_type": kind}
    return query, world.tell_bot("inline_query", payload, f"inline {query.user_id}")


def seen(world: World, user_id: int, query_id: str, result_id: str) -> tuple[Query, Json]:
    """A query of this person and the result of it that they choose."""
    query = world.inline_queries.find(query_id)
    if query is not None and query.user_id == user_id and query.answer.done():
        for result in query.answer.result()["results"]:
            if result["id"] == result_id:
                return query, result
    raise SimError("There is no such result.", 404)


def post_chosen(world: World, chat: Chat, query: Query, result: Json, thread_id: int) -> tuple[Json, str | None]:
    """The message, in the person's name, and its inline id: only one with a keyboard has one."""
    sender = {"from": profile_of(world, query.user_id), "via_bot": world.bot}
    message = post_inline(world, chat, {**sender, **thread_fields(chat, thread_id), **result["message"]})
    inline_id = chat.inline.get(message["message_id"])
    if world.state.inline_feedback:
        chosen = {"result_id": result["id"], "from": sender["from"], "query": query.text}
        chosen |= {"inline_message_id": inline_id} if inline_id else {}
        world.tell_bot("chosen_inline_result", chosen, f"chosen {query.user_id}")
    return message, inline_id


def call_guest(world: World, chat: Chat, message: Json) -> int | None:
    """Tell the bot of a message that names it where it is no member; null when nothing is to be told."""
    if chat.type not in {"group", "supergroup"} or chat.status(world.bot_id) in MEMBERS:
        return None
    if not _names_bot(world, message):
        return None
    query = world.guest_queries.open(message["from"]["id"], chat.id, message["text"], message_id=message["message_id"])
    return world.tell_bot("guest_message", {**message, "guest_query_id": query.query_id}, f"guest {chat.id}")


def _names_bot(world: World, message: Json) -> bool:
    name = f"@{world.bot['username']}".lower()
    mentions = (each for each in message.get("entities", ()) if each["type"] == "mention")
    units = str(message.get("text", "")).encode("utf-16-le")
    names = (units[2 * each["offset"] : 2 * (each["offset"] + each["length"])] for each in mentions)
    return any(each.decode("utf-16-le").lower() == name for each in names)


def post_as_guest(world: World, query: Query, result: Json) -> str:
    """The bot's answer in a chat where it is not; returns its inline id."""
    chat = world.state.chats[query.chat_id]
    fields: Json = {"from": world.bot, "guest_bot_caller_user": profile_of(world, query.user_id), **result["message"]}
    asked = chat.messages.get(query.message_id)
    if asked is not None:
        fields["reply_to_message"] = quoted(asked)
    message = post_inline(world, chat, fields, always=True)
    return chat.inline[message["message_id"]]


def post_inline(world: World, chat: Chat, fields: Json, *, always: bool = False) -> Json:
    """Post with an inline id, under which the bot may change it later."""
    inline_id = secrets.token_urlsafe(18) if always or "reply_markup" in fields else None
    return post(world, chat, fields, inline_id=inline_id)
