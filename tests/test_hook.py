"""What Telegram is told of the webhook, and what follows from its answer."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from telegram.ext import ExtBot

from bot.config import Settings
from bot.errors import ConfigError
from bot.hook import Hook, hook_of, look_at_hook, set_hook
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
async def telegram() -> AsyncIterator[tuple[StubTelegram, ExtBot[Any]]]:
    """A stub and a bot that talks to it."""
    async with stub_telegram.running() as stub:
        request = AiohttpRequest(stub.url)
        async with ExtBot(TOKEN, base_url=f"{stub.url}/bot", request=request, get_updates_request=request) as bot:
            yield stub, bot


async def test_telegram_is_told_address_secret_and_kinds(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    await set_hook(bot, Hook("https://example.org/telegram", SECRET))
    (told,) = stub.named("setWebhook")

    assert (told["url"], told["secret_token"]) == ("https://example.org/telegram", SECRET)
    assert (orjson.loads(told["allowed_updates"]), told["max_connections"]) == (ACCEPTED, "40")
    assert told["drop_pending_updates"] == "false"


async def test_an_address_that_telegram_refuses_is_named(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    reason = "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
    stub.script["setWebhook"] = [stub_telegram.error(400, reason)]
    with pytest.raises(ConfigError, match=r"MATINEE_WEBHOOK_URL: found https://example.org:9/x, .* only on ports"):
        await set_hook(bot, Hook("https://example.org:9/x", SECRET))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("https://example.org/telegram", None),
        ("", "Telegram delivers nowhere: run matinee webhook set"),
        ("https://old.example.org", "Telegram delivers to https://old.example.org: run matinee webhook set"),
    ],
)
async def test_who_is_not_delivered_to_says_so(
    telegram: tuple[StubTelegram, ExtBot[Any]], known: str, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    stub, bot = telegram
    info = {"url": known, "has_custom_certificate": False, "pending_update_count": 0}
    stub.script["getWebhookInfo"] = [stub_telegram.result(info)]
    await look_at_hook(bot, Hook("https://example.org/telegram", SECRET))
    logged = "".join(capsys.readouterr())

    assert (said or "") in logged
    assert ("Telegram delivers" in logged) is (said is not None)
    assert stub.named("setWebhook") == []


async def test_a_telegram_that_cannot_say_holds_nothing_up(telegram: tuple[StubTelegram, ExtBot[Any]]) -> None:
    stub, bot = telegram
    stub.script["getWebhookInfo"] = [stub_telegram.html_502]
    await look_at_hook(bot, Hook("https://example.org/telegram", SECRET))

    assert len(stub.named("getWebhookInfo")) == 1
