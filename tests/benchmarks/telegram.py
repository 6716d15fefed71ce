"""Telegram as quick as it can be played: brings presses to a webhook, answers the bot's calls, and notes when.

Both sides speak HTTP by hand, so that the bot is what is measured.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson

ANSWERED = re.compile(rb'(?:callback|inline)_query_id"?[^0-9]{1,8}([0-9]+)')
"""In a form, in JSON, or in a part of a multipart body."""
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
HOOK = {"url": "https://films.example.org/telegram", "has_custom_certificate": False, "pending_update_count": 0}
ME = {"id": 1000000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot", "can_join_groups": True}
MESSAGE = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": 1, "type": "private", "first_name": "P"}, "text": "x"}
RESULTS = {b"getme": ME, b"getwebhookinfo": HOOK, b"editmessagetext": MESSAGE, b"sendmessage": MESSAGE}


def _reply(result: object) -> bytes:
    body = orjson.dumps({"ok": True, "result": result})
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


REPLIES = {method: _reply(result) for method, result in RESULTS.items()}
TRUE = _reply(True)


@dataclass(slots=True)
class Heard:
    """When each press was answered, and how many cards were changed."""

    answered: dict[int, float] = field(default_factory=dict)
    edits: int = 0
    latency_s: float = 0.0
    pid: int = 0
    """The bot's process."""
    done: Callable[[], object] = lambda: None
    """Called after each edit: the press is through."""

    def take(self, method: bytes, body: bytes) -> bytes:
        if method in (b"answercallbackquery", b"answerinlinequery") and (found := ANSWERED.search(body)):
            self.answered.setdefault(int(found[1]), time.perf_counter())
        elif method == b"editmessagetext":
            self.edits += 1
            self.done()
        return REPLIES.get(method, TRUE)


class Api(asyncio.Protocol):
    """One connection of the bot."""

    def __init__(self, heard: Heard) -> None:
        self._heard, self._read = heard, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        for head, body in self._requests():
            method = head.split(b" ", 2)[1].rpartition(b"/")[2].lower()
            reply = self._heard.take(method, body)
            if self._heard.latency_s:
                asyncio.get_running_loop().call_later(self._heard.latency_s, self._transport.write, reply)
            else:
                self._transport.write(reply)

    def _requests(self) -> Iterator[tuple[bytes, bytes]]:
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self._read, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._read) < whole:
                return
            yield self._read[:end], self._read[end + 4 : whole]
            self._read = self._read[whole:]


class Courier(asyncio.Protocol):
    """One connection to the bot: brings one update at a time, as Telegram does."""

    def __init__(self) -> None:
        self._read = b""
        self._acknowledged: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def bring(self, update: bytes) -> None:
        """Until it is acknowledged: a bot that is not ready yet says 503."""
        while not await self._brought(update):  # noqa: ASYNC110 - Telegram, too, comes again
            await asyncio.sleep(0.05)

    async def _brought(self, update: bytes) -> bool:
        self._acknowledged = asyncio.get_running_loop().create_future()
        self._transport.write(update)
        return await self._acknowledged

    def data_received(self, data: bytes) -> None:
        self._read += data
        end = self._read.find(b"\r\n\r\n")
        found = LENGTH.search(self._read, 0, end) if end >= 0 else None
        if end < 0 or len(self._read) < end + 4 + (int(found[1]) if found else 0):
            return
        status, self._read = self._read.split(b" ", 2)[1], b""
        assert self._acknowledged is not None
        if status in (b"200", b"503"):
            self._acknowledged.set_result(status == b"200")
        else:
            self._acknowledged.set_exception(ConnectionError(f"the bot answered {status.decode()}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._acknowledged is not None and not self._acknowledged.done():
            self._acknowledged.set_exception(ConnectionError("the bot closed the connection"))


def press(update_id: int, person: int, movie: int, stars: int) -> bytes:
    """The request that brings a press of a star under a card, with its ten buttons, as Telegram writes it."""
    who = {"id": person, "is_bot": False, "first_name": f"P{person % 5_000}", "language_code": "en"}
    rows = [[{"text": f"{n}", "callback_data": f"r:{movie}:{n}"} for n in range(at, at + 5)] for at in (1, 6)]
    chat = {"id": person, "type": "private", "first_name": who["first_name"]}
    card = {"message_id": 7, "from": ME, "date": 1_790_000_000, "chat": chat, "text": f"Film {movie}"}
    query = {"id": str(update_id), "from": who, "message": card | {"reply_markup": {"inline_keyboard": rows}}}
    query |= {"chat_instance": "1", "data": f"r:{movie}:{stars}"}
    return _post({"update_id": update_id, "callback_query": query})


def inline(update_id: int, person: int, query: str) -> bytes:
    """The request that brings what somebody typed after the bot's name."""
    who = {"id": person, "is_bot": False, "first_name": "P", "language_code": "en"}
    typed = {"id": str(update_id), "from": who, "query": query, "offset": "", "chat_type": "group"}
    return _post({"update_id": update_id, "inline_query": typed})


def _post(update: dict[str, object]) -> bytes:
    body = orjson.dumps(update)
    head = (
        "POST /telegram HTTP/1.1\r\nHost: films.example.org\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: Quite_a-secret\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def api(heard: Heard) -> AsyncIterator[str]:
    """The Bot API's address."""
    server = await asyncio.get_running_loop().create_server(lambda: Api(heard), "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
