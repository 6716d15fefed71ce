"""What Telegram is told of the webhook, and what follows from its answer."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from telegram.ext import ExtBot

from bot import hook as hook_module
from bot.config import Settings
from bot.errors import ConfigError, TokenRefused
from bot.hook import Hook, announce, hook_of
from bot.transport import AiohttpRequest
from bot.updates import ACCEPTED
from tests import stub_telegram
from tests.deliveries import SECRET
from tests.stub_telegram import TOKEN, StubTelegram


def test_an_address_without_a_path_gets_the_bots_own() -> None:
    def url_of(url: str) -> str:
        return hook_of(Settings(webhook_url=url, webhook_secret=SECRET)).url

    assert url_of("https://films.example.org") == "https://films.example.org/telegram"
    assert url_of("https://films.example.org:8443/") == "https://films.example.org:8443/telegram"
    assert url_of("https://example.org/films/telegram") == "https://example.org/films/telegram"


def test_the_secret_is_not_in_its_repr() -> None:
    assert SECRET not in repr(Hook("https://example.org/telegram", SECRET))


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[StubTelegram, ExtBot[Any]]]:
    """A stub and a bot that talks to it; between tries there is no wait."""
    monkeypatch.setattr(hook_module, "backoff_s", lambda _: 0.0)
    async with stub_telegram.running() as stub:
        request = AiohttpRequest(stub.url)
        async with ExtBot(TOKEN, base_url=f"{stub.url}/bot", request=request, get_updates_request=request) as bot:
            yield stub, bot


async def test_telegram_is_told_address_secret_and_kinds(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    await announce(bot, Hook("https://example.org/telegram", SECRET))
    (told,) = stub.named("setWebhook")

    assert (told["url"], told["secret_token"]) == ("https://example.org/telegram", SECRET)
    assert (orjson.loads(told["allowed_updates"]), told["max_connections"]) == (ACCEPTED, "40")
    assert told["drop_pending_updates"] == "false"


async def test_telegram_is_told_until_it_agrees(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    stub.script["setWebhook"] = [
        stub_telegram.error(429, "Too Many Requests: retry after 0", retry_after=0),
        stub_telegram.error(409, "Conflict: terminated by other setWebhook"),
        stub_telegram.html_502,
        stub_telegram.drop,
        stub_telegram.error(401, "Unauthorized"),
    ]
    await announce(bot, Hook("https://example.org/telegram", SECRET))

    assert len(stub.named("setWebhook")) == 6


async def test_an_address_that_telegram_refuses_is_named(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    reason = "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
    stub.script["setWebhook"] = [stub_telegram.error(400, reason)]
    with pytest.raises(ConfigError, match=r"MATINEE_WEBHOOK_URL: found https://example.org:9/x, .* only on ports"):
        await announce(bot, Hook("https://example.org:9/x", SECRET))


async def test_three_refusals_of_the_token_end_it(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    stub.script["setWebhook"] = [stub_telegram.error(401, "Unauthorized")] * 3
    with pytest.raises(TokenRefused):
        await announce(bot, Hook("https://example.org/telegram", SECRET))
