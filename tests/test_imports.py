"""Ratings that are brought from elsewhere: which films they are of, and what is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import imports
from storage.models import EVERYONE, audit_entry, inbox, rating, score
from storage.service import Storage, StorageSettings
from storage.values import Actor, Brought, NewFilm, Period, Recognised, TopQuery
from tests.catalogues import NOW, quiet
from tests.databases import ALIEN, ANN, CLUB, DUNE, HEAT, NOON, in_club

LONG_AGO = datetime(2019, 3, 1, tzinfo=UTC)


def brought(**films: int) -> list[Recognised]:
    ids = {"dune": DUNE, "heat": HEAT, "alien": ALIEN}
    return [Recognised(ids[name], Brought(stars=stars, at=LONG_AGO)) for name, stars in films.items()]


async def entries(storage: Storage) -> list[tuple[str | None, str | None, object, object]]:
    return [(each.action, each.subject, each.before, each.after) async for each in storage.audit.export()]


async def scores(storage: Storage) -> list[tuple[int, int, int, int]]:
    query = sa.select(score.c.scope, score.c.movie_id, score.c.count, score.c.total).order_by(score.c.scope)
    rows = await storage.database.read(lambda connection: connection.execute(query.order_by(score.c.movie_id)).all())
    return [tuple(row) for row in rows]


async def test_each_film_gets_its_stars_scores_and_an_entry(storage: Storage) -> None:
    await storage.ratings.rate(HEAT, 5, in_club(ANN))

    assert await storage.imports.store(ANN, brought(dune=8, heat=9)) == 2
    assert (await entries(storage))[1:] == [
        ("rating.create", f"movie:{DUNE}", None, {"stars": 8}),
        ("rating.update", f"movie:{HEAT}", {"stars": 5}, {"stars": 9}),
    ]
    assert await scores(storage) == [
        (CLUB, DUNE, 1, 8), (CLUB, HEAT, 1, 9), (0, DUNE, 1, 8), (0, HEAT, 1, 9),
    ]  # fmt: skip


async def test_again_it_changes_nothing(storage: Storage) -> None:
    await storage.imports.store(ANN, brought(dune=8, heat=9))

    assert await storage.imports.store(ANN, brought(dune=8, heat=9)) == 0
    assert len(await entries(storage)) == 2


async def test_it_was_rated_when_it_was_rated_there_and_never_in_the_future(storage: Storage) -> None:
    later = Recognised(HEAT, Brought(stars=9, at=NOON + timedelta(days=900)))
    await storage.imports.store(ANN, [*brought(dune=8), later, Recognised(ALIEN, Brought(stars=7))])
    mine = {each.line.id: each.rated_at for each in (await storage.ratings.mine(ANN.person_id)).ratings}

    assert mine == {DUNE: LONG_AGO, HEAT: NOON, ALIEN: NOON}
    assert {each.at async for each in storage.audit.export()} == {NOON}


async def test_it_is_no_news_of_the_week(storage: Storage) -> None:
    for person in range(5):
        who = Actor(person_id=6_000_000_000 + person, name=f"P{person}", chat_id=6_000_000_000 + person)
        await storage.imports.store(who, [Recognised(ALIEN, Brought(stars=9))])

    assert (await storage.lists.top(TopQuery(scope=EVERYONE, period=Period.WEEK))).lines == ()
    assert [line.id for line in (await storage.lists.top(TopQuery(scope=EVERYONE))).lines] == [ALIEN]


async def test_a_film_that_went_meanwhile_is_passed_over(storage: Storage) -> None:
    gone = Recognised(999, Brought(stars=3))

    assert await storage.imports.store(ANN, [gone, *brought(heat=9)]) == 1


async def test_many_are_stored_in_several_batches_with_the_update_that_asked(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 1)
    await storage.inbox.take([(17, ANN.person_id, b"{}")], 1)

    assert await storage.imports.store(replace(ANN, update_id=17), brought(dune=8, heat=9, alien=7)) == 3
    query = sa.select(audit_entry.c.update_id, inbox.c.applied_at.is_not(None)).join(inbox, inbox.c.update_id == 17)
    rows = await storage.database.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in rows] == [(17, True)] * 3


async def test_the_database_knows_that_they_were_imported(storage: Storage) -> None:
    await storage.imports.store(ANN, brought(dune=8))
    query = sa.select(rating.c.source, rating.c.chat_id)

    rows = await storage.database.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in rows] == [("import", ANN.chat_id)]


@pytest.fixture
async def catalogue(starter: Path) -> Storage:
    """Over the starter catalogue, which is only read."""
    storage = await Storage.open(StorageSettings(data_dir=starter), now=lambda: NOW)
    await storage.catalogue.load_index(quiet)
    return storage


@pytest.mark.parametrize(
    ("there", "title"),
    [
        (Brought(stars=8, imdb_id="tt0113277"), "Heat"),
        (Brought(stars=8, imdb_id="tt0113277", title="Anything", year=1900), "Heat"),
        (Brought(stars=8, title="Heat", year=1995), "Heat"),
        (Brought(stars=8, title="Heat", year=1996), "Heat"),
        (Brought(stars=8, title="Amélie", year=2001), "Amélie"),
        (Brought(stars=8, title="Star Wars: Episode IV – A New Hope", year=1977), "Star Wars"),
        (Brought(stars=8, title="2001: A Space Odyssey", year=1968), "2001: A Space Odyssey"),
        (Brought(stars=8, title="1917", year=2019), "1917"),
    ],
)
async def test_a_film_is_recognised(catalogue: Storage, there: Brought, title: str) -> None:
    found = await catalogue.imports.compare(1, [there])

    assert [each.brought for each in found.new] == [there]
    (card,) = await catalogue.movies.cards([found.new[0].movie_id])
    assert card.movie.title.startswith(title)
    await catalogue.close()


@pytest.mark.parametrize(
    "there",
    [
        Brought(stars=8, title="Heat"),
        Brought(stars=8, title="Heat", year=1993),
        Brought(stars=8, title="Heatt", year=1995),
        Brought(stars=8, title="The Shawshank Redemtion"),
        Brought(stars=8, title="The Shawshank Redemtion", year=1994),
        Brought(stars=8, imdb_id="tt99999999", title="Pulp Ficton", year=1994),
    ],
)
async def test_a_film_that_is_not_certain_is_told_from_one_that_is_not_known(
    catalogue: Storage, there: Brought
) -> None:
    found = await catalogue.imports.compare(1, [there])

    assert (found.unsure, found.unknown, found.new) == ((there,), (), ())
    await catalogue.close()


async def test_a_film_newer_than_the_index_may_be_the_one(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    await storage.catalogue.add(NewFilm(title="Zwielicht im Harz", year=2025), ANN)
    there = Brought(stars=8, title="Zwielicht im Hartz", year=2025)

    assert (await storage.imports.compare(1, [there])).unsure == (there,)


async def test_of_very_many_not_all_are_looked_up_twice(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_COMPARED", 1)
    await storage.catalogue.load_index(quiet)
    found = await storage.imports.compare(1, [Brought(stars=8, title="Heat"), Brought(stars=8, title="Alien")])

    assert ([each.title for each in found.unsure], [each.title for each in found.unknown]) == (["Heat"], ["Alien"])


@pytest.mark.parametrize(
    "there",
    [
        Brought(stars=8, title="Heat", year=1900),
        Brought(stars=8, title="Breaking Bad Xyzzy", year=2008),
        Brought(stars=8, title="Breaking Bad Xyzzy"),
        Brought(stars=8, title="Pulp", year=1994),
        Brought(stars=8, imdb_id="tt99999999"),
        Brought(stars=8, title="!!!", year=1995),
    ],
)
async def test_what_is_not_certain_is_not_taken_for_another_film(catalogue: Storage, there: Brought) -> None:
    assert (await catalogue.imports.compare(1, [there])).unknown == (there,)
    await catalogue.close()


async def test_what_is_brought_is_set_beside_what_there_is(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    await storage.ratings.rate(HEAT, 9, ANN)
    await storage.ratings.rate(DUNE, 5, ANN)
    titles = {"Heat": 1995, "Dune": 2021, "Alien": 1979, "Nowhere Film": 1999}
    found = await storage.imports.compare(
        ANN.person_id, [Brought(stars=9, title=title, year=year) for title, year in titles.items()]
    )

    assert [[each.movie_id for each in part] for part in (found.same, found.other, found.new)] == [
        [HEAT], [DUNE], [ALIEN],
    ]  # fmt: skip
    assert [each.had for each in (*found.same, *found.other, *found.new)] == [9, 5, None]
    assert [each.title for each in found.unknown] == ["Nowhere Film"]


async def test_brought_twice_the_last_counts(storage: Storage) -> None:
    await storage.catalogue.load_index(quiet)
    found = await storage.imports.compare(1, [Brought(stars=stars, title="Heat", year=1995) for stars in (3, 8)])

    assert [each.brought.stars for each in found.new] == [8]
