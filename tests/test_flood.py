"""Flood limits: asked once to slow down, then silence, then heard again."""

import shutil
from pathlib import Path

from bot.sandbox.seed import BEN
from handlers.flood import REMEMBERED, Flood, Verdict
from tests.conversations import staged

HEAR, ASK, IGNORE = Verdict.HEAR, Verdict.ASK, Verdict.IGNORE


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_too_much_in_a_minute_is_asked_about_once() -> None:
    watch = Watch()
    flood = Flood(3, watch)

    assert [flood.judge(7) for _ in range(6)] == [HEAR, HEAR, HEAR, ASK, IGNORE, IGNORE]
    watch.now = 60.0
    assert [flood.judge(7) for _ in range(5)] == [HEAR, HEAR, HEAR, ASK, IGNORE]


def test_one_persons_flood_is_nobody_elses() -> None:
    flood = Flood(1, Watch())
    for _ in range(5):
        flood.judge(7)

    assert flood.judge(8) is HEAR


def test_without_a_limit_everything_is_heard() -> None:
    flood = Flood(None)

    assert {flood.judge(7) for _ in range(1000)} == {HEAR}


def test_people_whose_minute_is_over_are_forgotten() -> None:
    watch = Watch()
    flood = Flood(3, watch)
    for person in range(3 * REMEMBERED):
        flood.judge(person)
        watch.now += 0.01

    assert len(flood._seen) <= REMEMBERED


async def test_in_the_chat_a_flood_is_answered_once_and_others_are_heard(starter: Path, tmp_path: Path) -> None:
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data", flood=2) as stage:
        ann, ben = await stage.client.open(), await stage.client.open(BEN)
        await ann.asks("the matrix")
        await ann.asks("/help")
        asked = await ann.asks("/help")
        await ann.says("/rate the matrix 8")

        assert "Give me a minute" in asked.text
        assert await ann.stays_silent()
        assert "/search" in (await ben.asks("/help")).text
        assert await stage.trail() == []
