"""The poller: acknowledges only what was taken, and outlives whatever Telegram and the network do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot import poller as poller_module
from bot.errors import TokenRefused
from bot.poller import Poller
from tests import stub_telegram
from tests.stub_telegram import TOKEN, StubTelegram


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits at most a hundredth of a second between failed polls, and a fifth for a poll that hangs."""
    monkeypatch.setattr(poller_module, "BACKOFF_S", 0.01)
    monkeypatch.setattr(poller_module, "GRACE_S", 0.2)


@pytest.fixture
async def stub() -> AsyncIterator[StubTelegram]:
    async with stub_telegram.running() as server:
        yield server


class Taker:
    """Takes batches; `failures` says how many times the database is away first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[int] = []

    async def __call__(self, updates: list[dict[str, Any]]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is away")
        self.taken += [update["update_id"] for update in updates]


@asynccontextmanager
async def polling(stub: StubTelegram, take: Taker, *, timeout_s: int = 0) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Poller(f"{stub.url}/bot{TOKEN}", take, timeout_s=timeout_s).run())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError, TokenRefused):
        await task


def offsets(stub: StubTelegram) -> list[int]:
    return [int(call["offset"]) for call in stub.named("getUpdates")]


async def test_it_begins_with_the_oldest_and_acknowledges_what_it_took(stub: StubTelegram) -> None:
    stub.updates = [{"update_id": 7}, {"update_id": 9}]
    taker = Taker()
    async with polling(stub, taker):
        await stub.wait_for("getUpdates", 2)

    assert (taker.taken, offsets(stub)[:2]) == ([7, 9], [0, 10])


async def test_the_first_answered_poll_waits_for_nothing(stub: StubTelegram) -> None:
    """Whether Telegram hears is then known at once, also where nobody writes for hours."""
    stub.script["getUpdates"] = [stub_telegram.html_502]
    async with polling(stub, Taker(), timeout_s=30):
        await stub.wait_for("getUpdates", 4)

    assert [int(call["timeout"]) for call in stub.named("getUpdates")][:4] == [0, 0, 30, 30]


async def test_what_could_not_be_stored_is_not_acknowledged(stub: StubTelegram) -> None:
    stub.updates = [{"update_id": 7}]
    taker = Taker(failures=2)
    async with polling(stub, taker):
        await stub.wait_for("getUpdates", 4)

    assert (taker.taken, offsets(stub)[:4]) == ([7], [0, 0, 0, 8])


@pytest.mark.parametrize(
    "misfortune",
    [
        stub_telegram.html_502,
        stub_telegram.drop,
        stub_telegram.hang,
        stub_telegram.error(401, "Unauthorized"),
        stub_telegram.error(409, "Conflict: terminated by other getUpdates request"),
        stub_telegram.error(429, "Too Many Requests", retry_after=0.01),
        stub_telegram.error(500, "Internal Server Error"),
    ],
)
async def test_it_outlives_a_misfortune(misfortune: stub_telegram.Answer, stub: StubTelegram) -> None:
    stub.updates = [{"update_id": 7}]
    stub.script["getUpdates"] = [misfortune, misfortune]
    taker = Taker()
    async with polling(stub, taker):
        await stub.wait_for("getUpdates", 4)

    assert taker.taken == [7]


def says(body: str) -> stub_telegram.Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body)

    return answer


@pytest.mark.parametrize(
    "body",
    ["null", "[]", '{"ok":true}', '{"ok":true,"result":{}}', '{"ok":true,"result":[1,"x"]}', '{"parameters":[]}'],
)
async def test_it_outlives_an_answer_that_makes_no_sense(body: str, stub: StubTelegram) -> None:
    stub.updates = [{"update_id": 7}]
    stub.script["getUpdates"] = [says(body)]
    taker = Taker()
    async with polling(stub, taker):
        await stub.wait_for("getUpdates", 3)

    assert taker.taken == [7]


async def test_three_refusals_of_the_token_in_a_row_end_it(stub: StubTelegram) -> None:
    unauthorized = stub_telegram.error(401, "Unauthorized")
    stub.script["getUpdates"] = [unauthorized, unauthorized, stub_telegram.html_502, *[unauthorized] * 3]
    async with polling(stub, Taker()) as task:
        with pytest.raises(TokenRefused, match="MATINEE_TOKEN"):
            await asyncio.wait_for(task, 5)

    assert len(stub.named("getUpdates")) == 6


@pytest.mark.parametrize(
    ("description", "event"),
    [
        ("Conflict: terminated by other getUpdates request", "revoke it with @BotFather"),
        (
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it",
            "a webhook is set, so Telegram answers no poll: matinee webhook delete",
        ),
        (
            "Conflict: terminated by setWebhook request",
            "a webhook is set, so Telegram answers no poll: matinee webhook delete",
        ),
    ],
)
async def test_who_else_receives_is_named_with_the_way_out(stub: StubTelegram, description: str, event: str) -> None:
    stub.script["getUpdates"] = [stub_telegram.error(409, description)]
    with capture_logs() as logs:
        async with polling(stub, Taker()):
            await stub.wait_for("getUpdates", 2)

    assert event in logs[0]["event"]


async def test_updates_without_a_number_do_not_stop_the_others(stub: StubTelegram) -> None:
    stub.updates = [{"message": {}}, {"update_id": "x"}, {"update_id": 2**70}, {"update_id": 7}]
    taker = Taker()
    async with polling(stub, taker):
        await stub.wait_for("getUpdates", 2)

    assert taker.taken[0] == 7
