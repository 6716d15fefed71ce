"""The index: what people type finds what they mean; nonsense finds nothing; a new build replaces the old at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.search.index import IndexedTitle, SearchIndex

Build = Callable[..., SearchIndex]


@pytest.fixture(scope="module")
def titles(starter: Path) -> dict[int, str]:
    """The starter catalogue's films as "Title (year)"."""
    import sqlite3

    with sqlite3.connect(starter / "matinee.db") as database:
        rows = database.execute("SELECT id, title, year FROM movie").fetchall()
    return {movie_id: f"{title} ({year})" for movie_id, title, year in rows}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("godfahter", "The Godfather (1972)"),
        ("godfather", "The Godfather (1972)"),
        ("nterstellar", "Interstellar (2014)"),
        ("intrestelar", "Interstellar (2014)"),
        ("amelie", "Amélie (2001)"),
        ("AMÉLIE", "Amélie (2001)"),
        ("matrix", "The Matrix (1999)"),
        ("the batman", "The Batman (2022)"),  # less known than the Batman of 1989
        ("the inception", "Inception (2010)"),
        ("starwars", "Star Wars: Episode IV – A New Hope (1977)"),
        ("pulp fict", "Pulp Fiction (1994)"),
        ("fiction pulp", "Pulp Fiction (1994)"),
        ("schindlers list", "Schindler's List (1993)"),
        ("shawshank", "The Shawshank Redemption (1994)"),
        ("dune 1984", "Dune (1984)"),
        ("dune 2021", "Dune (2021)"),
        ("titanic 1997", "Titanic (1997)"),
        ("2001 a space odyssey", "2001: A Space Odyssey (1968)"),
        ("blade runner 2049", "Blade Runner 2049 (2017)"),
        ("1917", "1917 (2019)"),
        ("fast and furious 2009", "Fast & Furious (2009)"),
        ("la vita e bella", "Life is Beautiful (1997)"),
        ("la confidential", "L.A. Confidential (1997)"),
        ("m*a*s*h 1970", "MASH (1970)"),
        ("ailen", "Alien (1979)"),
        ("heta", "Heat (1995)"),
        ("1994", "Forrest Gump (1994)"),
        ("2001", "2001: A Space Odyssey (1968)"),
        ("godfather xyzzy", "The Godfather (1972)"),
        ("dune 102", "Dune (2021)"),
        ("tarantno travlta", "Pulp Fiction (1994)"),
        ("https://www.imdb.com/title/tt0068646/?ref_=x", "The Godfather (1972)"),
    ],
)
def test_what_is_meant_comes_first(starter_index: SearchIndex, titles: dict[int, str], query: str, title: str) -> None:
    assert titles[starter_index.search(query).hits[0].movie_id] == title


@pytest.mark.parametrize(
    "query", ["godfahter", "casabinca", "the matrix", "amelie", "dune 2021", "tt0068646", "12 angry men 1957"]
)
def test_one_clear_hit_is_known_as_such(starter_index: SearchIndex, query: str) -> None:
    assert starter_index.search(query).clear


@pytest.mark.parametrize("query", ["dune", "titanic", "heat", "harry potter", "the", "asdf"])
def test_namesakes_are_for_the_person_to_choose_from(starter_index: SearchIndex, query: str) -> None:
    assert not starter_index.search(query).clear


@pytest.mark.parametrize("query", ["Der Pate", "El padrino", "<b>bold</b>", "<b>x</b> & <i>", "avatar 3", "dune 102"])
def test_what_is_not_there_is_not_taken_for_something_else(starter_index: SearchIndex, query: str) -> None:
    """The first two are The Godfather elsewhere, and films of nearly that name are there."""
    assert not starter_index.search(query).clear


@pytest.mark.parametrize("query", ["Матрица", "Le Parrain", "крёстный отец"])
def test_one_word_with_two_typos_is_nobodys_name(starter_index: SearchIndex, query: str) -> None:
    assert starter_index.search(query).hits == ()


