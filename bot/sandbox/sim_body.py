"""The body of a /sim call."""

from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.errors import SimError
from bot.sandbox.state import Chat, Json
from bot.sandbox.world import World


def answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


async def body_of(request: web.Request) -> Json:
    try:
        body = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError:
        raise SimError("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise SimError("The body must be an object.")
    return body


def integer(body: Json, name: str) -> int:
    number = optional_integer(body, name)
    if number is None:
        raise SimError(f'"{name}" is missing.')
    return number


def optional_integer(body: Json, name: str) -> int | None:
    try:
        return int(body[name]) if body.get(name) is not None else None
    except (TypeError, ValueError):
        raise SimError(f'"{name}" must be a number.') from None


def number(body: Json, name: str, default: float) -> float:
    try:
        return float(body.get(name) or default)
    except (TypeError, ValueError):
        raise SimError(f'"{name}" must be a number.') from None


def text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise SimError(f'"{name}" is missing.')
    return value


def chat_in(world: World, body: Json) -> Chat:
    chat = world.state.chats.get(integer(body, "chat_id"))
    if chat is None:
        raise SimError("There is no such chat.", 404)
    return chat


def person_in(world: World, body: Json) -> int:
    user_id = integer(body, "user_id")
    if user_id not in world.state.users:
        raise SimError("There is no such person.", 404)
    return user_id
