"""`matinee move`: the whole database into another one."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import ratings_and_entries, settings, storage_of, wait_for


def move(
    to: Annotated[
        str,
        typer.Option(
            envvar="MATINEE_MOVE_TO", help="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME, an empty one."
        ),
    ],
) -> None:
    """Copy everything into another database and compare both; stop the bot first. Exit code 1: nothing was moved.

    The old database stays. A password is better given by MATINEE_MOVE_TO than on the command line.
    """

    _refuse_what_is_no_address(to)

    async def work() -> None:
        from bot.database import storage_settings
        from bot.progress import progress_bars
        from bot.redact import redact
        from storage.move import move, refuse_while_open

        redact.learn(to)
        given = settings()
        refuse_while_open(storage_settings(given))
        async with storage_of(given) as storage:
            with progress_bars() as progress:
                moved = await move(storage, to, progress)
        seal = f", fingerprint {moved.fingerprint}" if moved.fingerprint else ""
        typer.echo(f"moved: {ratings_and_entries(moved.ratings, moved.audit_entries)}, the trail verified{seal}")
        typer.echo("now set MATINEE_DATABASE_URL to the new address, and start the bot")

    wait_for(work())


def _refuse_what_is_no_address(to: str) -> None:
    from storage.engine import parse_url
    from storage.errors import DatabaseUnavailable

    try:
        parse_url(to, Path())
    except DatabaseUnavailable as error:
        raise typer.BadParameter(str(error), param_hint="--to") from None
