"""`matinee quarantine`: updates that were given up after five tries, or that nobody can read."""

from typing import Annotated

import typer

from bot.cli.common import settings, storage_of, wait_for
from bot.errors import Halt

app = typer.Typer(help="Updates that were given up.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="ID", help="As `matinee quarantine list` shows it.")]


@app.callback()
def group() -> None:
    """Updates that were given up: list, retry, drop."""


@app.command("list")
def list_() -> None:
    """One line each: ID, when it was given up, update id, person, reason. What people wrote is not shown."""

    async def work() -> None:
        async with storage_of(settings()) as storage:
            kept = await storage.quarantine.all()
        for each in kept:
            who = f"person {each.person_id}" if each.person_id else "no person"
            when = f"{each.given_up_at:%Y-%m-%d %H:%M} UTC"
            typer.echo(f"{each.id}  {when}  update {each.update_id}  {who}  {each.reason}")
        if not kept:
            typer.echo("nothing is in quarantine")

    wait_for(work())


@app.command()
def retry(number: Number) -> None:
    """Back into the inbox: the running bot takes it up within seconds, else the next start does."""
    _settle(number, retried=True)


@app.command()
def drop(number: Number) -> None:
    """Forget it for good."""
    _settle(number, retried=False)


def _settle(number: int, *, retried: bool) -> None:
    async def work() -> None:
        async with storage_of(settings()) as storage:
            settle = storage.quarantine.retry if retried else storage.quarantine.drop
            if not await settle(number):
                raise Halt(f"nothing in quarantine has the number {number}: matinee quarantine list")
        typer.echo(f"{number} is back in the inbox" if retried else f"{number} is gone")

    wait_for(work())
