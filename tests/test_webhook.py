"""The webhook's door: durable before 200, the same few words for everybody else, never more than it can hold."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs
from telegram import WebhookInfo

from bot import server
from bot import webhook as webhook_module
from bot.hook import Hook
from bot.webhook import LARGEST_BODY, Receiver
from storage.errors import DatabaseUnavailable
from storage.service import Storage
from tests.deliveries import HEADER, SECRET, Door, door_to
from tests.test_intake import message


class Taker:
    """In the place of the intake: takes, has no room, or fails, as a test wishes."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.failures: list[Exception] = []
        self.takes_s = 0.0
        self.space = asyncio.Event()
        self.space.set()

    @property
    def has_room(self) -> bool:
        return self.space.is_set()

    async def room(self) -> None:
        await self.space.wait()

    async def take(self, updates: list[dict[str, Any]]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await asyncio.sleep(self.takes_s)
        self.taken += [update["update_id"] for update in updates]


@pytest.fixture
def taker() -> Taker:
    return Taker()


class Silent:
    """A bot whose Telegram delivers."""

    async def get_webhook_info(self) -> WebhookInfo:
        return WebhookInfo("https://example.org/telegram", has_custom_certificate=False, pending_update_count=0)


@asynccontextmanager
async def open_to(taker: Taker) -> AsyncIterator[Receiver]:
    made = Receiver(Hook("https://example.org/telegram", SECRET))
    running = asyncio.create_task(made.run(taker, Silent()))
    while not made.is_open:  # noqa: ASYNC110
        await asyncio.sleep(0)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@asynccontextmanager
async def served(storage: Storage, receiver: Receiver | None) -> AsyncIterator[Door]:
    """The real server in front of a receiver."""
    runner = await server.start(storage, "127.0.0.1:0", receiver)
    async with door_to(runner.addresses[0][1]) as made:
        yield made
    await runner.cleanup()


@pytest.fixture
async def door(taker: Taker, sqlite_storage: Storage) -> AsyncIterator[Door]:
    """Open, and handing to `taker`."""
    async with open_to(taker) as receiver, served(sqlite_storage, receiver) as made:
        yield made


async def test_what_is_taken_is_answered_without_a_word(door: Door, taker: Taker) -> None:
    answer = await door.delivers(message(7))

    assert (answer.status, answer.body, taker.taken) == (200, b"", [7])


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "gehéim"])
async def test_who_does_not_know_the_secret_learns_nothing(door: Door, taker: Taker, secret: str | None) -> None:
    answer = await door.delivers(message(7), secret)

    assert (answer.status, answer.body, taker.taken) == (403, b"", [])
    assert "Server" not in answer.headers


async def test_a_stranger_is_refused_before_the_body_is_read(door: Door) -> None:
    head = b"POST /telegram HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000000\r\n\r\n"

    assert await door.hears(head) == b"HTTP/1.1 403 Forbidden\r\n"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"7", b"null", b'[{"update_id":7}]', b"{}", b'{"update_id":"7"}', b'{"update_id":7.5}',
     b'{"update_id":true}', b'{"update_id":9223372036854775808}', b'{"message":{}}', b"[" * 100_000],
)  # fmt: skip
async def test_garbage_is_refused_without_detail(door: Door, taker: Taker, body: bytes) -> None:
    answer = await door.delivers(body)

    assert (answer.status, answer.body, taker.taken) == (400, b"", [])


async def test_a_packed_body_is_garbage(door: Door, taker: Taker) -> None:
    """Unpacked it could be a thousand times as large."""
    packed = {"data": gzip.compress(orjson.dumps(message(7))), "headers": {HEADER: SECRET, "Content-Encoding": "gzip"}}
    answer = await door.asks(**packed)

    assert (answer.status, answer.body, taker.taken) == (400, b"", [])


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 65_536):
        yield b" " * 65_536


async def test_a_body_of_up_to_a_mebibyte_is_read(door: Door, taker: Taker) -> None:
    answer = await door.delivers(orjson.dumps(message(7)).ljust(LARGEST_BODY))

    assert (answer.status, taker.taken) == (200, [7])


