"""`matinee webhook`: what Telegram knows of the webhook. Only this sets it, `run` never does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer

from bot.cli.common import settings, wait_for
from bot.redact import redact

if TYPE_CHECKING:
    from telegram import Bot, WebhookInfo

    from bot.config import Settings

app = typer.Typer(help="Receive updates by webhook, or stop doing so.", no_args_is_help=True)


@app.command("set")
def set_() -> None:
    """Have Telegram deliver to MATINEE_WEBHOOK_URL; what waits there is kept."""

    async def work() -> None:
        from bot.hook import hook_of, set_hook

        given = settings()
        hook = hook_of(given)
        async with _telegram(given) as bot:
            await set_hook(bot, hook)
        typer.echo(redact(f"Telegram delivers to {hook.url}"))

    wait_for(work())


@app.command()
def delete() -> None:
    """Have Telegram wait for polls again; what waits there is kept."""

    async def work() -> None:
        async with _telegram(settings()) as bot:
            await bot.delete_webhook(drop_pending_updates=False)
        typer.echo("no webhook is set: without MATINEE_WEBHOOK_URL, matinee run polls")

    wait_for(work())


@app.command()
def info() -> None:
    """Show the address, how much waits, and what went wrong last. Exit code 1: no webhook is set."""

    async def work() -> int:
        async with _telegram(settings()) as bot:
            known = await bot.get_webhook_info()
        for name, value in _lines(known).items():
            typer.echo(redact(f"{name:<11} {value}"))
        return 0 if known.url else 1

    wait_for(work())


def _lines(known: "WebhookInfo") -> dict[str, str]:
    lines = {"url": known.url or "none is set", "pending": str(known.pending_update_count), "last error": "none"}
    if known.last_error_date is not None:
        lines["last error"] = f"{known.last_error_date:%Y-%m-%d %H:%M:%S} UTC: {known.last_error_message}"
    return lines


@asynccontextmanager
async def _telegram(given: "Settings") -> AsyncIterator["Bot"]:
    """The bot. Raises Halt with a sentence for whatever Telegram or the network has against the call."""
    from telegram.error import InvalidToken, RetryAfter, TelegramError

    from bot.errors import Halt, TokenRefused
    from bot.limiter import seconds_of
    from bot.pacer import Pacer
    from bot.telegram_bot import build_bot

    try:
        async with build_bot(given, Pacer()) as bot:
            yield bot
    except InvalidToken:
        raise TokenRefused from None
    except RetryAfter as error:
        raise Halt(f"Telegram wants a pause: try again in {seconds_of(error):.0f} s") from None
    except TelegramError as error:
        raise Halt(f"Telegram did not do it: {error}; check the network and MATINEE_API_URL, then try again") from None
