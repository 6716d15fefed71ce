"""Finding films through the service: pages, and what a club has rated."""

from storage.service import Storage
from storage.values import Actor, NewFilm
from tests.catalogues import quiet
from tests.databases import ALIEN, CLUB, DUNE, DUNE_1984, in_club


async def found(storage: Storage, query: str, scope: int = 0) -> list[int]:
    return [line.id for line in (await storage.movies.find(query, scope=scope)).lines]


async def rated_in_club(storage: Storage, movie_id: int, people: int) -> None:
    for person in range(people):
        await storage.ratings.rate(movie_id, 7, in_club(Actor(person_id=9000 + person, name="P", chat_id=9000)))


async def test_among_namesakes_the_more_famous_comes_first(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)

    assert await found(storage, "dune") == [DUNE, DUNE_1984]


async def test_what_a_club_has_rated_comes_first_there_and_only_there(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    await rated_in_club(storage, DUNE_1984, people=8)

    assert await found(storage, "dune", scope=CLUB) == [DUNE_1984, DUNE]
    assert await found(storage, "dune", scope=CLUB - 1) == [DUNE, DUNE_1984]
    assert (await storage.movies.find("dune", scope=CLUB)).clear is None


async def test_no_number_of_ratings_puts_a_near_miss_before_the_title_itself(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    await rated_in_club(storage, DUNE, people=30)
    page = await storage.movies.find("alien", scope=CLUB)

    assert (page.clear, page.lines[0].id) == (ALIEN, ALIEN)


async def test_no_number_of_ratings_puts_two_typos_before_a_word_of_the_title(storage: Storage) -> None:
    films = NewFilm(title="THX 1138", popularity=583), NewFilm(title="The Matrix", popularity=895)
    thx, matrix = [await storage.catalogue.add(film) for film in films]
    await storage.catalogue.load_index(quiet)
    await rated_in_club(storage, matrix, people=30)

    assert await found(storage, "thx", scope=CLUB) == [thx, matrix]


async def test_a_person_without_hits_gets_an_empty_page(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    page = await storage.movies.find("xqzwv", page=3)

    assert (page.lines, page.more, page.clear, page.good) == ((), False, None, False)


async def test_a_year_that_is_typed_decides_whatever_a_club_has_rated(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    await rated_in_club(storage, DUNE_1984, people=8)

    assert (await found(storage, "dune 2021", scope=CLUB))[0] == DUNE