@pytest.mark.parametrize("declared", [True, False])
async def test_a_larger_body_is_refused(door: Door, taker: Taker, declared: bool) -> None:
    body = orjson.dumps(message(7)).ljust(LARGEST_BODY + 1) if declared else chunks(2 * LARGEST_BODY)
    answer = await door.asks(data=body, headers={HEADER: SECRET})

    assert (answer.status, answer.body, taker.taken) == (413, b"", [])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/telegram", 405), ("PUT", "/telegram", 405), ("POST", "/", 404), ("POST", "/telegram/x", 404),
     ("GET", "/bot", 404), ("POST", "/metrics", 405)],
)  # fmt: skip
async def test_a_wrong_address_or_method_tells_nothing(door: Door, method: str, path: str, status: int) -> None:
    answer = await door.asks(path, method=method, headers={HEADER: SECRET})

    assert answer.status == status
    assert answer.body in {b"404: Not Found", b"405: Method Not Allowed"}
    assert "Server" not in answer.headers


@pytest.mark.parametrize("failure", [DatabaseUnavailable("away"), ValueError("a bug")], ids=str)
async def test_what_could_not_be_stored_is_asked_for_again(door: Door, taker: Taker, failure: Exception) -> None:
    taker.failures = [failure]
    answer, again = [await door.delivers(message(7)) for _ in range(2)]

    assert (answer.status, answer.body, answer.headers["Retry-After"]) == (503, b"", "5")
    assert (again.status, taker.taken) == (200, [7])


async def test_a_database_that_is_away_is_told_now_and_then_and_a_bug_each_time(door: Door, taker: Taker) -> None:
    away, bug = DatabaseUnavailable("away"), ValueError("a bug")
    taker.failures = [away, away, away, bug, bug]
    with capture_logs() as logs:
        for number in range(5):
            await door.delivers(message(number))

    assert [(log["error"], log["deliveries"], log["exc_info"]) for log in logs] == [
        ("away", 1, False),
        ("a bug", 3, True),
        ("a bug", 1, True),
    ]


async def test_while_too_much_waits_telegram_is_made_to_wait(
    door: Door, taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_module, "PATIENCE_S", 0.01)
    taker.space.clear()
    answers = [await door.delivers(message(number)) for number in range(3)]
    kept_out = list(taker.taken)
    taker.space.set()
    again = await door.delivers(message(1))

    assert ([answer.status for answer in answers], kept_out) == ([503] * 3, [])
    assert (answers[0].headers["Retry-After"], again.status, taker.taken) == ("5", 200, [1])


async def test_what_has_begun_to_be_stored_is_not_cut_short(
    door: Door, taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored but not handed on, it would be known at the next delivery, and forgotten until the next start."""
    monkeypatch.setattr(webhook_module, "PATIENCE_S", 0.01)
    taker.takes_s = 0.05
    answer = await door.delivers(message(7))

    assert (answer.status, taker.taken) == (200, [7])


async def test_before_the_bot_is_ready_and_while_it_stops_nothing_is_taken(
    sqlite_storage: Storage, taker: Taker
) -> None:
    closed = Receiver(Hook("https://example.org/telegram", SECRET))
    async with open_to(taker) as stopped:
        pass
    for receiver in (closed, stopped):
        async with served(sqlite_storage, receiver) as door:
            answer, ready = await door.delivers(message(7)), await door.asks("/readyz", method="GET")

        assert (answer.status, answer.headers["Retry-After"], taker.taken) == (503, "5", [])
        assert (ready.status, ready.body) == (503, b"telegram: deliveries are not taken yet\n")


async def test_it_is_ready_without_a_delivery_while_the_database_answers(door: Door, sqlite_storage: Storage) -> None:
    ready = await door.asks("/readyz", method="GET")
    metrics = await door.asks("/metrics", method="GET")
    await door.delivers(message(7))
    after = await door.asks("/metrics", method="GET")

    assert (ready.status, ready.body) == (200, b"ready\n")
    assert b"matinee_telegram_age_seconds" in metrics.body
    assert b"matinee_telegram_age_seconds +Inf" not in after.body


async def test_a_fault_of_our_own_is_logged_and_told_to_nobody(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "generate_latest", lambda _: 1 / 0)
    with capture_logs() as logs:
        answer = await door.asks("/metrics", method="GET")

    assert (answer.status, answer.body, logs[0]["event"]) == (500, b"", "a request failed")


async def test_without_a_webhook_there_is_no_such_address(sqlite_storage: Storage) -> None:
    async with served(sqlite_storage, None) as door:
        answer = await door.delivers(message(7))

    assert answer.status == 404
