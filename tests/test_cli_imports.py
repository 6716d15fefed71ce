"""Imports by the real command: downloaded, done twice, broken off by Ctrl-C and by a kill."""

import asyncio
import gzip
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests import program
from tests.benchmarks.imdb_files import AKAS, BASICS

FILMS = 60_000


def written(directory: Path, films: int) -> None:
    """Three files as IMDb has them, of films that nobody made."""
    ids = [f"tt{number}" for number in range(9_000_000, 9_000_000 + films)]
    basics = [BASICS.split()]
    basics += [[each, "movie", f"Invented {each[2:]}", "x", "0", "1999", r"\N", "90", "War"] for each in ids]
    ratings = [["tconst", "averageRating", "numVotes"]] + [[each, "7.5", "100"] for each in ids]
    akas = [AKAS.split()] + [[each, "1", f"Erfunden {each}", "DE", "de", r"\N", r"\N", "0"] for each in ids]
    directory.mkdir(exist_ok=True)
    for name, rows in (("basics", basics), ("ratings", ratings), ("akas", akas)):
        content = "".join("\t".join(row) + "\n" for row in rows).encode()
        (directory / f"title.{name}.tsv.gz").write_bytes(gzip.compress(content, 1))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[str]:
    written(tmp_path / "files", 50)
    application = web.Application()
    application.router.add_static("/", tmp_path / "files")
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_imdbs_files_are_downloaded_and_imported_once(tmp_path: Path, served: str) -> None:
    data = await program.small_world(tmp_path / "data")
    first = await program.matinee(data, "catalogue", "import", "imdb", "--download", "--from", served)
    again = await program.matinee(data, "catalogue", "import", "imdb", "--download", "--from", served)
    found = await program.matinee(data, "search", "erfundn 9000007")

    assert (first.code, again.code) == (0, 0)
    assert "50 new" in first.out
    assert "personal and non-commercial use" in first.err
    assert again.out.endswith("50 unchanged: nothing to do\n")
    assert "Invented 9000007" in found.out


@pytest.mark.parametrize("wrong", [(), ("--download", "--ratings", "x"), ("--basics", "x", "--download")])
async def test_either_files_or_a_download(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    ended = await program.matinee(tmp_path / "data", "catalogue", "import", "imdb", *wrong)

    assert ended.code == 2
    assert "--download to" in ended.err


async def test_tmdb_needs_a_key(tmp_path: Path) -> None:
    ended = await program.matinee(tmp_path / "data", "catalogue", "import", "tmdb")

    assert (ended.code, "tmdb_key is not set" in ended.err) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("when", ["titles:", "catalogue:"])
async def test_an_import_that_is_broken_off_leaves_the_former_catalogue(
    tmp_path: Path, how: signal.Signals, when: str
) -> None:
    data = await program.small_world(tmp_path / "data")
    written(tmp_path / "files", FILMS)
    before = await program.matinee(data, "catalogue", "status", "--json")
    files = ("--basics", "files/title.basics.tsv.gz", "--akas", "files/title.akas.tsv.gz")
    async with program.started(data, "catalogue", "import", "imdb", *files) as child:
        assert child.stderr is not None
        while not (line := await child.stderr.readline()).startswith(when.encode()):
            assert line
        child.send_signal(how)
        code = await asyncio.wait_for(child.wait(), 30)
    after = await program.matinee(data, "catalogue", "status", "--json")
    whole = await program.matinee(data, "catalogue", "import", "imdb", *files)

    came_late = f"{FILMS:,} unchanged" in whole.out  # the import had ended when the signal came, on a busy machine
    assert came_late or (code != 0 and after.out == before.out and f"{FILMS:,} new" in whole.out)
    assert not list(data.glob("gathering-*"))
