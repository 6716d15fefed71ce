"""Top lists: the order, the minimum, and every filter."""

import pytest

from storage.service import Storage
from storage.values import Actor, Period, TopQuery
from tests.databases import ALIEN, ANN, BEN, CLUB, DUNE, DUNE_1984, HEAT, Clock, in_club


def people(count: int) -> list[Actor]:
    return [Actor(person_id=7000000000 + n, name=f"P{n}", chat_id=7000000000 + n) for n in range(count)]


async def all_rate(storage: Storage, movie_id: int, stars: int, count: int) -> None:
    for person in people(count):
        await storage.ratings.rate(movie_id, stars, person)


async def titles(storage: Storage, **query: object) -> list[tuple[str, int | None]]:
    page = await storage.lists.top(TopQuery(**{"scope": 0, **query}))  # type: ignore[arg-type]
    return [(line.title, line.year) for line in page.lines]


async def test_everyone_needs_five_ratings(storage: Storage) -> None:
    await all_rate(storage, DUNE, 9, 5)
    await all_rate(storage, HEAT, 10, 4)

    assert await titles(storage) == [("Dune", 2021)]


async def test_many_good_ratings_beat_few_perfect_ones(storage: Storage) -> None:
    await all_rate(storage, DUNE, 9, 20)
    await all_rate(storage, HEAT, 10, 5)

    assert await titles(storage) == [("Dune", 2021), ("Heat", 1995)]


async def test_equal_films_are_sorted_by_title(storage: Storage) -> None:
    for movie_id in (HEAT, ALIEN, DUNE):
        await all_rate(storage, movie_id, 8, 5)

    assert await titles(storage) == [("Alien", 1979), ("Dune", 2021), ("Heat", 1995)]


async def test_a_club_sees_its_own_from_two_raters(storage: Storage) -> None:
    for actor in (ANN, BEN):
        await storage.ratings.rate(HEAT, 8, in_club(actor))
    await storage.ratings.rate(DUNE, 10, in_club(ANN))

    assert await titles(storage, scope=CLUB) == [("Heat", 1995)]
    assert await titles(storage, scope=-42) == []


@pytest.mark.parametrize("period", [Period.ALL, Period.WEEK, Period.MONTH, Period.YEAR])
async def test_genre_and_decade_narrow_the_list(storage: Storage, period: Period) -> None:
    for movie_id in (DUNE, DUNE_1984, HEAT, ALIEN):
        await all_rate(storage, movie_id, 8, 5)

    assert await titles(storage, period=period, genre="Crime") == [("Heat", 1995)]
    assert await titles(storage, period=period, genre="Science Fiction", decade=1980) == [("Dune", 1984)]
    assert await titles(storage, period=period, decade=2020) == [("Dune", 2021)]


async def test_a_period_forgets_older_ratings(storage: Storage, clock: Clock) -> None:
    await all_rate(storage, HEAT, 8, 5)
    clock.advance(days=8)
    await all_rate(storage, DUNE, 8, 5)

    assert await titles(storage, period=Period.WEEK) == [("Dune", 2021)]
    assert await titles(storage, period=Period.MONTH) == [("Dune", 2021), ("Heat", 1995)]


async def test_a_week_in_a_club_counts_members_only(storage: Storage) -> None:
    await storage.ratings.rate(HEAT, 8, in_club(ANN))
    await storage.ratings.rate(HEAT, 6, in_club(BEN))
    await all_rate(storage, HEAT, 1, 5)
    page = await storage.lists.top(TopQuery(scope=CLUB, period=Period.WEEK))

    assert page.lines[0].score is not None
    assert (page.lines[0].score.count, page.lines[0].score.total) == (2, 14)


async def test_genres_come_most_frequent_first_and_decades_newest_first(storage: Storage) -> None:
    assert await storage.lists.genres() == ("Science Fiction", "Crime")
    assert await storage.lists.decades() == (2020, 2010, 2000, 1990, 1980, 1970)
