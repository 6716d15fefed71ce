"""A Bot API of a few lines on a real socket, whose misbehaviour a test writes down answer by answer.

The sandbox is the faithful one. This one is for what a faithful server never does.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "123456789:AAE-secret_secret_secret_secret_abc"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Matinee", "username": "matinee_test_bot"}
NO_HOOK = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def error(status: int, description: str, **parameters: Any) -> Answer:
    """What Telegram answers when it refuses."""
    body = {"ok": False, "error_code": status, "description": description}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)

    return answer


def result(value: Any) -> Answer:
    """What Telegram answers when all is well."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "result": value})

    return answer


async def html_502(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>Bad Gateway</html>", status=502, content_type="text/html")


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits that long")


async def drop(request: web.Request) -> web.StreamResponse:
    """Read the request, then break the connection without an answer."""
    await request.read()
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class StubTelegram:
    """`calls` is what came in; `script[method]` answers come first, one each; then all is well."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.script: dict[str, list[Answer]] = defaultdict(list)
        self.updates: list[dict[str, Any]] = []
        self._called = asyncio.Condition()

    def named(self, method: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == method]

    async def wait_for(self, method: str, count: int = 1) -> None:
        """Until the method was called so often; ten seconds at most."""
        async with asyncio.timeout(10), self._called:
            await self._called.wait_for(lambda: len(self.named(method)) >= count)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method, parameters = request.match_info["method"], await _parameters(request)
        self.calls.append((method, parameters))
        async with self._called:
            self._called.notify_all()
        if self.script[method]:
            return await self.script[method].pop(0)(request)
        if method == "getUpdates":
            return web.json_response({"ok": True, "result": await self._poll(int(parameters["offset"]))})
        if method == "sendMessage":
            chat = {"id": int(parameters["chat_id"]), "type": "private"}
            return web.json_response({"ok": True, "result": {"message_id": len(self.calls), "date": 1, "chat": chat}})
        known = {"getMe": BOT, "getWebhookInfo": NO_HOOK}
        return web.json_response({"ok": True, "result": known.get(method, True)})

    async def _poll(self, offset: int) -> list[dict[str, Any]]:
        """An offset acknowledges all below it, when it arrives."""
        if offset > 0:
            self.updates = [update for update in self.updates if update.get("update_id", offset) >= offset]
        if not self.updates:
            await asyncio.sleep(0.05)
        return list(self.updates)


async def _parameters(request: web.Request) -> dict[str, Any]:
    """All as text, which is how a form has them."""
    if request.content_type == "application/json":
        given = await request.json()
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    form = await request.post()
    return {name: value.file.read() if isinstance(value, web.FileField) else value for name, value in form.items()}


@asynccontextmanager
async def running() -> AsyncIterator[StubTelegram]:
    stub = StubTelegram()
    server = web.Application()
    server.router.add_route("*", "/bot{token}/{method}", stub.serve)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stub.url = f"http://{host}:{port}"
    yield stub
    await runner.cleanup()
