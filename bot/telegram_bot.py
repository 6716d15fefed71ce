"""The bot as python-telegram-bot knows it: our transport, no updater, no job queue; and its first contact."""

import asyncio
import os
from urllib.parse import urlsplit

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.config import Settings, token_of
from bot.errors import TokenRefused
from bot.limiter import Limiter
from bot.pacer import Pacer
from bot.poller import REFUSALS, backoff_s
from bot.transport import AiohttpRequest

log = structlog.get_logger("matinee.telegram")


def build_bot(settings: Settings, pacer: Pacer) -> ExtBot[str]:
    """All it sends is counted by `pacer`. Raises ConfigError without a token."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # `retry_after` as a timedelta, which it will be for everyone
    request = AiohttpRequest(settings.api_url)
    return ExtBot(
        token_of(settings),
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=request,
        get_updates_request=request,
        rate_limiter=Limiter(pacer),
    )


async def connect(bot: ExtBot[str], api_url: str) -> None:
    """Ask Telegram, which is at `api_url`, who the bot is until it answers. Raises TokenRefused."""
    failures = refusals = 0
    while True:
        try:
            return await bot.initialize()
        except InvalidToken:
            refusals += 1
            if refusals >= REFUSALS:
                raise TokenRefused from None
        except TelegramError as error:
            refusals = 0
            log.warning("Telegram does not answer", api=_host(api_url), error=str(error), failures=failures + 1)
        failures += 1
        await asyncio.sleep(backoff_s(failures))


def _host(api_url: str) -> str:
    """No more of the address: before the host and behind it there may be a secret of the operator's."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
