"""The commands. Each imports what it needs when it is called, so that `--help` is quick."""

from typing import Annotated

import typer

from bot.cli.audit import app as audit
from bot.cli.backup import backup, restore
from bot.cli.catalogue import app as catalogue
from bot.cli.digest import app as digest
from bot.cli.doctor import doctor
from bot.cli.move import move
from bot.cli.quarantine import app as quarantine
from bot.cli.running import demo, migrate, run
from bot.cli.search import search
from bot.cli.webhook import app as webhook

app = typer.Typer(
    name="matinee",
    help="A Telegram bot to search films, rate them with one tap and get a weekly rating digest.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"matinee {version('matinee')}")
        raise typer.Exit


@app.callback()
def program(
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What all commands have in common."""


for command in (demo, run, migrate, search, doctor, backup, restore, move):
    app.command()(command)
groups = {"catalogue": catalogue, "digest": digest, "audit": audit, "quarantine": quarantine, "webhook": webhook}
for name, group in groups.items():
    app.add_typer(group, name=name)
