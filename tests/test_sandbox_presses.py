"""Button presses and their one answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.errors import SimError
from bot.sandbox.people import Tap, press
from bot.sandbox.seed import ANN, BEN, CLUB
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


async def taps(bot: Bot, chat_id: int = CLUB, **tap: Any) -> dict[str, Any]:
    """A press on a new card's button; the callback query that the bot gets."""
    world = bot.sandbox.world
    sent = (await bot.send(chat_id, "Dune", reply_markup=keyboard([button("8"), button("9", url="imdb.com")]))).result
    press(world, world.state.chats[chat_id], Tap(BEN, sent["message_id"], **tap))
    return dict((await bot.updates())[-1]["callback_query"])


async def answer(bot: Bot, query_id: str, **params: Any) -> str:
    """The refusal, empty if there is none."""
    said = await bot.call("answerCallbackQuery", callback_query_id=query_id, **params)
    return "" if said.body["ok"] else said.error


async def test_a_press_tells_who_where_and_what(bot: Bot) -> None:
    query = await taps(bot, row=0, col=0)

    assert (query["from"]["id"], query["message"]["chat"]["id"], query["data"]) == (BEN, CLUB, "r:8")
    assert query["chat_instance"] == bot.sandbox.state.chats[CLUB].instance


async def test_a_press_is_answered_once(bot: Bot) -> None:
    query = await taps(bot)

    assert [await answer(bot, query["id"]), await answer(bot, query["id"])] == ["", TOO_OLD]
    assert [each["kind"] for each in bot.sandbox.world.journal.problems] == ["refused answer"]


@pytest.mark.parametrize("query_id", ["12345", "not a number"])
async def test_an_unknown_query_is_too_old(bot: Bot, query_id: str) -> None:
    assert await answer(bot, query_id) == TOO_OLD


async def test_after_fifteen_seconds_it_is_too_late_and_reported(bot: Bot) -> None:
    query = await taps(bot)
    bot.sandbox.world.clock.advance(16)
    bot.sandbox.world.sweep()

    assert await answer(bot, query["id"]) == TOO_OLD
    assert [each["kind"] for each in bot.sandbox.world.journal.problems] == ["unanswered callback", "refused answer"]


async def test_too_long_a_toast_leaves_the_query_open(bot: Bot) -> None:
    query = await taps(bot)

    assert await answer(bot, query["id"], text="x" * 201) == "Bad Request: MESSAGE_TOO_LONG"
    assert await answer(bot, query["id"], text="x" * 200) == ""


async def test_forged_data_on_a_deleted_message_shows_it_as_inaccessible(bot: Bot) -> None:
    world = bot.sandbox.world
    press(world, world.state.chats[CLUB], Tap(BEN, 999, data="evil", forge=True))
    query = (await bot.updates())[-1]["callback_query"]

    assert query["data"] == "evil"
    assert (query["message"]["date"], query["message"]["message_id"]) == (0, 999)


@pytest.mark.parametrize("tap", [{"row": 5, "col": 5}, {"row": 0, "col": 1}, {"data": "r:1"}])
async def test_only_real_callback_buttons_can_be_pressed(bot: Bot, tap: dict[str, Any]) -> None:
    with pytest.raises(SimError):
        await taps(bot, **tap)


async def test_nobody_presses_in_anothers_private_chat(bot: Bot) -> None:
    with pytest.raises(SimError, match="somebody else"):
        await taps(bot, ANN, row=0, col=0)
