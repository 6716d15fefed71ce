"""The best of the last days: counted anew while that is quick, kept for a while where it is not."""

import asyncio

import pytest

from storage import recent
from storage.service import Storage
from storage.values import Period, TopQuery
from tests.databases import DUNE, HEAT
from tests.test_lists import all_rate, titles

WEEK = {"period": Period.WEEK}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting takes long."""
    monkeypatch.setattr(recent, "QUICK_S", -1.0)
    monkeypatch.setattr(recent, "WORTH", 1_000_000)


def grow_old(storage: Storage) -> None:
    storage.lists._recent._until[Period.WEEK] = 0.0


async def test_what_is_counted_quickly_is_always_of_now(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "QUICK_S", 60.0)
    await all_rate(storage, DUNE, 8, 5)
    assert await titles(storage, **WEEK) == [("Dune", 2021)]
    await all_rate(storage, HEAT, 9, 5)

    assert await titles(storage, **WEEK) == [("Heat", 1995), ("Dune", 2021)]


async def test_what_takes_long_serves_until_it_has_been_counted_anew(storage: Storage, slow: None) -> None:
    await all_rate(storage, DUNE, 8, 5)
    assert await titles(storage, **WEEK) == [("Dune", 2021)]
    await all_rate(storage, HEAT, 9, 5)
    assert await titles(storage, **WEEK) == [("Dune", 2021)]
    grow_old(storage)

    assert await titles(storage, **WEEK) == [("Dune", 2021)], "the former one serves while it is counted"
    await asyncio.gather(*storage.lists._recent._counting.values())
    assert await titles(storage, **WEEK) == [("Heat", 1995), ("Dune", 2021)]


async def test_many_who_ask_at_once_are_one_count(storage: Storage, slow: None) -> None:
    await all_rate(storage, DUNE, 8, 5)
    counted, read = [], storage.database.read

    async def count(query: object) -> object:
        counted.append(query)
        return await read(query)  # type: ignore[arg-type]

    storage.database.read = count  # type: ignore[method-assign]
    pages = await asyncio.gather(*(storage.lists.top(TopQuery(scope=0, **WEEK)) for _ in range(20)))  # type: ignore[arg-type]

    assert len(counted) == 1
    assert {page.lines[0].title for page in pages} == {"Dune"}


async def test_a_count_that_fails_is_tried_again(storage: Storage, slow: None) -> None:
    await all_rate(storage, DUNE, 8, 5)
    read, fails = storage.database.read, [RuntimeError("the first time")]

    async def falter(query: object) -> object:
        if fails:
            raise fails.pop()
        return await read(query)  # type: ignore[arg-type]

    storage.database.read = falter  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await titles(storage, **WEEK)

    assert await titles(storage, **WEEK) == [("Dune", 2021)]
