"""IMDb's files into the catalogue: all or nothing, nothing doubled, no rating moved, the same again no change."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.catalogue.errors import CatalogueError
from storage.catalogue.imdb import ImdbFiles
from storage.catalogue.imdb_files import AKAS, BASICS, RATINGS
from storage.models import movie, movie_genre, movie_title
from storage.service import Storage
from tests.catalogues import quiet
from tests.databases import ANN, DUNE

Make = Callable[..., ImdbFiles]
BRIGHT = "tt0113277\tmovie\tBright Star\tBright Star\t0\t1995\t\\N\t170\tAction,Crime"
LIFE = "tt0118799\tmovie\tLife Is Beautiful\tLa vita è bella\t0\t1997\t\\N\t116\tComedy"
SHOW = "tt0903747\ttvSeries\tBreaking Bad\tBreaking Bad\t0\t2008\t2013\t45\tCrime"
ADULT = "tt0000009\tmovie\tPrivate\tPrivate\t1\t1999\t\\N\t\\N\t\\N"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Files in IMDb's format, of rows without their ends."""

    def write(name: str, columns: tuple[str, ...], rows: Iterable[str], packed: bool) -> Path:
        content = "".join(f"{row}\n" for row in ("\t".join(columns), *rows)).encode()
        path = tmp_path / (name + (".gz" if packed else ""))
        path.write_bytes(gzip.compress(content) if packed else content)
        return path

    def files(
        *basics: str, ratings: Iterable[str] = (), akas: Iterable[str] = (), packed: bool = True, **more: Any
    ) -> ImdbFiles:
        return ImdbFiles(
            write("title.basics.tsv", BASICS, basics, packed),
            write("title.ratings.tsv", RATINGS, ratings, packed) if ratings else None,
            write("title.akas.tsv", AKAS, akas, packed) if akas else None,
            **more,
        )

    return files


async def films(storage: Storage) -> dict[str, Any]:
    """Those with an IMDb id, by it."""
    query = sa.select(movie).where(movie.c.imdb_id.is_not(None))
    rows = await storage.database.read(lambda connection: connection.execute(query).all())
    return {row.imdb_id: row for row in rows}


async def column(storage: Storage, of: sa.Column[Any], imdb_id: str) -> set[Any]:
    query = sa.select(of).join(movie, movie.c.id == of.table.c.movie_id).where(movie.c.imdb_id == imdb_id)
    return set(await storage.database.read(lambda connection: connection.execute(query).scalars().all()))


@pytest.mark.parametrize("packed", [True, False])
async def test_films_come_with_their_facts_figures_and_other_titles(storage: Storage, make: Make, packed: bool) -> None:
    akas = [
        f"tt0118799\t{number}\t{title}\t\\N\t\\N\t\\N\t\\N\t0"
        for number, title in enumerate(("Das Leben ist schön", "Life Is Beautiful"))
    ]
    given = make(LIFE, ratings=["tt0118799\t8.6\t750000"], akas=akas, packed=packed)
    summary = await storage.catalogue.import_imdb(given, quiet)
    film = (await films(storage))["tt0118799"]

    assert (summary.rows, summary.new, summary.changed, summary.unchanged) == (1, 1, 0, 0)
    assert (film.title, film.original_title, film.year, film.runtime) == (
        "Life Is Beautiful",
        "La vita è bella",
        1997,
        116,
    )
    assert (film.imdb_score, film.imdb_votes, film.kind, film.source) == (86, 750_000, "movie", "imdb")
    assert await column(storage, movie_genre.c.genre, "tt0118799") == {"Comedy"}
    assert await column(storage, movie_title.c.title, "tt0118799") == {"Das Leben ist schön"}
    found = await storage.movies.find("das leben ist schon")
    assert [line.title for line in found.lines] == ["Life Is Beautiful"]


async def test_the_same_files_again_change_nothing_and_leave_no_entry(storage: Storage, make: Make) -> None:
    given = make(BRIGHT, LIFE, ratings=["tt0113277\t8.3\t700000"])
    await storage.catalogue.import_imdb(given, quiet)
    before = await films(storage)
    summary = await storage.catalogue.import_imdb(given, quiet)

    assert (summary.new, summary.changed, summary.unchanged, summary.did_something) == (0, 0, 2, False)
    assert await films(storage) == before
    entries = [entry async for entry in storage.audit.export()]
    assert [entry.subject for entry in entries if entry.action == "catalogue.import"] == ["catalogue:imdb"]


async def test_what_the_catalogue_has_gets_its_id_by_title_and_year_and_keeps_its_ratings(
    storage: Storage, make: Make
) -> None:
    await storage.ratings.rate(DUNE, 9, ANN)
    count = await storage.catalogue.count()
    dune = "tt1160419\tmovie\tDUNE!\tDune: Part One\t0\t2021\t\\N\t155\tSci-Fi"
    summary = await storage.catalogue.import_imdb(make(dune, ratings=["tt1160419\t8.0\t900000"]), quiet)
    film = (await films(storage))["tt1160419"]

    assert (summary.new, summary.changed, await storage.catalogue.count()) == (0, 1, count)
    assert (film.id, film.title, film.imdb_score) == (DUNE, "Dune", 80)
    assert (await storage.movies.card(DUNE, ANN)).my_stars == 9


