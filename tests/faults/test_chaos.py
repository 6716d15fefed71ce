"""Ten fixed seeds of chaos. For more of it: `python -m tests.faults.chaos`."""

import asyncio

import pytest

from tests.faults import world
from tests.faults.chaos import chaos
from tests.faults.plan import plan
from tests.faults.run import Report

SEEDS = tuple(range(1, 11))
UPDATES, KILLS, STOPS = 500, 2, 1
AT_ONCE = 5
"""A run mostly waits: for pauses between tries, and for Telegram's thirty a second."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Report]:
    """What each seed came to, all of them run side by side."""
    directory = tmp_path_factory.mktemp("chaos")

    async def all_of_them() -> list[Report]:
        prepared, slots = await world.prepare(directory / "prepared" / "data"), asyncio.Semaphore(AT_ONCE)

        async def one(seed: int) -> Report:
            planned = plan(seed, UPDATES, kills=KILLS, stops=STOPS)
            async with slots:
                return await chaos(prepared, directory / str(seed) / "data", planned)

        return await asyncio.gather(*map(one, SEEDS))

    return dict(zip(SEEDS, asyncio.run(all_of_them()), strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_kills_and_faults_break_no_promise(reports: dict[int, Report], seed: int) -> None:
    assert reports[seed].broken == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_run_had_its_kills_and_faults(reports: dict[int, Report], seed: int) -> None:
    """The last process, too, is stopped."""
    figures = reports[seed].figures

    assert (figures["updates"], figures["kills"], figures["stops"]) == (UPDATES, KILLS, STOPS + 1)
    assert figures["faults"] > UPDATES / 10
