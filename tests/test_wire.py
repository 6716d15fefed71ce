"""Calls on the wire, as the server sees them, and answers of every shape that HTTP allows."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import pytest
from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.transport import AiohttpRequest, OutcomeUnknown
from tests.stub_telegram import TOKEN

OK = b'{"ok":true,"result":true}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" + OK


@dataclass
class Server:
    """Answers each request with what `script` begins with, then with WHOLE."""

    url: str = ""
    script: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.requests.append(head + await reader.readexactly(length))
                writer.write(answer := self.script.pop(0) if self.script else WHOLE)
                if b"close" in answer:
                    break
        writer.close()


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as server:
        yield server


@asynccontextmanager
async def calling(api_url: str) -> AsyncIterator[Callable[[], asyncio.Task[object]]]:
    """Makes a call of a bot that is patient for a fifth of a second."""
    request = AiohttpRequest(api_url, read_timeout=0.2)
    async with request:
        bot = Bot(TOKEN, base_url=f"{api_url}/bot", request=request)
        yield lambda: asyncio.create_task(bot.answer_callback_query("7", text="ü"))


async def outcome(server: Server, *script: bytes) -> object:
    """What a call becomes where the server answers so."""
    server.script[:] = script
    async with calling(server.url) as call:
        return await call()


async def failure(server: Server, answer: bytes) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await outcome(server, answer)
    assert isinstance(caught.value.__cause__, OutcomeUnknown)
    return caught.value


async def test_a_call_says_what_aiohttp_says_of_itself(server: Server) -> None:
    async with calling(server.url + "/deep") as call:
        await call()

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    said = dict(header.split(": ") for header in headers)
    assert line == f"POST /deep/bot{TOKEN}/answerCallbackQuery HTTP/1.1"
    assert body.decode() == '{"callback_query_id":"7","text":"ü"}'
    assert said.pop("User-Agent").startswith("python-telegram-bot")
    assert said == {
        "Host": server.url.removeprefix("http://"),
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": aiohttp.ClientRequest.DEFAULT_HEADERS["Accept-Encoding"],
        "Content-Length": str(len(body)),
    }


async def test_a_password_in_the_address_goes_where_it_belongs(server: Server) -> None:
    async with calling(server.url.replace("//", "//me:secret@")) as call:
        await call()

    assert b"\r\nAuthorization: Basic bWU6c2VjcmV0\r\n" in server.requests[0]
    assert b"me:" not in server.requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        WHOLE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n14\r\n%b\r\n0\r\n\r\n" % (OK[:5], OK[5:]),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000025\r\n\r\n" + OK + b" " * 1_000_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + OK,
        b"HTTP/1.0 200 OK\r\nX: close\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
        % (len(gzip.compress(OK)), gzip.compress(OK)),
    ],
    ids=["length", "chunked", "long", "continue", "until the end", "HTTP/1.0", "packed"],
)
async def test_an_answer_may_have_any_shape(server: Server, answer: bytes) -> None:
    assert await outcome(server, answer) is True


async def test_connections_are_kept_and_shared(server: Server) -> None:
    async with calling(server.url) as call:
        for _ in range(3):
            await asyncio.gather(call(), call())

    assert (len(server.requests), server.connections) == (6, 2)


@pytest.mark.parametrize("end", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" + OK[:9]], ids=["none", "half"])
async def test_an_answer_that_does_not_end_is_not_waited_for(server: Server, end: bytes) -> None:
    assert type(await failure(server, end)) is TimedOut


@pytest.mark.parametrize(
    "answer",
    [
        b"\x16\x03\x01 no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: close\r\nContent-Length: 25\r\n\r\n" + OK[:9],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" + OK,
    ],
    ids=["no HTTP", "cut", "not packed"],
)
async def test_a_broken_answer_is_an_unknown_outcome(server: Server, answer: bytes) -> None:
    assert type(await failure(server, answer)) is NetworkError


async def test_the_answer_to_a_call_that_was_given_up_is_no_other_calls(server: Server) -> None:
    server.script[:] = [b"HTTP/1.1 200 OK\r\n"]
    async with calling(server.url) as call:
        given_up = call()
        while not server.requests:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert await call() is True

    assert server.connections == 2


async def test_behind_a_proxy_calls_go_through_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    async with calling("http://telegram.example") as call:
        assert await call() is True

    line, _, body = server.requests[0].partition(b"\r\n")
    assert line == f"POST http://telegram.example/bot{TOKEN}/answerCallbackQuery HTTP/1.1".encode()
    assert body.endswith('{"callback_query_id":"7","text":"ü"}'.encode())
