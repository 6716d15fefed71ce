"""`matinee run`, `demo` and `migrate`."""

import gc
from typing import Annotated

import typer

from bot.cli.common import settings, wait_for, wall_clock


def run() -> None:
    """Run the bot against Telegram; needs MATINEE_TOKEN. Stops cleanly at SIGTERM or Ctrl-C."""
    gc.disable()  # what is loaded stays, and to look through it again and again took a tenth of the start
    from bot import sentry
    from bot.app import run as run_app
    from bot.clock import Clock

    gc.freeze()
    gc.enable()
    given = settings()
    sentry.start(given)
    wait_for(run_app(given, clock=Clock()))


def demo(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of the page, on this machine only.")] = 8090,
) -> None:
    """Try everything on a local Telegram with a page to chat in; needs no token."""
    from bot.demo import run as run_demo

    wait_for(run_demo(settings(), port))


def migrate() -> None:
    """Bring the database to this version of the program."""

    async def work() -> None:
        from bot.database import open_storage

        storage = await open_storage(settings(), wall_clock, migrate=True)
        await storage.close()
        typer.echo("the database is up to date")

    wait_for(work())
