"""Looking films up at TMDB: beside a local stand-in that is slow, refuses, breaks and talks nonsense."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.tmdb import FAILURES, REST_S, Tmdb
from storage.service import Storage
from storage.values import NewFilm
from tests.catalogues import quiet
from tests.conversations import staged
from tests.databases import ANN as ANN_HERSELF
from tests.databases import DUNE, HEAT

KEY = "0123456789abcdef0123456789abcdef"
FOUND = {
    "id": 900001, "title": "Quxory Rising", "original_title": "Quxory", "release_date": "2031-05-01", "vote_count": 900,
    "poster_path": "/quxory.jpg", "overview": "A film that no catalogue has.",
}  # fmt: skip

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def films(*found: Any) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"movie_results" if "/find/" in request.path else "results": list(found)})

    return answer


def status(code: int) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"status_message": "no"}, status=code)

    return answer


def nonsense(body: bytes) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return answer


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits that long")


class StandIn:
    """Answers as it was told, the last answer again and again; remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [films()]
        self.asked: list[web.Request] = []
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


@pytest.fixture
async def there() -> AsyncIterator[StandIn]:
    stand_in, application = StandIn(), web.Application()
    application.router.add_get("/{path:.*}", stand_in.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stand_in.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stand_in
    await runner.cleanup()


@pytest.fixture
def time() -> list[float]:
    return [0.0]


@pytest.fixture
async def tmdb(there: StandIn, time: list[float]) -> AsyncIterator[Tmdb]:
    made = Tmdb(there.url, KEY, clock=lambda: time[0])
    yield made
    await made.close()


async def test_a_film_comes_with_all_that_a_card_shows(there: StandIn, tmdb: Tmdb) -> None:
    there.answers = [films(FOUND)]
    (film,) = await tmdb.find("quxory")

    assert (film.title, film.original_title, film.year, film.tmdb_id) == ("Quxory Rising", "Quxory", 2031, 900001)
    assert film.poster == "https://image.tmdb.org/t/p/w500/quxory.jpg"
    assert film.overview == "A film that no catalogue has."
    assert 0 < film.popularity < 1000
    assert dict(there.asked[0].query) == {"query": "quxory", "include_adult": "false", "api_key": KEY}


async def test_an_imdb_link_is_looked_up_by_its_id(there: StandIn, tmdb: Tmdb) -> None:
    there.answers = [films(FOUND)]
    (film,) = await tmdb.find("https://www.imdb.com/title/tt7654321/")

    assert there.asked[0].path == "/3/find/tt7654321"
    assert film.imdb_id == "tt7654321"


async def test_a_token_goes_into_a_header_and_not_into_the_address(there: StandIn) -> None:
    tmdb = Tmdb(there.url, "aaa.bbb.ccc")
    await tmdb.find("x")
    await tmdb.close()

    assert there.asked[0].headers["Authorization"] == "Bearer aaa.bbb.ccc"
    assert "api_key" not in there.asked[0].query


@pytest.mark.parametrize("first", [status(500), status(429), nonsense(b"<html>"), nonsense(b"[]"), nonsense(b"")])
async def test_a_second_try_helps(there: StandIn, tmdb: Tmdb, first: Answer) -> None:
    there.answers = [first, films(FOUND)]

    assert [film.title for film in await tmdb.find("quxory")] == ["Quxory Rising"]


@pytest.mark.parametrize("broken", [
    status(500), status(401), nonsense(b'{"results": 7}'), nonsense(b'{"results": {"a": 1}}'), nonsense(b"\xff" * 99),
])  # fmt: skip
async def test_what_stays_broken_finds_nothing(there: StandIn, tmdb: Tmdb, broken: Answer) -> None:
    there.answers = [broken]

    assert list(await tmdb.find("quxory")) == []
    assert len(there.asked) == 2


@pytest.mark.parametrize("odd", [
    None, 7, [], {}, {"id": "x", "title": "T"}, {"id": 1}, {"id": 1, "title": " \0"}, {"id": 2**70, "title": "T"},
    {"id": True, "title": "T"},
])  # fmt: skip
async def test_what_is_no_film_is_left_out(there: StandIn, tmdb: Tmdb, odd: Any) -> None:
    there.answers = [films(odd, FOUND)]

    assert [film.tmdb_id for film in await tmdb.find("quxory")] == [900001]


@pytest.mark.parametrize("odd", [
    {"release_date": "soon"}, {"release_date": 7}, {"vote_count": "many"}, {"vote_count": -5}, {"poster_path": "//x\0"},
    {"overview": None}, {"original_title": []}, {"release_date": "२०३१-01-01"},
])  # fmt: skip
async def test_an_odd_fact_does_not_cost_the_film(there: StandIn, tmdb: Tmdb, odd: dict[str, Any]) -> None:
    there.answers = [films(FOUND | odd)]

    assert len(await tmdb.find("quxory")) == 1


async def test_nobody_waits_longer_than_the_deadline(
    there: StandIn, tmdb: Tmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.tmdb.DEADLINE_S", 0.05)
    there.answers = [slow]

    assert list(await tmdb.find("quxory")) == []


async def test_who_fails_again_and_again_is_left_alone_for_a_while(
    there: StandIn, tmdb: Tmdb, time: list[float]
) -> None:
    there.answers = [status(500)]
    for _ in range(FAILURES + 5):
        await tmdb.find("quxory")
    assert len(there.asked) == 2 * FAILURES

    time[0], there.answers = REST_S + 1, [films(FOUND)]
    assert len(await tmdb.find("quxory")) == 1


async def test_the_key_is_in_no_line_of_the_log(there: StandIn, tmdb: Tmdb, capsys: pytest.CaptureFixture[str]) -> None:
    there.answers = [status(500)]
    await tmdb.find("quxory")
    nobody = Tmdb("http://127.0.0.1:9", KEY)
    await nobody.find("quxory")
    await nobody.close()
    said = capsys.readouterr()

    assert "TMDB did not answer" in said.out + said.err
    assert KEY not in said.out + said.err


async def test_what_was_found_is_kept_once_with_an_entry(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    film = NewFilm(title="Quxory Rising", year=2031, tmdb_id=900001)

    assert await storage.catalogue.take_up([film, NewFilm(title="Quxory", year=1999, tmdb_id=2)], "tmdb") == 2
    assert await storage.catalogue.take_up([film], "tmdb") == 0
    actions = [entry.action async for entry in storage.audit.export()]
    assert actions.count("movie.add") == 2


async def test_a_known_film_gets_what_it_lacks_and_keeps_what_it_has(storage: Storage) -> None:
    before = (await storage.movies.card(DUNE, ANN_HERSELF)).movie
    assert before.poster is None
    film = NewFilm(title=before.title, year=before.year, tmdb_id=8, poster="https://x.example/a.jpg", overview="Sand.")
    await storage.catalogue.take_up([film], "tmdb")
    await storage.catalogue.take_up([NewFilm(title=before.title, year=before.year, overview="Other.")], "tmdb")
    after = (await storage.movies.card(DUNE, ANN_HERSELF)).movie

    assert (after.poster, after.overview, after.directors) == ("https://x.example/a.jpg", "Sand.", before.directors)
    assert (await storage.movies.card(HEAT, ANN_HERSELF)).movie.poster is None


async def test_a_film_that_nobody_knew_is_found_rated_and_found_again(
    there: StandIn, starter: Path, tmp_path: Path
) -> None:
    there.answers = [films(FOUND)]
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data", tmdb_key=KEY, tmdb_url=there.url) as stage:
        talk = await stage.client.open()
        card = await talk.asks("quxory rising")
        assert card.text.startswith("🎬 Quxory Rising (2031)")
        await card.press("8")
        await talk.asks("quxory rising")
        await talk.asks("the matrix 1999")

        assert len(there.asked) == 1


async def test_with_tmdb_down_search_stays_local(there: StandIn, starter: Path, tmp_path: Path) -> None:
    there.answers = [status(500)]
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data", tmdb_key=KEY, tmdb_url=there.url) as stage:
        reply = await (await stage.client.open()).asks("quxory rising")

        assert "nothing" in reply.text or reply.text.startswith("🔎")
