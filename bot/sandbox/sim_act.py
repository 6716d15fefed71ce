"""What people do in the page: /sim/message, /sim/document and /sim/press."""

import asyncio
import base64
import mimetypes

from aiohttp import web

from bot.sandbox import people
from bot.sandbox.callbacks import Press
from bot.sandbox.errors import SimError
from bot.sandbox.keys import WORLD
from bot.sandbox.people import Said, Tap
from bot.sandbox.sim_body import answer, body_of, chat_in, integer, number, optional_integer, person_in, text
from bot.sandbox.state import Chat, File, Json
from bot.sandbox.views import sim_message

LONGEST_WAIT_S = 60.0


async def message(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    chat, user_id = chat_in(world, body), person_in(world, body)
    words, edited = text(body, "text"), optional_integer(body, "edit")
    if edited is not None:
        stored, update_id = people.edit(world, chat, user_id, edited, words)
    else:
        places = {name: optional_integer(body, name) for name in ("reply_to", "thread_id", "as_chat")}
        stored, update_id = people.say(world, chat, Said(user_id, words, **places))
    return answer({"message": sim_message(chat, stored), "update_id": update_id})


async def document(request: web.Request) -> web.Response:
    """A file: its name, its content in base64, and perhaps a caption."""
    world, body = request.app[WORLD], await body_of(request)
    chat, user_id, name = chat_in(world, body), person_in(world, body), text(body, "name")
    try:
        content = base64.b64decode(str(body.get("content") or ""), validate=True)
    except ValueError:
        raise SimError('"content" must be base64.') from None
    file = File(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content)
    said = Said(user_id, str(body.get("caption") or ""), optional_integer(body, "reply_to"))
    stored, update_id = people.give(world, chat, said, file)
    return answer({"message": sim_message(chat, stored), "update_id": update_id})


async def press(request: web.Request) -> web.Response:
    """With `wait`, not before the bot has answered, or that many seconds have passed."""
    world, body = request.app[WORLD], await body_of(request)
    chat = chat_in(world, body)
    tap = Tap(
        person_in(world, body), integer(body, "message_id"),
        row=optional_integer(body, "row"), col=optional_integer(body, "col"),
        data=str(body["data"]) if body.get("data") is not None else None, forge=bool(body.get("forge")),
    )  # fmt: skip
    query, update_id = people.press(world, chat, tap)
    seen: Json = {"callback_query_id": query.query_id, "update_id": update_id, "answer": None}
    if body.get("wait"):
        seen |= await _waited(query, chat, min(number(body, "wait", 0), LONGEST_WAIT_S))
    return answer(seen)


async def _waited(query: Press, chat: Chat, seconds: float) -> Json:
    await asyncio.wait([query.answer], timeout=seconds)
    message = chat.messages.get(query.message_id)
    return {
        "answer": query.answer.result() if query.answer.done() else None,
        "message": sim_message(chat, message) if message else None,
    }
