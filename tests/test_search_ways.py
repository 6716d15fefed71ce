"""The ways in which people ask for a film: its number, its people, its other titles, another alphabet, an id."""

import pytest

from storage.search.index import IndexedTitle, SearchIndex

FILMS = (
    IndexedTitle(1, ("Rocky II",), 1979, 500, "tt0079817", 1367, ("Sylvester Stallone",)),
    IndexedTitle(2, ("Rocky",), 1976, 700, "tt0075148", 1366, ("John G. Avildsen", "Sylvester Stallone")),
    IndexedTitle(3, ("12 Angry Men",), 1957, 800, "tt0050083", 389, ("Sidney Lumet", "Henry Fonda")),
    IndexedTitle(4, ("Twelve Monkeys",), 1995, 700, None, 63, ("Terry Gilliam", "Bruce Willis")),
    IndexedTitle(5, ("Seven Samurai", "七人の侍", "Shichinin no samurai"), 1954, 800, None, 346, ("Akira Kurosawa",)),
    IndexedTitle(6, ("Rashomon", "羅生門"), 1950, 700, None, None, ("Akira Kurosawa", "Toshiro Mifune")),
    IndexedTitle(7, ("Brigada", "Бригада"), 2002, 300),
    IndexedTitle(8, ("Stalker", "Сталкер"), 1979, 700, None, None, ("Andrei Tarkovsky",)),
    IndexedTitle(9, ("Zorba the Greek", "Αλέξης Ζορμπάς"), 1964, 600),
    IndexedTitle(10, ("Life Is Beautiful", "La vita è bella"), 1997, 900, None, None, ("Roberto Benigni",)),
    IndexedTitle(11, ("Pulp Fiction",), 1994, 950, None, 680, ("Quentin Tarantino", "John Travolta")),
    IndexedTitle(12, ("Saturday Night Fever",), 1977, 700, None, None, ("John Badham", "John Travolta")),
    IndexedTitle(13, ("Henry V",), 1989, 400),
    IndexedTitle(14, ("Tarantino",), 1990, 1),
    IndexedTitle(15, ("Doctor Zhivago",), 1965, 700),
    IndexedTitle(16, ("The Sixth Sense",), 1999, 800, None, None, ("M. Night Shyamalan", "Bruce Willis")),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return SearchIndex.build(tmp_path_factory.mktemp("ways"), FILMS, "s")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("rocky 2", 1), ("rocky ii", 1), ("rocky two", 1), ("twelve angry men", 3), ("12 angry men", 3),
        ("12 monkeys", 4), ("henry 5", 13), ("kurosawa 1954", 5), ("kurosawa 1950", 6), ("tarantino travolta", 11),
        ("travolta 1977", 12), ("kurosava rashomon", 6), ("akira kurosawa", 5), ("Бригада", 7), ("сталкер", 8),
        ("stalker", 8), ("ζορμπας", 9), ("zormpas", 9), ("la vita e bella", 10), ("七人の侍", 5),
        ("https://www.themoviedb.org/movie/680-pulp-fiction", 11), ("tmdb 389", 3), ("tt0079817", 1), ("tarantino", 14),
        ("dr zhivago", 15), ("6th sense", 16), ("pulpfiction travolta", 11), ("tarantino plup ficton", 11),
        ("the siht sense willis", 16), ("saturdaynight fevr travolta", 12), ("lief is beautful benigni", 10),
    ],
)  # fmt: skip
def test_the_film_that_is_meant_comes_first(index: SearchIndex, query: str, first: int) -> None:
    assert [hit.movie_id for hit in index.search(query).hits][:1] == [first]


@pytest.mark.parametrize("query", ["tmdb 999999", "kurosawa travolta", "zzzz", "https://www.themoviedb.org/movie/9"])
def test_what_nobody_made_finds_nothing(index: SearchIndex, query: str) -> None:
    assert index.search(query).hits == ()


@pytest.mark.parametrize(
    ("query", "numbered"),
    [
        ("rocky 2", True), ("rocky two", True), ("henry 5", True), ("12 angry men", True), ("rocky 5", False),
        ("seven samurai 7", False), ("12 monkeys 2", False), ("rocky 2/10", False), ("rocky", False), ("zzzz 2", False),
    ],
)  # fmt: skip
def test_a_number_that_may_be_the_titles_is_known_as_such(index: SearchIndex, query: str, numbered: bool) -> None:
    assert index.search(query).numbered is numbered
