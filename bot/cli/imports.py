"""`matinee catalogue import`: films from files, from IMDb and from TMDB."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import counted, settings, storage_of, wait_for, wall_clock

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.download import Progress
    from storage.catalogue.service import Catalogue
    from storage.catalogue.summary import ImportSummary

KINDS = ("movie", "tvMovie")
MORE_KINDS = ("short", "tvSeries", "tvMiniSeries", "video")
IMDB = "https://datasets.imdbws.com"
IMDB_FILES = ("title.basics.tsv.gz", "title.ratings.tsv.gz", "title.akas.tsv.gz")
TMDB = "https://files.tmdb.org/p/exports"
TERMS = "IMDb's files are for personal and non-commercial use: https://developer.imdb.com/non-commercial-datasets"

app = typer.Typer(help="Add films to the catalogue.", no_args_is_help=True)


@app.command()
def starter() -> None:
    """Load the catalogue that comes with the program; a second time changes nothing."""
    _import(lambda catalogue, _settings, progress: catalogue.import_starter(progress))


@app.command()
def imdb(
    basics: Annotated[Path | None, typer.Option(help="title.basics.tsv.gz, as it is or unpacked.")] = None,
    ratings: Annotated[Path | None, typer.Option(help="title.ratings.tsv.gz: scores, and what is well known.")] = None,
    akas: Annotated[Path | None, typer.Option(help="title.akas.tsv.gz: titles in all languages.")] = None,
    kinds: Annotated[str, typer.Option(help=f"Also {', '.join(MORE_KINDS)}.")] = ",".join(KINDS),
    adult: Annotated[bool, typer.Option("--adult", help="Adult titles too.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Fetch the three files into the data directory.")
    ] = False,
    source: Annotated[str, typer.Option("--from", help="Where to download from.")] = IMDB,
) -> None:
    """Merge IMDb's own files: all or nothing, and nobody's rating moves. Exit code 1: nothing was changed.

    The files are IMDb's, for personal and non-commercial use: https://developer.imdb.com/non-commercial-datasets
    A download that broke off goes on with the same command, and what has not changed is not fetched again.
    """
    chosen = frozenset(kinds.replace(",", " ").split())
    if unknown := sorted(chosen - {*KINDS, *MORE_KINDS}):
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join([*KINDS, *MORE_KINDS])}", param_hint="--kinds")
    if (basics is None) is not download or (download and (ratings or akas)):
        raise typer.BadParameter("give the files that you have, or --download to fetch them", param_hint="--basics")

    async def work(catalogue: "Catalogue", given: "Settings", progress: "Progress") -> "ImportSummary":
        from storage.catalogue.imdb import ImdbFiles

        files: tuple[Path, Path | None, Path | None] = (basics or Path(), ratings, akas)
        if download:
            files = await _downloaded(source, given.data_dir / "imdb", progress)
        return await catalogue.import_imdb(ImdbFiles(*files, chosen, adult), progress)

    _import(work)


async def _downloaded(source: str, directory: Path, progress: "Progress") -> tuple[Path, Path, Path]:
    from bot.download import download

    typer.echo(TERMS, err=True)
    basics, ratings, akas = (directory / name for name in IMDB_FILES)
    for file in (basics, ratings, akas):
        await download(f"{source}/{file.name}", file, progress)
    return basics, ratings, akas


@app.command()
def tmdb(
    most: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many films, the best known first.")] = 10_000,
    source: Annotated[str, typer.Option("--from", help="Where TMDB's daily lists of ids are.")] = TMDB,
) -> None:
    """Add the best-known films of TMDB with posters and overviews; needs MATINEE_TMDB_KEY. Goes on where it broke off.

    It asks 30 times a second: 10,000 films take six minutes. Exit code 1: nothing was changed.
    """

    async def work(catalogue: "Catalogue", given: "Settings", progress: "Progress") -> "ImportSummary":
        from bot.download import download
        from bot.errors import ConfigError
        from bot.tmdb_api import TmdbApi
        from bot.tmdb_import import best_known, export_name, fetch

        if given.tmdb_key is None:
            raise ConfigError("tmdb_key is not set: get one at https://www.themoviedb.org/settings/api")
        directory = given.data_dir / "tmdb"
        listed = directory / export_name(wall_clock().date() - timedelta(days=1))  # today's comes in the morning
        await download(f"{source}/{listed.name}", listed, progress)
        api = TmdbApi(given.tmdb_url, given.tmdb_key.get_secret_value())
        try:
            films = await fetch(api, best_known(listed, most), directory / "films.jsonl", progress)
        finally:
            await api.close()
        return await catalogue.import_films(films, "tmdb", progress)

    _import(work)


@app.command("csv")
def csv_(
    file: Annotated[
        Path, typer.Argument(help="UTF-8, with a line of column names, of which only title has to be there.")
    ],
) -> None:
    """Add films of your own: all or nothing; those that are known stay as they are. Exit code 1: nothing was changed.

    Columns: title, year, original_title, other_titles, runtime (minutes), genres, directors, cast, imdb (tt…), tmdb.
    Several values in one cell are parted by "|".
    """
    _import(lambda catalogue, _settings, progress: catalogue.import_csv(file, progress))


def _import(run: "Callable[[Catalogue, Settings, Progress], Awaitable[ImportSummary]]") -> None:
    async def work() -> None:
        from bot.progress import progress_bars

        given = settings()
        async with storage_of(given, create=True) as storage:
            with progress_bars() as progress:
                summary = await run(storage.catalogue, given, progress)
        for line in summary_lines(summary):
            typer.echo(line)

    wait_for(work())


def summary_lines(summary: "ImportSummary") -> list[str]:
    skipped = ", ".join(f"{count:,} {why}" for why, count in summary.skipped.items())
    films = f"{summary.new:,} new, {summary.changed:,} changed, {summary.unchanged:,} unchanged"
    removed = [f"removed, for they are gone from the files and nobody rated them: {summary.removed:,}"]
    return [
        counted(summary.rows, "title", "titles") + " read" + (f", left out: {skipped}" if skipped else ""),
        f"films: {films}" if summary.did_something else f"films: {films}: nothing to do",
        *(removed if summary.removed else []),
    ]
