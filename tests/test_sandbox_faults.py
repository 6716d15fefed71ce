"""Failures on order reach the bot as they would come from Telegram."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.errors import SimError
from bot.sandbox.faults import Faults
from bot.sandbox.seed import ANN
from tests.sandbox_bot import TOKEN, Bot, bot_in_sandbox


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


def plan(bot: Bot, kind: str, **order: Any) -> None:
    bot.sandbox.world.faults.plan({"method": "sendMessage", "kind": kind, "times": 1, **order})


def arrived(bot: Bot) -> list[str]:
    return [each["text"] for each in bot.sandbox.state.chats[ANN].messages.values()]


async def test_a_flood_error_says_how_long_to_wait_and_strikes_once(bot: Bot) -> None:
    plan(bot, "status", code=429, description="Too Many Requests: retry after 7", retry_after=7)
    async with bot._http.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": ANN, "text": "x"}) as response:
        body = await response.json()

    assert (response.status, response.headers["Retry-After"], body["parameters"]) == (429, "7", {"retry_after": 7})
    assert (await bot.send(ANN, "y")).status == 200
    assert arrived(bot) == ["y"]


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [("html502", 502, b"<html>"), ("bad_json", 200, b'{"ok":true,'), ("empty_200", 200, b"")],
)
async def test_spoiled_answers_come_without_effect(bot: Bot, kind: str, status: int, start: bytes) -> None:
    plan(bot, kind)
    async with bot._http.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": ANN, "text": "x"}) as response:
        body = await response.read()

    assert (response.status, body.startswith(start), arrived(bot)) == (status, True, [])


@pytest.mark.parametrize(("kind", "done"), [("reset", []), ("execute_then_drop", ["x"])])
async def test_a_broken_connection_leaves_the_outcome_unknown(bot: Bot, kind: str, done: list[str]) -> None:
    plan(bot, kind, times=5)  # a client may try again by itself
    with pytest.raises(aiohttp.ClientError):
        await bot.send(ANN, "x")

    assert arrived(bot)[:1] == done


@pytest.mark.parametrize(("kind", "done"), [("hang_before", []), ("execute_then_hang", ["x"])])
async def test_a_hanging_call_may_have_been_done(bot: Bot, kind: str, done: list[str]) -> None:
    plan(bot, kind)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.send(ANN, "x"), 0.2)

    assert arrived(bot) == done


async def test_a_fault_waits_for_the_call_it_is_meant_for(bot: Bot) -> None:
    plan(bot, "status", when={"text": "^boom"})

    assert [(await bot.send(ANN, text)).status for text in ("x", "boom", "boom")] == [200, 500, 200]


async def test_a_token_can_be_refused_once(bot: Bot) -> None:
    plan(bot, "401_once", method="*")

    assert [(await bot.call("getMe")).status for _ in range(2)] == [401, 200]


async def test_another_instance_can_take_the_poll(bot: Bot) -> None:
    plan(bot, "getUpdates_conflict", method="getUpdates")

    assert (await bot.call("getUpdates")).error.startswith("Conflict: terminated by other getUpdates request")


def test_an_unknown_kind_of_fault_is_refused() -> None:
    with pytest.raises(SimError, match="No such kind of fault: fire"):
        Faults().plan({"method": "*", "kind": "fire"})


async def test_limits_are_enforced_when_asked_for() -> None:
    async with bot_in_sandbox(rates="enforce") as bot:
        said = [await bot.send(ANN, str(number)) for number in range(4)]

        assert [each.status for each in said] == [200, 200, 200, 429]
        assert said[-1].body["parameters"]["retry_after"] in {1, 2, 3}
        bot.sandbox.world.clock.advance(3)
        assert (await bot.send(ANN, "later")).status == 200


async def test_limits_are_only_noted_otherwise() -> None:
    async with bot_in_sandbox(rates="observe") as bot:
        said = [(await bot.send(ANN, str(number))).status for number in range(4)]

        assert said == [200] * 4
        assert [each["kind"] for each in bot.sandbox.world.journal.problems] == ["rate"]
