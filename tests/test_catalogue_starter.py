"""The starter catalogue: complete, the same everywhere, imported once; a broken file changes nothing."""

import gzip
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.catalogue.errors import CatalogueError
from storage.catalogue.numbers import next_number
from storage.catalogue.starter import FILE, TOTAL, import_starter
from storage.models import movie, movie_genre
from storage.service import Storage, StorageSettings
from tests.catalogues import NOW, quiet
from tests.databases import ANN


@pytest.fixture
async def loaded(starter: Path, tmp_path: Path) -> Storage:
    """The service over a copy of the imported catalogue."""
    shutil.copytree(starter, tmp_path / "data")
    return await Storage.open(StorageSettings(data_dir=tmp_path / "data"), now=lambda: NOW)


async def test_all_films_are_there_with_their_facts(loaded: Storage) -> None:
    assert await loaded.catalogue.count() == TOTAL
    query = sa.select(movie).where(movie.c.imdb_id == "tt0068646")
    row = await loaded.database.read(lambda connection: connection.execute(query).one())

    assert (row.title, row.year, row.directors) == ("The Godfather", 1972, "Francis Ford Coppola")
    await loaded.close()


async def test_importing_again_changes_nothing_and_says_so(loaded: Storage) -> None:
    summary = await loaded.catalogue.import_starter(quiet)

    assert (summary.rows, summary.new, summary.unchanged) == (TOTAL, 0, TOTAL)
    assert len(await loaded.catalogue.status()) == 1
    await loaded.close()


async def test_status_says_what_from_where_and_when(loaded: Storage) -> None:
    (status,) = await loaded.catalogue.status()
    (entry,) = [entry async for entry in loaded.audit.export()]

    assert (status.source, status.rows, status.new, status.at) == ("starter", TOTAL, TOTAL, NOW)
    assert (entry.action, entry.subject, entry.actor) == ("catalogue.import", "catalogue:starter", 0)
    await loaded.close()


async def test_suggestions_go_from_the_best_known_film_on(loaded: Storage) -> None:
    first = await loaded.movies.suggest(ANN)
    assert first is not None
    await loaded.ratings.rate(first.movie.id, 9, ANN)
    second = await loaded.movies.suggest(ANN)
    assert second is not None
    third = await loaded.movies.suggest(ANN, after=second.movie.id)

    assert third is not None
    assert [card.movie.id for card in (first, second, third)] == [1, 2, 3]
    await loaded.close()


async def test_films_of_ones_own_are_numbered_after_the_starters(storage: Storage, tmp_path: Path) -> None:
    file = tmp_path / "films.tsv.gz"
    head, *rows = gzip.decompress(FILE.read_bytes()).splitlines()[:40]
    file.write_bytes(gzip.compress(b"\n".join([head, *rows])))

    def work(connection: sa.Connection) -> int:
        connection.execute(sa.delete(movie_genre))
        connection.execute(sa.delete(movie))
        import_starter(connection, quiet, file)
        return next_number(connection)

    assert await storage.database.write(work) == 1_000_000


@pytest.mark.parametrize("damage", ["truncated", "not gzip", "bad bytes", "empty", "no columns", "short row"])
async def test_a_broken_file_is_named_and_adds_nothing(sqlite_storage: Storage, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "films.tsv.gz"
    content = FILE.read_bytes()
    head, first, *_ = gzip.decompress(content).split(b"\n", 2)
    damaged = {
        "truncated": content[:200_000],
        "not gzip": b"x" * 100,
        "bad bytes": gzip.compress(head + b"\n\xff\xfe"),
        "empty": gzip.compress(b""),
        "no columns": gzip.compress(b"title\nAlien\n"),
        "short row": gzip.compress(head + b"\n" + first[:9]),
    }
    file.write_bytes(damaged[damage])
    before = await sqlite_storage.catalogue.count()

    with pytest.raises(CatalogueError, match=r"films\.tsv\.gz cannot be read"):
        await sqlite_storage.database.write(lambda connection: import_starter(connection, quiet, file))
    assert await sqlite_storage.catalogue.count() == before
