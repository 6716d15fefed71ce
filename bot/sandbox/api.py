"""The bot's side: /bot<token>/<method>. Token, fault, method, rate, then the method itself."""

import asyncio
import inspect
import logging
import re
import time
from typing import Any
from zlib import crc32

import orjson
from aiohttp import web

from bot.sandbox import params as parameters
from bot.sandbox.errors import ApiError, ours
from bot.sandbox.faults import Fault
from bot.sandbox.keys import WORLD
from bot.sandbox.methods import METHODS, PACED
from bot.sandbox.methods.files import FOLDER
from bot.sandbox.params import Params
from bot.sandbox.result import Described
from bot.sandbox.state import Json
from bot.sandbox.table import complaints, methods
from bot.sandbox.world import World

log = logging.getLogger("sandbox")

TOKEN = re.compile(r"[1-9]\d{0,15}:[\w-]{1,60}", re.ASCII)
HANG_S = 3600.0


async def answer_bot(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    started = time.perf_counter()
    method = methods().get(request.match_info["method"].lower(), request.match_info["method"])
    given = Params()
    fault: Fault | None = None
    try:
        check_token(world, request.match_info["token"])
        given = await parameters.read(request)
        fault = world.faults.strike(method, given.values)
        body = await _with_fault(world, method, given, fault)
        status = 200
    except ApiError as error:
        status, body = error.code, as_body(error)
    except Exception as error:
        log.exception("%s failed", method)
        world.journal.problem("internal", f"{method}: {error!r}")
        status, body = 500, as_body(ApiError(500, "Internal Server Error"))
    return await _respond(request, world, (method, given, status, body, started), fault)


async def download(request: web.Request) -> web.Response:
    """The content of a file at the path that getFile gave."""
    world = request.app[WORLD]
    try:
        check_token(world, request.match_info["token"])
    except ApiError as error:
        return web.Response(body=as_body(error), status=error.code, content_type="application/json")
    file = world.state.files.get(request.match_info["path"].removeprefix(FOLDER))
    return web.Response(body=file.content) if file is not None else await not_found(request)


def check_token(world: World, token: str) -> None:
    if TOKEN.fullmatch(token) is None:
        raise ApiError(401, "Unauthorized: invalid token specified")
    if world.options.token not in {None, token}:
        raise ApiError(401, "Unauthorized")


async def _with_fault(world: World, method: str, given: Params, fault: Fault | None) -> bytes:
    """Run the method, unless the fault comes before it."""
    if fault is not None and fault.kind in {"status", "401_once", "getUpdates_conflict"}:
        raise _ordered_error(fault)
    if fault is not None and fault.kind == "delay":
        await asyncio.sleep(float(fault.details.get("seconds", 1)))
    if fault is not None and fault.kind in {"html502", "bad_json", "empty_200", "hang_before", "reset"}:
        return b""
    return await run(world, method, given)


def _ordered_error(fault: Fault) -> ApiError:
    if fault.kind == "401_once":
        return ApiError(401, "Unauthorized")
    if fault.kind == "getUpdates_conflict":
        reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
        return ApiError(409, f"Conflict: {reason}")
    details = fault.details
    more = {name: details[name] for name in ("retry_after", "migrate_to_chat_id") if name in details}
    return ApiError(int(details.get("code", 500)), str(details.get("description", "Internal Server Error")), **more)


async def run(world: World, method: str, given: Params) -> bytes:
    """One call, as the body of its answer. Raises ApiError."""
    if method.lower() not in methods():
        raise ApiError(404, "Not Found: method not found")
    function = METHODS.get(method)
    if function is None:
        raise refused(world, method, "method not implemented")
    if world.options.pedantic:
        for complaint in complaints(method, given.values, set(given.uploads)):
            raise refused(world, method, complaint)
    if method in PACED and world.rates.mode != "off":
        _pace(world, method, given)
    result: Any = function(world, given)
    if inspect.isawaitable(result):
        result = await result
    world.changes += 1
    described = {"description": result.description} if isinstance(result, Described) else {}
    return orjson.dumps({"ok": True, "result": result.result if described else result, **described})


def refused(world: World, method: str, complaint: str) -> ApiError:
    world.journal.problem("pedantic", f"{method}: {complaint}")
    return ours(complaint)


def _pace(world: World, method: str, given: Params) -> None:
    wait = world.rates.wait_for(given.integer("chat_id") or crc32(given.text("inline_message_id").encode()))
    if wait <= 0:
        return
    world.journal.problem("rate", f"{method} in {given.text('chat_id')} came {wait} s too early")
    if world.rates.mode == "enforce":
        raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)


def as_body(error: ApiError) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    return orjson.dumps({**body, "parameters": error.parameters} if error.parameters else body)


Outcome = tuple[str, Params, int, bytes, float]


async def _respond(request: web.Request, world: World, outcome: Outcome, fault: Fault | None) -> web.StreamResponse:
    method, given, status, body, started = outcome
    if fault is not None and fault.kind in SPOILED:
        status, body = SPOILED[fault.kind]
    call = world.journal.record(method, given.values, status, body, (time.perf_counter() - started) * 1000)
    if status == 400 and b"can't parse entities" in body:
        world.journal.problem("bad HTML", f"{method}: {body.decode()}")
    if method != "getUpdates" or status != 200:
        world.hub.publish({"type": "call", **call.summary()})
    if fault is not None and fault.kind in {"hang_before", "execute_then_hang"}:
        await asyncio.sleep(float(fault.details.get("seconds", HANG_S)))
    if fault is not None and fault.kind in {"reset", "execute_then_drop"} and request.transport is not None:
        request.transport.abort()
    kind = "text/html" if fault is not None and fault.kind == "html502" else "application/json"
    headers = (
        {"Retry-After": str(orjson.loads(body)["parameters"]["retry_after"])} if _says_when(status, body) else None
    )
    return web.Response(body=body, status=status, content_type=kind, headers=headers)


async def obey(world: World, call: Json) -> None:
    """A call that came in a webhook's answer: made and recorded, its result lost."""
    started = time.perf_counter()
    method, given = str(call["method"]), Params({name: value for name, value in call.items() if name != "method"})
    try:
        status, body = 200, await run(world, method, given)
    except ApiError as error:
        status, body = error.code, as_body(error)
    world.journal.record(method, given.values, status, body, (time.perf_counter() - started) * 1000)


SPOILED = {
    "html502": (502, b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "bad_json": (200, b'{"ok":true,"result":'),
    "empty_200": (200, b""),
}


def _says_when(status: int, body: bytes) -> bool:
    return status == 429 and b'"retry_after"' in body


async def not_found(_: web.Request) -> web.Response:
    return web.Response(body=as_body(ApiError(404, "Not Found")), status=404, content_type="application/json")
