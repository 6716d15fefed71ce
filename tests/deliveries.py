"""The bot's port as Telegram reaches it, and whoever else finds it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

SECRET = "Quite_a-secret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Door:
    """Any request to it; `delivers` is what Telegram does."""

    port: int
    http: aiohttp.ClientSession

    async def asks(self, path: str = "/telegram", *, method: str = "POST", **request: Any) -> Answer:
        async with self.http.request(method, f"http://127.0.0.1:{self.port}{path}", **request) as answer:
            return Answer(answer.status, await answer.read(), dict(answer.headers))

    async def delivers(self, body: Any, secret: str | None = SECRET) -> Answer:
        """Anything but bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.asks(data=data, headers={} if secret is None else {HEADER: secret})

    async def hears(self, request: bytes) -> bytes:
        """The first line of the answer to these bytes; the connection stays open until it came."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return line


@asynccontextmanager
async def door_to(port: int) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as http:
        yield Door(port, http)
