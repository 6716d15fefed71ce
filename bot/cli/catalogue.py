"""`matinee catalogue`: what is loaded, and loading it."""

from typing import Annotated

import typer

from bot.cli.common import settings, storage_of, wait_for

STARTER_TERMS = """\
The starter catalogue holds facts only and is offered under CC BY-SA 4.0. Film facts: Wikidata (CC0), Wikipedia
contributors (CC BY-SA 4.0), omdb.org (CC BY 2.0 DE), CMU Movie Summary Corpus (CC BY-SA 3.0), FiveThirtyEight (CC BY
4.0) and others; THIRD_PARTY.md names them all. Not affiliated with or endorsed by IMDb or TMDB."""

app = typer.Typer(help="The films that can be found.", no_args_is_help=True)
imports = typer.Typer(help="Add films to the catalogue.", no_args_is_help=True)
app.add_typer(imports, name="import")


@imports.command()
def starter() -> None:
    """Load the catalogue that comes with the program; a second time changes nothing."""

    async def work() -> None:
        from bot.progress import progress_bars

        async with storage_of(settings()) as storage:
            with progress_bars() as progress:
                summary = await storage.catalogue.import_starter(progress)
        typer.echo(f"{summary.rows:,} films read, {summary.new:,} of them new")

    wait_for(work())


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Say what is loaded, from where and when. Exit code 1: nothing is."""

    async def work() -> int:
        import orjson

        async with storage_of(settings()) as storage:
            done, count = await storage.catalogue.status(), await storage.catalogue.count()
        if json:
            typer.echo(orjson.dumps({"films": count, "imports": done}).decode())
        else:
            typer.echo(f"{count:,} films")
            for each in done:
                typer.echo(f"{each.at:%Y-%m-%d %H:%M} UTC  {each.source}: {each.rows:,} read, {each.new:,} new")
            if any(each.source == "starter" for each in done):
                typer.echo(STARTER_TERMS)
        return 0 if count else 1

    wait_for(work())
