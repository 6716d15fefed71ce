"""The bot's side of the sandbox for tests: bare calls, without a library that would mend them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from bot.sandbox.server import Sandbox, running

Json = dict[str, Any]
TOKEN = "1000000001:test"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the Bot API."""

    status: int
    body: Json

    @property
    def result(self) -> Any:
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def error(self) -> str:
        assert not self.body["ok"], self.body
        assert self.body["error_code"] == self.status
        return str(self.body["description"])


class Bot:
    """Calls methods as a library does: a form in which everything that is not text is JSON."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox, self._http = sandbox, http
        self._offset = 0

    async def call(self, method: str, **params: Any) -> Said:
        form = {name: each if isinstance(each, str) else orjson.dumps(each).decode() for name, each in params.items()}
        return await self.post(method, data=form)

    async def post(self, method: str, **request: Any) -> Said:
        async with self._http.post(f"/bot{TOKEN}/{method}", **request) as response:
            return Said(response.status, orjson.loads(await response.read()))

    async def send(self, chat_id: int, text: str, **params: Any) -> Said:
        return await self.call("sendMessage", chat_id=chat_id, text=text, **params)

    async def updates(self, wait_s: int = 0) -> list[Json]:
        """What is new; the next call confirms it."""
        batch: list[Json] = (await self.call("getUpdates", offset=self._offset, timeout=wait_s)).result
        self._offset = max((each["update_id"] + 1 for each in batch), default=self._offset)
        return batch


@asynccontextmanager
async def bot_in_sandbox(**options: Any) -> AsyncIterator[Bot]:
    """A bot that has done nothing yet, in a strict sandbox with the people of the seed."""
    async with running(seed=True, **options) as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        yield Bot(sandbox, http)


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def button(text: str = "8", **action: Any) -> Json:
    return {"text": text, **(action or {"callback_data": "r:8"})}
