"""HTTP for python-telegram-bot through aiohttp: one pool, bounded, with errors that say if it was sent.

Three to fifteen times the throughput of the stock httpx backend, which scans its whole pool on every request.
"""

import time
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot import telemetry
from bot.wire import Wire

JSON = {"Content-Type": "application/json"}
UNREAD = frozenset({"editMessageText"})
"""Telegram answers with the whole card as it is now. Nobody reads it, and taking it apart is a tenth of a press."""
ANSWERED = b'{"ok":true,"result":true}'
UNREAD_PARTS = ("reply_markup", "entities", "from")
"""Nor what a message that was sent looks like: its number and its chat are what counts. It is a quarter of a post."""
CONNECTIONS = 512
"""More than the handlers at once and the digests together, so a wait for the pool means trouble, not load."""


class NotSent(Exception):
    """No connection came about: Telegram has not seen the request, so repeating it is safe."""


class OutcomeUnknown(Exception):
    """The request went out and no answer came back: Telegram may have done what it asked."""


def may_have_been_sent(error: TelegramError) -> bool:
    """Whether a failed request may have taken effect all the same: then a message must not be sent again."""
    return isinstance(error.__cause__, OutcomeUnknown)


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for this address; never one for this machine itself.

    Asked once: aiohttp's own way reads ~/.netrc in a thread for every request.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in {"127.0.0.1", "localhost", "::1"} or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


class AiohttpRequest(BaseRequest):
    """The request backend for the Bot API at `api_url`. Timeouts are seconds."""

    def __init__(
        self,
        api_url: str,
        *,
        connect_timeout: float = 10,
        read_timeout: float = 10,
        write_timeout: float = 60,
    ) -> None:
        self._api_url, self._proxy = api_url, proxy_for(api_url)
        self._connect, self._read, self._write = connect_timeout, read_timeout, write_timeout
        self._session: aiohttp.ClientSession | None = None
        self._wire: Wire | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read

    async def initialize(self) -> None:
        """Open the session. A second call changes nothing: the bot has one backend for its two uses."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300, keepalive_timeout=30)
            headers = {"User-Agent": self.USER_AGENT}
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=headers, proxy=self._proxy
            )
            self._wire = None if self._proxy else Wire(connector, self._api_url, {**headers, **JSON})

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # waiting for the pool counts as connecting
    ) -> tuple[int, bytes]:
        """Status and body. Raises TimedOut or NetworkError, whose cause is NotSent or OutcomeUnknown."""
        limits = self._timeout(connect_timeout, read_timeout, write_timeout)
        name, began = _method(url), time.monotonic()
        try:
            status, answer = await self._ask(url, method, request_data, limits)
        except NetworkError as error:
            telemetry.note_call(name, "not sent" if isinstance(error.__cause__, NotSent) else "unknown", began)
            raise
        telemetry.note_call(name, _outcome(status), began)
        return status, ANSWERED if status == 200 and name in UNREAD else answer

    async def _ask(
        self, url: str, method: str, data: RequestData | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        try:
            if self._wire is not None and method == "POST" and data is not None and not data.contains_files:
                return await self._wire.post(url, orjson.dumps(data.parameters), limits)
            body = _body(data) if data else {}
            async with self._session.request(method, url, **body, timeout=limits) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:
            failure, cause = explain(error)
        raise failure from cause  # out here, so that the original, which may hold the address, is no context

    def _timeout(self, connect: Any, read: Any, write: Any) -> aiohttp.ClientTimeout:
        """aiohttp counts reading from the end of writing, so only a total ends an upload that stalls."""
        unset = BaseRequest.DEFAULT_NONE
        connect = self._connect if connect is unset else connect
        read = self._read if read is unset else read
        write = self._write if write is unset else write
        total = None if None in (connect, read, write) else connect + read + write
        return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What is not JSON raises TelegramError, and is not written to the log."""
        try:
            parsed: dict[str, Any] = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise TelegramError("Invalid server response") from None
        if isinstance(message := parsed.get("result"), dict) and "message_id" in message:
            for part in UNREAD_PARTS:
                message.pop(part, None)
        return parsed


def _method(url: str) -> str:
    """The method of the Bot API, or "file": the address of a file ends in whatever name it has."""
    return "file" if "/file/bot" in url else url.rpartition("/")[2]


def _outcome(status: int) -> str:
    if status < 400:
        return "ok"
    return "paused" if status == 429 else "refused" if status < 500 else "broken"


def _body(data: RequestData) -> dict[str, Any]:
    """Parameters as one JSON object, or as a form's fields as soon as a file is among them."""
    if not data.contains_files:
        return {"data": orjson.dumps(data.parameters), "headers": JSON}
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return {"data": form}


def explain(error: BaseException) -> tuple[NetworkError, Exception]:
    """The error for the caller and its cause, neither with the address, for that holds the token."""
    kind = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return TimedOut("Connecting took too long"), NotSent(kind)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return NetworkError(f"No connection ({kind})"), NotSent(kind)
    if isinstance(error, TimeoutError):
        return TimedOut("No answer in time"), OutcomeUnknown(kind)
    return NetworkError(f"The connection broke ({kind})"), OutcomeUnknown(kind)
