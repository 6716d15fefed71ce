"""Rating, re-rating, removing: what is stored, what is counted, what is written down."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from storage.cards import _VOICES
from storage.errors import BadStars, MovieNotFound
from storage.models import movie
from storage.service import Storage
from storage.values import Actor, MyOrder, Score, Source
from tests.databases import ALIEN, ANN, BEN, CLUB, DUNE, HEAT, Clock, in_club


async def entries(storage: Storage) -> list[tuple[str | None, object, object]]:
    return [(entry.action, entry.before, entry.after) async for entry in storage.audit.export()]


async def test_first_rating_counts_and_is_written_down(storage: Storage) -> None:
    rated = await storage.ratings.rate(DUNE, 8, ANN)

    assert (rated.before, rated.after, rated.card.my_stars) == (None, 8, 8)
    assert rated.card.everyone == Score(1, 8, pytest.approx((8 + 70) / 11))
    assert await entries(storage) == [("rating.create", None, {"stars": 8})]


async def test_same_stars_again_change_nothing_and_leave_no_entry(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    again = await storage.ratings.rate(DUNE, 8, ANN)

    assert (again.changed, again.card.my_stars) == (False, 8)
    assert len(await entries(storage)) == 1


async def test_a_movie_that_somebody_rated_cannot_go(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)

    with pytest.raises(sa.exc.IntegrityError):
        await storage.database.write(lambda connection: connection.execute(sa.delete(movie).where(movie.c.id == DUNE)))
    assert (await storage.movies.card(DUNE, ANN)).my_stars == 8


async def test_journey_leaves_exactly_its_entries(storage: Storage) -> None:
    for stars in (8, 8, 9, None, 7):
        await (storage.ratings.rate(DUNE, stars, ANN) if stars else storage.ratings.remove(DUNE, ANN))

    assert await entries(storage) == [
        ("rating.create", None, {"stars": 8}),
        ("rating.update", {"stars": 8}, {"stars": 9}),
        ("rating.delete", {"stars": 9}, None),
        ("rating.create", None, {"stars": 7}),
    ]


async def test_an_entry_says_who_where_when_and_by_which_update(storage: Storage, clock: Clock) -> None:
    ann = Actor(person_id=ANN.person_id, name="Ann", chat_id=CLUB, chat_type="supergroup", update_id=77)
    await storage.ratings.rate(DUNE, 8, ann)
    (entry,) = [entry async for entry in storage.audit.export()]

    assert (entry.actor, entry.chat_id, entry.update_id) == (ANN.person_id, CLUB, 77)
    assert (entry.subject, entry.at) == (f"movie:{DUNE}", clock())


async def test_removing_what_is_not_there_changes_nothing(storage: Storage) -> None:
    removed = await storage.ratings.remove(DUNE, ANN)

    assert (removed.before, removed.changed) == (None, False)
    assert await entries(storage) == []


async def test_removing_the_only_rating_leaves_no_score(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    removed = await storage.ratings.remove(DUNE, ANN)

    assert (removed.before, removed.card.my_stars, removed.card.everyone) == (8, None, None)


@pytest.mark.parametrize("stars", [0, 11, -1])
async def test_stars_beyond_ten_are_refused(storage: Storage, stars: int) -> None:
    with pytest.raises(BadStars):
        await storage.ratings.rate(DUNE, stars, ANN)


@pytest.mark.parametrize("movie_id", [0, -5, 999, 2**63, 10**30])
async def test_unknown_movie_is_named_not_found(storage: Storage, movie_id: int) -> None:
    with pytest.raises(MovieNotFound):
        await storage.ratings.rate(movie_id, 5, ANN)
    assert await entries(storage) == []


async def test_a_club_counts_its_raters_elsewhere_too(storage: Storage) -> None:
    await storage.ratings.rate(HEAT, 6, ANN)
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    card = await storage.movies.card(HEAT, in_club(BEN))

    assert card.here is not None
    assert (card.here.count, card.here.total) == (1, 6)
    assert card.voices == ()


async def test_names_in_a_club_are_found_without_looking_through_everybodys_ratings(sqlite_storage: Storage) -> None:
    """Each press in a club did, of its film: of one that a hundred thousand have rated it took a tenth of a second."""
    explained = f"EXPLAIN QUERY PLAN {_VOICES.compile(dialect=sqlite.dialect())}"
    values = (0,) * explained.count("?")
    plan = await sqlite_storage.database.read(lambda c: [row[3] for row in c.exec_driver_sql(explained, values)])

    assert "SEARCH rating USING INDEX ix_rating_club_movie (chat_id=? AND movie_id=?)" in plan


async def test_names_are_shown_beside_stars_set_in_that_chat(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.ratings.rate(DUNE, 5, in_club(BEN))
    await storage.people.hide_name(BEN, True)
    card = await storage.movies.card(DUNE, in_club(ANN))

    assert [(voice.name, voice.stars) for voice in card.voices] == [("Ann", 8), ("", 5)]


async def test_the_same_stars_in_another_club_are_shared_with_it(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, ANN)
    for _ in range(2):
        shared = await storage.ratings.rate(DUNE, 8, in_club(ANN))

    assert (shared.changed, [voice.name for voice in shared.card.voices]) == (False, ["Ann"])
    assert (await entries(storage))[1:] == [("rating.share", {"chat": ANN.chat_id}, {"chat": CLUB})]


async def test_who_left_a_club_comes_back_by_pressing_the_same_stars_there(storage: Storage) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.clubs.leave(in_club(ANN))
    for _ in range(2):
        back = await storage.ratings.rate(DUNE, 8, in_club(ANN))

    assert back.card.here is not None
    assert (back.changed, back.card.here.count) == (False, 1)
    assert [action for action, _, _ in await entries(storage)] == ["rating.create", "club.leave", "club.join"]


async def test_thirty_people_at_once_count_as_thirty(storage: Storage) -> None:
    people = [Actor(person_id=6000000000 + n, name=f"P{n}", chat_id=6000000000 + n) for n in range(30)]
    await asyncio.gather(*(storage.ratings.rate(DUNE, 7, person) for person in people))
    card = await storage.movies.card(DUNE, ANN)

    assert card.everyone is not None
    assert (card.everyone.count, card.everyone.total) == (30, 210)


async def test_one_failure_harms_no_neighbour_in_the_same_commit(storage: Storage) -> None:
    outcomes = await asyncio.gather(
        storage.ratings.rate(DUNE, 7, ANN),
        storage.ratings.rate(404, 7, ANN),
        storage.ratings.rate(HEAT, 9, BEN),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], MovieNotFound)
    assert len(await entries(storage)) == 2


async def test_a_replayed_update_changes_nothing_again(storage: Storage) -> None:
    await storage.inbox.take([(9, ANN.person_id, b"{}")])
    press = Actor(person_id=ANN.person_id, name="Ann", chat_id=ANN.chat_id, update_id=9)
    await storage.ratings.rate(DUNE, 8, press)
    await storage.ratings.rate(DUNE, 5, ANN)
    replayed = await storage.ratings.rate(DUNE, 8, press)

    assert (replayed.changed, replayed.card.my_stars) == (False, 5)


async def test_my_ratings_come_newest_or_best_first(storage: Storage, clock: Clock) -> None:
    for movie_id, stars in ((DUNE, 9), (HEAT, 5), (ALIEN, 10)):
        await storage.ratings.rate(movie_id, stars, ANN, Source.COMMAND)
        clock.advance(minutes=1)
    newest = await storage.ratings.mine(ANN.person_id)
    best = await storage.ratings.mine(ANN.person_id, order=MyOrder.BEST)

    assert [mine.line.title for mine in newest.ratings] == ["Alien", "Heat", "Dune"]
    assert [mine.stars for mine in best.ratings] == [10, 9, 5]
    assert (newest.total, newest.mean) == (3, 8.0)
