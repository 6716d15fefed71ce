"""The commands. Each imports what it needs when it is called, so that `--help` is quick."""

import typer

from bot.cli import audit, catalogue, digest, doctor, running, search

app = typer.Typer(
    name="matinee",
    help="A Telegram bot to search films, rate them with one tap and get a weekly rating digest.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(running.demo)
app.command()(running.run)
app.command()(running.migrate)
app.command()(search.search)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(digest.app, name="digest")
app.add_typer(audit.app, name="audit")
app.command()(doctor.doctor)