async def test_two_films_of_one_title_and_year_are_not_taken_for_each_other(storage: Storage, make: Make) -> None:
    count = await storage.catalogue.count()
    namesakes = [f"tt{number}\tmovie\tDune\tDune\t0\t2021\t\\N\t90\tDrama" for number in (9000001, 9000002)]
    summary = await storage.catalogue.import_imdb(make(*namesakes), quiet)

    assert (summary.new, await storage.catalogue.count()) == (2, count + 2)


async def test_newer_files_change_and_remove_but_nothing_that_was_rated(storage: Storage, make: Make) -> None:
    rows = [
        f"tt000{number}\tmovie\tFilm {number}\tFilm {number}\t0\t2000\t\\N\t90\tDrama" for number in range(1000, 1010)
    ]
    await storage.catalogue.import_imdb(make(*rows), quiet)
    rated = (await films(storage))["tt0001000"].id
    await storage.ratings.rate(rated, 7, ANN)
    changed = rows[2].replace("Film 1002\tFilm", "Film The Second\tFilm")
    summary = await storage.catalogue.import_imdb(make(changed, *rows[3:]), quiet)
    known = await films(storage)
    indexes = await storage.database.read(lambda c: [each["name"] for each in sa.inspect(c).get_indexes("rating")])

    assert [name for name in indexes if "pointing" in str(name)] == []
    assert (summary.changed, summary.removed, summary.unchanged) == (1, 1, 7)
    assert "tt0001000" in known
    assert "tt0001001" not in known
    assert known["tt0001002"].title == "Film The Second"


async def test_files_that_lack_most_of_what_was_imported_are_refused(storage: Storage, make: Make) -> None:
    await storage.catalogue.import_imdb(make(BRIGHT, LIFE, SHOW.replace("tvSeries", "movie")), quiet)

    with pytest.raises(CatalogueError, match="2 of 3 films imported before are not in these files"):
        await storage.catalogue.import_imdb(make(BRIGHT), quiet)


async def test_what_is_left_out_is_counted_by_reason(storage: Storage, make: Make) -> None:
    nameless = BRIGHT.replace("Bright Star\tBright Star", "\\N\t\\N").replace("tt0113277", "tt0113278")
    summary = await storage.catalogue.import_imdb(make(BRIGHT, BRIGHT, SHOW, ADULT, nameless), quiet)

    assert summary.new == 1
    assert summary.skipped == {"other kinds": 1, "adult": 1, "without a title": 1, "twice in the file": 1}


async def test_other_kinds_and_adult_titles_come_if_asked_for(storage: Storage, make: Make) -> None:
    given = make(BRIGHT, SHOW, ADULT, kinds=frozenset({"movie", "tvSeries"}), adult=True)
    summary = await storage.catalogue.import_imdb(given, quiet)

    assert (summary.new, (await films(storage))["tt0903747"].kind) == (3, "series")


def damaged(given: ImdbFiles, how: str) -> ImdbFiles:
    content = gzip.decompress(given.basics.read_bytes())
    spoilt = {
        "cut gzip": gzip.compress(content)[:-20],
        "cut row": content[:-5],
        "few fields": content.replace(b"\t170\t", b"\t"),
        "another file": b"<html>no such file</html>\n",
        "a column less": content.replace(b"\tgenres\n", b"\n"),
        "a word for a year": content.replace(b"1995", b"soon"),
        "no id": content.replace(b"tt0113277", b"0113277"),
        "not UTF-8": content.replace(b"Bright", b"Br\xe4t"),
        "empty": b"",
    }
    given.basics.write_bytes(spoilt[how])
    return given


FAULTS = {
    "cut gzip": "ended before the end-of-stream",
    "cut row": "line 2 has 9 of 9 fields, or is cut off",
    "few fields": "line 2 has 8 of 9 fields",
    "another file": "it is another file; expected are the columns tconst titleType",
    "a column less": "it lacks genres",
    "a word for a year": "b'soon' is no number",
    "no id": "b'0113277' is no identifier of a title",
    "not UTF-8": "is not UTF-8",
    "empty": "it is another file",
}


@pytest.mark.parametrize("how", FAULTS)
async def test_a_damaged_file_is_named_and_nothing_is_imported(how: str, sqlite_storage: Storage, make: Make) -> None:
    with pytest.raises(CatalogueError, match=FAULTS[how]) as raised:
        await sqlite_storage.catalogue.import_imdb(damaged(make(BRIGHT), how), quiet)

    assert str(raised.value).startswith("title.basics.tsv.gz cannot be read: ")
    assert await films(sqlite_storage) == {}


async def test_a_missing_file_is_named(sqlite_storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"title\.basics\.tsv\.gz cannot be read: .*No such file"):
        await sqlite_storage.catalogue.import_imdb(ImdbFiles(tmp_path / "title.basics.tsv.gz"), quiet)