def test_what_only_some_of_the_words_lead_to_is_not_good(starter_index: SearchIndex) -> None:
    assert not starter_index.search("godfather xyzzy").good
    assert starter_index.search("the godfather").good


@pytest.mark.parametrize("query", ["", " ", "asdkjhqwe", "🎬🎬🎬", "\x00\x01", "'; DROP TABLE movie;--", "qx" * 2500])
def test_nonsense_finds_nothing(starter_index: SearchIndex, query: str) -> None:
    assert starter_index.search(query).hits == ()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_the_same_ordered_answer_twice(starter_index: SearchIndex, query: str) -> None:
    first = starter_index.search(query)

    assert first == starter_index.search(query)
    assert len({hit.movie_id for hit in first.hits}) == len(first.hits)


def test_exact_title_beats_a_more_popular_near_miss(build: Build) -> None:
    index = build(("Alien", 1979, 1000), ("Aliens", 1986, 10))

    assert [hit.movie_id for hit in index.search("aliens").hits] == [2, 1]


def test_an_unknown_namesake_of_a_famous_film_is_not_clearly_meant(build: Build) -> None:
    films = ("Terminator II", 1990, 226), ("Terminator 2: Judgment Day", 1991, 878), ("Alien", 1979, 817)
    index = build(*films, ("Aliens", 1986, 824))

    assert not index.search("terminator 2").clear
    assert [hit.movie_id for hit in index.search("terminator 2").hits][:2] == [1, 2]
    assert index.search("alien").clear


def test_fame_decides_among_namesakes(build: Build) -> None:
    index = build(("Heat", 1972, 100), ("Heat", 1995, 900))

    assert [hit.movie_id for hit in index.search("heat").hits] == [2, 1]


def test_every_title_of_a_film_finds_it_once(tmp_path: Path) -> None:
    film = IndexedTitle(7, ("Spirited Away", "Sen to Chihiro no kamikakushi", "Spirited Away"), 2001, 500)
    index = SearchIndex.build(tmp_path, [film], "s")

    for query in ("spirited away", "sen to chihiro"):
        assert [hit.movie_id for hit in index.search(query).hits] == [7]


def test_a_new_build_replaces_the_old_and_leaves_open_ones_readable(build: Build, tmp_path: Path) -> None:
    old = build(("Alien", 1979, 1000), stamp="old")
    build(("Brazil", 1985, 1000), stamp="new")
    opened = SearchIndex.open(tmp_path / "search")

    assert opened is not None
    assert opened.stamp == "new"
    assert len(opened.search("brazil").hits) == 1
    assert len(old.search("alien").hits) == 1
    assert len(list((tmp_path / "search").glob("build-*"))) == 1


@pytest.mark.parametrize("content", ["", "{}", "[]", "5", "not json", '{"version": "0", "build": "x", "stamp": "y"}'])
def test_a_damaged_index_is_no_index(build: Build, tmp_path: Path, content: str) -> None:
    build(("Alien", 1979, 1000))
    (tmp_path / "search" / "current").write_text(content)

    assert SearchIndex.open(tmp_path / "search") is None


@pytest.mark.parametrize("name", ["text", "end", "movie_id"])
def test_a_cut_file_makes_it_no_index(build: Build, tmp_path: Path, name: str) -> None:
    build(("Alien", 1979, 1000), ("Brazil", 1985, 1000))
    (file,) = (tmp_path / "search").glob(f"build-*/{name}")
    file.write_bytes(file.read_bytes()[:-3])

    assert SearchIndex.open(tmp_path / "search") is None


def test_a_build_under_way_beside_is_left_alone(build: Build, tmp_path: Path) -> None:
    other = tmp_path / "search" / "build-of-somebody-else"
    other.mkdir(parents=True)
    build(("Alien", 1979, 1000))

    assert other.exists()


def test_an_empty_catalogue_finds_nothing(build: Build) -> None:
    assert build().search("alien").hits == ()
