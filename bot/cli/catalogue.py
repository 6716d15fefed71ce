"""`matinee catalogue`: what is loaded, and loading it."""

import re
from typing import Annotated

import typer

from bot.cli import imports
from bot.cli.common import counted, settings, storage_of, wait_for

STARTER_TERMS = """\
The starter catalogue holds facts only and is offered under CC BY-SA 4.0. Film facts: Wikidata (CC0), Wikipedia
contributors (CC BY-SA 4.0), omdb.org (CC BY 2.0 DE), CMU Movie Summary Corpus (CC BY-SA 3.0), FiveThirtyEight (CC BY
4.0) and others; THIRD_PARTY.md names them all. Not affiliated with or endorsed by IMDb or TMDB."""

app = typer.Typer(help="The films that can be found.", no_args_is_help=True)
app.add_typer(imports.app, name="import")


@app.command()
def add(
    title: Annotated[str, typer.Argument(help="As it shall be shown.")],
    year: Annotated[int | None, typer.Option(min=1870, max=2100)] = None,
    director: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    imdb_id: Annotated[str | None, typer.Option("--imdb", help="tt and seven digits or more.")] = None,
) -> None:
    """Add one film; a running bot finds it within seconds. Exit code 1: the catalogue has it already."""
    if imdb_id is not None and not re.fullmatch(r"tt\d{7,10}", imdb_id, re.ASCII):
        raise typer.BadParameter(
            f"{imdb_id!r} is no IMDb id: expected is tt and seven digits or more", param_hint="--imdb"
        )

    from storage.values import LONGEST_TITLE, NewFilm, is_title

    if not is_title(title):
        raise typer.BadParameter(
            f"{title!r} is no title: expected are 1 to {LONGEST_TITLE} characters in one line, not all of them blank",
            param_hint="TITLE",
        )

    async def work() -> None:
        film = NewFilm(title=title, year=year, directors=tuple(director or ()), imdb_id=imdb_id)
        async with storage_of(settings(), create=True) as storage:
            number = await storage.catalogue.add(film)
        typer.echo(f"added as film {number}")

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
            typer.echo(counted(count, "film", "films"))
            for each in done:
                typer.echo(f"{each.at:%Y-%m-%d %H:%M} UTC  {each.source}: {each.rows:,} read, {each.new:,} new")
            if any(each.source == "starter" for each in done):
                typer.echo(STARTER_TERMS)
        return 0 if count else 1

    wait_for(work())
