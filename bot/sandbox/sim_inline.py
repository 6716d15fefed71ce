"""What people do with the bot's name in the page: /sim/inline, /sim/choose, and BotFather's /setinlinefeedback."""

import asyncio

from aiohttp import web

from bot.sandbox import inline, people
from bot.sandbox.inline import Typed
from bot.sandbox.keys import WORLD
from bot.sandbox.sim_body import answer, body_of, chat_in, number, optional_integer, person_in, text
from bot.sandbox.state import Json
from bot.sandbox.views import sim_message

LONGEST_WAIT_S = 60.0


async def ask(request: web.Request) -> web.Response:
    """With `wait`, not before the bot has answered, or that many seconds have passed."""
    world, body = request.app[WORLD], await body_of(request)
    chat, user_id = chat_in(world, body), person_in(world, body)
    typed = Typed(user_id, str(body.get("query") or "").strip(), str(body.get("offset") or ""))
    query, update_id = inline.ask(world, chat, typed)
    if not query.answer.done() and body.get("wait"):
        await asyncio.wait([query.answer], timeout=min(number(body, "wait", 0), LONGEST_WAIT_S))
    found: Json | None = query.answer.result() if query.answer.done() else None
    return answer({"inline_query_id": query.query_id, "update_id": update_id, "answer": found})


async def choose(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    chat, user_id = chat_in(world, body), person_in(world, body)
    query, result = inline.seen(world, user_id, text(body, "inline_query_id"), text(body, "result_id"))
    people.check_can_write(world, chat, user_id)
    message, inline_id = inline.post_chosen(world, chat, query, result, optional_integer(body, "thread_id") or 0)
    update_id = people.tell(world, chat, "channel_post" if chat.type == "channel" else "message", message)
    seen = {"message": sim_message(chat, message), "inline_message_id": inline_id, "update_id": update_id}
    return answer(seen)


async def feedback(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    world.state.inline_feedback = bool(body.get("enabled"))
    return answer({"enabled": world.state.inline_feedback})
