"""The webhook as Telegram knows it: where to deliver, and the secret that every delivery must show."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.config import Settings, webhook_of
from bot.errors import ConfigError
from bot.updates import ACCEPTED

log = structlog.get_logger("matinee.webhook")

PATH = "/telegram"
CONNECTIONS = 40
"""As many deliveries Telegram makes at once: its own default, and a group of them shares one commit."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What is told to Telegram."""

    url: str
    secret: str = field(repr=False)


def hook_of(settings: Settings) -> Hook:
    """An address without a path gets PATH; a path of its own is kept, for whoever puts a proxy in front.

    Raises ConfigError when a setting is missing.
    """
    url, secret = webhook_of(settings)
    return Hook(url if urlsplit(url).path else url + PATH, secret)


async def set_hook(bot: Bot, hook: Hook) -> None:
    """Have updates delivered, those that wait included. Raises ConfigError for a bad address, and TelegramError."""
    try:
        await bot.set_webhook(
            hook.url,
            secret_token=hook.secret,
            allowed_updates=ACCEPTED,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )
    except BadRequest as error:
        raise ConfigError(
            f"MATINEE_WEBHOOK_URL: found {hook.url}, which Telegram refuses ({error.message}),"
            " allowed: an https address that Telegram reaches, on port 443, 80, 88 or 8443"
        ) from None


async def look_at_hook(bot: Bot, hook: Hook) -> None:
    """Say so when Telegram does not deliver here. `run` sets nothing: many replicas start, and each would set it."""
    try:
        known = (await bot.get_webhook_info()).url
    except TelegramError as error:
        log.warning("the webhook could not be looked at", error=str(error))
        return
    if known != hook.url:
        found = f"to {known}" if known else "nowhere"
        log.warning(f"Telegram delivers {found}: run matinee webhook set", expected=hook.url)
