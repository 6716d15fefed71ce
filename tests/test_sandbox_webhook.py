"""Delivery by webhook: in order within a queue, repeated until accepted, with the secret."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.sandbox.people import Said, say
from bot.sandbox.seed import ANN, CLUB
from tests.sandbox_bot import Bot, bot_in_sandbox


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        bot.sandbox.world.webhook.speed = 100
        yield bot


class Receiver:
    """The bot's web server. `statuses` are its next answers, then it is content; `answer` is the body."""

    def __init__(self) -> None:
        self.url = ""
        self.got: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()
        self.statuses: list[int] = []
        self.answer: dict[str, Any] | None = None

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        text = (update.get("message") or {}).get("text", "")
        self.got.put_nowait((text, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.answer, status=status) if self.answer else web.Response(status=status)

    async def texts(self, count: int) -> list[str]:
        return [(await asyncio.wait_for(self.got.get(), 3))[0] for _ in range(count)]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/telegram", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def types(bot: Bot, text: str, chat_id: int = ANN) -> None:
    say(bot.sandbox.world, bot.sandbox.state.chats[chat_id], Said(ANN, text))


async def test_updates_arrive_in_order_with_the_secret(bot: Bot) -> None:
    types(bot, "before")
    async with receiving() as receiver:
        said = await bot.call("setWebhook", url=receiver.url, secret_token="s3cret")
        types(bot, "after")

        assert said.body["description"] == "Webhook was set"
        assert [await receiver.got.get() for _ in range(2)] == [("before", "s3cret"), ("after", "s3cret")]


async def test_what_fails_is_repeated_before_the_next_of_its_chat(bot: Bot) -> None:
    async with receiving() as receiver:
        receiver.statuses = [500, 502]
        await bot.call("setWebhook", url=receiver.url)
        types(bot, "first")
        types(bot, "second")

        assert await receiver.texts(4) == ["first", "first", "first", "second"]
        info = (await bot.call("getWebhookInfo")).result
        assert info["last_error_message"] == "Wrong response from the webhook: 502 Bad Gateway"


async def test_a_chat_in_trouble_does_not_hold_up_another(bot: Bot) -> None:
    async with receiving() as receiver:
        receiver.statuses = [500]
        bot.sandbox.world.webhook.speed = 10
        await bot.call("setWebhook", url=receiver.url)
        types(bot, "stuck")
        assert await receiver.texts(1) == ["stuck"]
        types(bot, "/top", CLUB)

        assert await receiver.texts(2) == ["/top", "stuck"]


async def test_a_call_in_the_answer_is_made(bot: Bot) -> None:
    async with receiving() as receiver:
        receiver.answer = {"method": "sendMessage", "chat_id": ANN, "text": "pong"}
        await bot.call("setWebhook", url=receiver.url)
        types(bot, "ping")
        await receiver.texts(1)
        await bot.call("deleteWebhook")

        assert [each["text"] for each in bot.sandbox.state.chats[ANN].messages.values()] == ["ping", "pong"]


async def test_polling_and_webhook_exclude_each_other(bot: Bot) -> None:
    polling = asyncio.create_task(bot.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await bot.call("setWebhook", url="http://127.0.0.1:1/telegram")

    assert (await polling).error == "Conflict: terminated by setWebhook request"
    assert (await bot.call("getUpdates")).error.startswith(
        "Conflict: can't use getUpdates method while webhook is active"
    )


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"url": "nonsense"}, "invalid webhook URL specified"),
        ({"url": "https://example.org/x"}, "[sandbox] a webhook must be on this machine"),
        ({"secret_token": "x" * 257}, "secret token is too long"),
        ({"secret_token": "x y"}, "secret token contains unallowed characters"),
    ],
)
async def test_bad_settings_are_refused(bot: Bot, params: dict[str, str], reason: str) -> None:
    refused = await bot.call("setWebhook", **{"url": "http://127.0.0.1:1/x", **params})

    assert refused.error == f"Bad Request: {reason}"


async def test_setting_it_twice_within_a_second_is_too_often(bot: Bot) -> None:
    said = [await bot.call("setWebhook", url="http://127.0.0.1:1/x") for _ in range(2)]

    assert [each.status for each in said] == [200, 429]


async def test_a_removed_webhook_can_drop_what_waits(bot: Bot) -> None:
    types(bot, "x")
    said = await bot.call("deleteWebhook", drop_pending_updates=True)

    assert said.body["description"] == "Webhook is already deleted"
    assert (await bot.call("getWebhookInfo")).result["pending_update_count"] == 0
