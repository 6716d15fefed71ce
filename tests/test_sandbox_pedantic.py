"""What Telegram would silently ignore or drop is refused, with a mark that it is not Telegram who says so."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.seed import ANN
from tests.sandbox_bot import TOKEN, Bot, bot_in_sandbox, button, keyboard


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"txt": "y"}, 'unknown parameter "txt"'),
        ({"protect_content": "maybe"}, 'parameter "protect_content" must be Boolean'),
        ({"message_thread_id": "three"}, 'parameter "message_thread_id" must be Integer'),
        ({"message_thread_id": 1.5}, '"message_thread_id" must be Integer'),
        ({"link_preview_options": {"disabled": True}}, 'unknown field "disabled" in "link_preview_options"'),
        ({"reply_parameters": {"message_id": 1, "message": 2}}, 'unknown field "message" in "reply_parameters"'),
        ({"entities": [{"type": "bold", "offset": 0}]}, '"entities[0].length" is required'),
        ({"reply_markup": keyboard([button(callback_data="x", color="red")])}, 'unknown field "color"'),
        ({"reply_markup": keyboard([button(callback_data=8)])}, 'callback_data" must be String'),
        ({"reply_markup": keyboard([button(callback_data="x", url="imdb.com")])}, "an inline button has two actions"),
        ({"reply_markup": keyboard([button("")])}, "an inline button has no text"),
        ({"reply_markup": keyboard([button()] * 9)}, "more than 8 inline buttons in a row"),
        ({"reply_markup": keyboard(*[[button()] * 8] * 13)}, "more than 100 inline buttons"),
    ],
)
async def test_mistakes_are_refused(bot: Bot, params: dict[str, Any], complaint: str) -> None:
    error = (await bot.call("sendMessage", **{"chat_id": ANN, "text": "x", **params})).error

    assert error.startswith("Bad Request: [sandbox] ")
    assert complaint in error


async def test_a_missing_parameter_is_named(bot: Bot) -> None:
    error = (await bot.call("sendMessage", chat_id=ANN)).error

    assert error == 'Bad Request: [sandbox] parameter "text" is required'


async def test_json_bodies_are_held_to_their_types(bot: Bot) -> None:
    good = await bot.post("sendMessage", json={"chat_id": ANN, "text": "x", "protect_content": True})
    bad = await bot.post("sendMessage", json={"chat_id": ANN, "text": 5})

    assert good.result["has_protected_content"] is True
    assert bad.error == 'Bad Request: [sandbox] "text" must be String'


async def test_mistakes_are_kept_as_problems(bot: Bot) -> None:
    await bot.call("sendMessage", chat_id=ANN, text="x", txt="y")

    assert [each["kind"] for each in bot.sandbox.world.journal.problems] == ["pedantic"]


async def test_without_pedantry_the_call_passes_as_with_telegram() -> None:
    async with bot_in_sandbox(pedantic=False) as bot:
        said = await bot.call(
            "sendMessage", chat_id=ANN, text="x", txt="y", protect_content="YES", message_thread_id="no"
        )

        assert said.result["has_protected_content"] is True


async def test_methods_that_are_not_played_say_so(bot: Bot) -> None:
    unplayed = await bot.call("sendDice", chat_id=ANN)
    unknown = await bot.call("sendMassage", chat_id=ANN)

    assert unplayed.error == "Bad Request: [sandbox] method not implemented"
    assert (unknown.status, unknown.error) == (404, "Not Found: method not found")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_pages_of_other_sites_cannot_play_the_bot(bot: Bot, headers: dict[str, str]) -> None:
    async with bot._http.get(f"/bot{TOKEN}/getUpdates", headers=headers) as response:
        assert response.status == 403


async def test_names_of_methods_have_no_case(bot: Bot) -> None:
    assert (await bot.call("GETME/")).result["username"] == "matinee_demo_bot"


@pytest.mark.parametrize(
    ("token", "error"), [("x:y", "Unauthorized: invalid token specified"), ("1:other", "Unauthorized")]
)
async def test_only_the_registered_token_is_let_in(token: str, error: str) -> None:
    async with bot_in_sandbox(token=TOKEN) as bot, bot._http.get(f"/bot{token}/getMe") as response:
        assert (response.status, (await response.json())["description"]) == (401, error)
