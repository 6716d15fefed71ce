"""Many films from TMDB: the daily list, each film once, and going on after a break."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from aiohttp import web

import bot.tmdb_import
from bot.errors import Halt
from bot.tmdb_api import TmdbApi
from bot.tmdb_import import best_known, fetch
from storage.service import Storage
from tests.catalogues import quiet
from tests.databases import ANN, DUNE

LISTED = (
    {"adult": False, "id": 1, "popularity": 5.0, "video": False},
    {"adult": True, "id": 2, "popularity": 99.0, "video": False},
    {"adult": False, "id": 3, "popularity": 50.0, "video": False},
    {"adult": False, "id": 4, "popularity": 0.6, "video": False},
    {"adult": False, "id": 5, "popularity": 77.0, "video": True},
)


class There:
    """TMDB: refuses the first `refusals` requests, does not know film 4."""

    def __init__(self) -> None:
        self.refusals = 0
        self.asked: list[str] = []
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=429)
        number = int(request.path.rsplit("/", 1)[1])
        if number == 4:
            return web.Response(status=404)
        crew = [{"job": "Director", "name": "A. Person"}, {"job": "Gaffer", "name": "B. Person"}]
        return web.json_response({
            "id": number, "title": f"Film {number}", "release_date": "2030-01-01", "vote_count": 100, "runtime": 95,
            "imdb_id": f"tt900000{number}", "genres": [{"id": 18, "name": "Drama"}],
            "credits": {"crew": crew, "cast": [{"name": "C. Person"}]},
        })  # fmt: skip


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[There]:
    async def at_once(_: float) -> None: ...

    monkeypatch.setattr(bot.tmdb_import.asyncio, "sleep", at_once)
    made, application = There(), web.Application()
    application.router.add_get("/{path:.*}", made.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def api(there: There) -> AsyncIterator[TmdbApi]:
    made = TmdbApi(there.url, "key")
    yield made
    await made.close()


def export(directory: Path, *rows: object) -> Path:
    file = directory / "movie_ids.json.gz"
    file.write_bytes(gzip.compress(b"\n".join(orjson.dumps(row) for row in rows)))
    return file


def test_the_best_known_come_first_without_adult_ones(tmp_path: Path) -> None:
    assert best_known(export(tmp_path, *LISTED), 2) == [3, 1]


def test_another_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Halt, match=r"movie_ids\.json\.gz cannot be read"):
        best_known(export(tmp_path, {"id": 1}), 2)
    (tmp_path / "plain.gz").write_text("no")
    with pytest.raises(Halt, match=r"plain\.gz cannot be read"):
        best_known(tmp_path / "plain.gz", 2)


async def test_each_film_comes_with_its_people_and_genres(api: TmdbApi, tmp_path: Path) -> None:
    (film,) = await fetch(api, [3], tmp_path / "films.jsonl", quiet)

    assert (film.title, film.year, film.runtime, film.imdb_id) == ("Film 3", 2030, 95, "tt9000003")
    assert (film.directors, film.cast, film.genres) == (("A. Person",), ("C. Person",), ("Drama",))


async def test_refusals_are_waited_out_and_what_is_gone_is_left_out(there: There, api: TmdbApi, tmp_path: Path) -> None:
    there.refusals = 2

    assert [film.tmdb_id for film in await fetch(api, [1, 4], tmp_path / "films.jsonl", quiet)] == [1]


async def test_a_break_goes_on_where_it_was_even_after_a_kill_amid_a_line(
    there: There, api: TmdbApi, tmp_path: Path
) -> None:
    kept = tmp_path / "films.jsonl"
    await fetch(api, [1], kept, quiet)
    with kept.open("ab") as file:
        file.write(b'{"title": "cut o\n')
    there.refusals = 1000
    with pytest.raises(Halt, match="goes on from here"):
        await fetch(api, [1, 3], kept, quiet)
    there.refusals, there.asked = 0, []
    films = await fetch(api, [1, 3], kept, quiet)

    assert sorted(film.tmdb_id or 0 for film in films) == [1, 3]
    assert there.asked == ["/3/movie/3"]


async def test_the_import_is_one_entry_and_a_second_time_changes_nothing(
    api: TmdbApi, storage: Storage, tmp_path: Path
) -> None:
    await storage.ratings.rate(DUNE, 9, ANN)
    films = await fetch(api, [1, 3], tmp_path / "films.jsonl", quiet)
    first = await storage.catalogue.import_films(films, "tmdb", quiet)
    second = await storage.catalogue.import_films(films, "tmdb", quiet)

    assert (first.new, second.new, second.changed, second.unchanged) == (2, 0, 0, 2)
    assert [each.action async for each in storage.audit.export()].count("catalogue.import") == 1
    assert (await storage.movies.search("film 3")).hits
    assert (await storage.movies.card(DUNE, ANN)).my_stars == 9
