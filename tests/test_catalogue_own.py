"""Films of one's own: found at once, never twice, and a damaged file adds nothing."""

import asyncio
import re
import shutil
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from storage.catalogue.errors import CatalogueError
from storage.errors import FilmKnown
from storage.search.build import IndexBuilder, building
from storage.service import Storage
from storage.values import NewFilm
from tests.catalogues import quiet
from tests.databases import ANN, DUNE

VIDEO = NewFilm(title="Home Video", year=2021, directors=("Ann Hart",), imdb_id="tt9999999", other_titles=("Urlaub",))


async def first(storage: Storage, query: str) -> int | None:
    found = await storage.movies.search(query)
    return found.hits[0].movie_id if found.hits else None


async def test_a_film_is_found_as_soon_as_it_is_added(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    movie_id = await storage.catalogue.add(VIDEO, ANN)
    entry = [entry async for entry in storage.audit.export()][-1]

    for query in ("home vidoe", "urlaub", "ann hart 2021", "tt9999999"):
        assert await first(storage, query) == movie_id
    assert (entry.action, entry.actor, entry.subject) == ("movie.add", ANN.person_id, f"movie:{movie_id}")
    assert (await storage.movies.card(movie_id, ANN)).movie.directors == ("Ann Hart",)


async def test_a_restart_finds_it_without_building_the_index_anew(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    movie_id = await storage.catalogue.add(VIDEO)
    done: list[str] = []
    await storage.catalogue.load_index(lambda what, *_: done.append(what))

    assert (await first(storage, "home video"), done) == (movie_id, [])


async def test_another_replica_follows(storage: Storage, tmp_path: Path) -> None:
    await storage.catalogue.load_index(quiet)
    other = await Storage.open(storage.settings, now=storage.now)
    await other.catalogue.load_index(quiet)
    movie_id = await storage.catalogue.add(VIDEO)
    before = await first(other, "home video")
    await other.catalogue.follow()
    after = await first(other, "home video")
    await other.close()

    assert (before, after) == (None, movie_id)


async def test_whoever_follows_at_the_same_moment_waits_for_one_build(
    sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a command in a shell has imported is indexed once, by whichever of them came first."""
    await sqlite_storage.catalogue.load_index(quiet)
    other = await Storage.open(sqlite_storage.settings, now=sqlite_storage.now)
    await other.catalogue.import_films([VIDEO], "csv", quiet)
    await other.close()
    shutil.rmtree(sqlite_storage.settings.data_dir / "search")
    built: list[Path] = []

    def counted(directory: Path) -> AbstractAsyncContextManager[IndexBuilder]:
        built.append(directory)
        return building(directory)

    monkeypatch.setattr("storage.catalogue.service.building", counted)
    await asyncio.gather(*(sqlite_storage.catalogue.follow() for _ in range(5)))

    assert (len(built), await first(sqlite_storage, "home video") is not None) == (1, True)


@pytest.mark.parametrize(
    "again",
    [VIDEO, NewFilm(title="HOME video!", year=2021), NewFilm(title="Another", imdb_id="tt9999999")],
    ids=["the same", "spelt otherwise", "by its id"],
)
async def test_a_film_is_added_once(storage: Storage, again: NewFilm) -> None:
    movie_id = await storage.catalogue.add(VIDEO)
    with pytest.raises(FilmKnown) as known:
        await storage.catalogue.add(again)

    assert known.value.movie_id == movie_id


async def test_a_film_of_another_year_is_another_film(storage: Storage) -> None:
    await storage.catalogue.add(NewFilm(title="Dune", year=2030))

    with pytest.raises(FilmKnown) as known:
        await storage.catalogue.add(NewFilm(title="dune", year=2021))
    assert known.value.movie_id == DUNE


async def test_many_come_from_a_file_and_again_nothing_changes(storage: Storage, tmp_path: Path) -> None:
    file = tmp_path / "films.csv"
    file.write_text(
        'title,year,genres,directors\n"Night, Day",1999,Drama|Short,A B|C D\nDune,2021,,\nNight Day,1999,,\n'
    )
    summary = await storage.catalogue.import_csv(file, quiet)
    again = await storage.catalogue.import_csv(file, quiet)
    movie_id = await first(storage, "night day")
    assert movie_id is not None
    film = (await storage.movies.card(movie_id, ANN)).movie

    assert (summary.rows, summary.new, summary.unchanged) == (3, 1, 2)
    assert (again.new, again.did_something) == (0, False)
    assert (film.title, film.genres, film.directors) == ("Night, Day", ("Drama", "Short"), ("A B", "C D"))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("name,year\nX,1999\n", "it has no column title"), ("title,color\nX,red\n", "unknown column color"),
        ("title,year\nX\n", "line 2 is damaged"), ("title,year\nX,1999,more\n", "line 2 is damaged"),
        ("title,year\n,1999\n", "line 2 is damaged, or has no title"),
        ("title\nX\x07Y\n", "line 2 is damaged, or has no title"),
        ("title,year\nX,MCMXCIX\n", "line 2 has 'MCMXCIX' as year"),
        ("title,imdb\nX,123\n", "line 2 has '123' as imdb"),
        ('title\n"X\n', "unexpected end of data"),
        ("title\n" + "X" * 501 + "\n", "line 2 is damaged"),
        ("", "no column title"),
    ],
)  # fmt: skip
async def test_a_damaged_file_names_its_fault_and_adds_nothing(
    content: str, fault: str, sqlite_storage: Storage, tmp_path: Path
) -> None:
    file = tmp_path / "films.csv"
    file.write_text(content)
    count = await sqlite_storage.catalogue.count()

    with pytest.raises(CatalogueError, match=re.escape(fault)):
        await sqlite_storage.catalogue.import_csv(file, quiet)
    assert await sqlite_storage.catalogue.count() == count


async def test_an_id_that_another_film_bears_is_not_given_twice(storage: Storage) -> None:
    """Two sources had one film each, by one id each; a third knows that both ids are of one."""
    by_imdb = await storage.catalogue.add(NewFilm(title="El padrino", year=1972, imdb_id="tt0068646"))
    by_tmdb = await storage.catalogue.add(NewFilm(title="The Godfather", year=1972, tmdb_id=238))
    both = NewFilm(title="The Godfather", year=1972, imdb_id="tt0068646", tmdb_id=238, overview="A family.")
    summary = await storage.catalogue.import_films([both], "tmdb", quiet)
    first, second = await storage.movies.cards([by_imdb, by_tmdb])

    assert (summary.new, summary.changed) == (0, 1)
    assert [first.movie.overview, second.movie.imdb_id] == ["A family.", None]
