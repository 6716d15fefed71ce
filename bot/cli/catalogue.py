"""`matinee catalogue`: what is loaded, and loading it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import settings, storage_of, wait_for

if TYPE_CHECKING:
    from storage.catalogue.summary import ImportSummary

KINDS = ("movie", "tvMovie")
MORE_KINDS = ("short", "tvSeries", "tvMiniSeries", "video")

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


@imports.command()
def imdb(
    basics: Annotated[Path, typer.Option(help="title.basics.tsv.gz, as it is or unpacked.")],
    ratings: Annotated[Path | None, typer.Option(help="title.ratings.tsv.gz: scores, and what is well known.")] = None,
    akas: Annotated[Path | None, typer.Option(help="title.akas.tsv.gz: titles in all languages.")] = None,
    kinds: Annotated[str, typer.Option(help=f"Also {', '.join(MORE_KINDS)}.")] = ",".join(KINDS),
    adult: Annotated[bool, typer.Option("--adult", help="Adult titles too.")] = False,
) -> None:
    """Merge IMDb's own files: all or nothing, and nobody's rating moves. Exit code 1: nothing was changed.

    The files are IMDb's, for personal and non-commercial use: https://developer.imdb.com/non-commercial-datasets
    """
    chosen = frozenset(kinds.replace(",", " ").split())
    if unknown := sorted(chosen - {*KINDS, *MORE_KINDS}):
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join([*KINDS, *MORE_KINDS])}", param_hint="--kinds")

    async def work() -> None:
        from bot.progress import progress_bars
        from storage.catalogue.imdb import ImdbFiles

        async with storage_of(settings()) as storage:
            with progress_bars() as progress:
                files = ImdbFiles(basics, ratings, akas, chosen, adult)
                summary = await storage.catalogue.import_imdb(files, progress)
        for line in summary_lines(summary):
            typer.echo(line)

    wait_for(work())


@imports.command("csv")
def csv_(
    file: Annotated[
        Path, typer.Argument(help="UTF-8, with a line of column names, of which only title has to be there.")
    ],
) -> None:
    """Add films of your own: all or nothing; those that are known stay as they are. Exit code 1: nothing was changed.

    Columns: title, year, original_title, other_titles, runtime (minutes), genres, directors, cast, imdb (tt…), tmdb.
    Several values in one cell are parted by "|".
    """

    async def work() -> None:
        from bot.progress import progress_bars

        async with storage_of(settings()) as storage:
            with progress_bars() as progress:
                summary = await storage.catalogue.import_csv(file, progress)
        for line in summary_lines(summary):
            typer.echo(line)

    wait_for(work())


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

    async def work() -> None:
        from storage.values import NewFilm

        film = NewFilm(title=title, year=year, directors=tuple(director or ()), imdb_id=imdb_id)
        async with storage_of(settings()) as storage:
            number = await storage.catalogue.add(film)
        typer.echo(f"added as film {number}")

    wait_for(work())


def summary_lines(summary: "ImportSummary") -> list[str]:
    skipped = ", ".join(f"{count:,} {why}" for why, count in summary.skipped.items())
    films = f"{summary.new:,} new, {summary.changed:,} changed, {summary.unchanged:,} unchanged"
    removed = [f"{summary.removed:,} films that are gone from the files and that nobody rated were removed"]
    return [
        f"{summary.rows:,} titles read" + (f", left out: {skipped}" if skipped else ""),
        f"films: {films}" if summary.did_something else f"films: {films}: nothing to do",
        *(removed if summary.removed else []),
    ]


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
