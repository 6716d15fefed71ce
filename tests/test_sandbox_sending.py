"""sendMessage refuses what Telegram refuses, in its words and in its order, and changes nothing then."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.seed import ANN, BEN, CLUB, NEWS
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "é" * 16385}, "text is too long"),
        ({"parse_mode": "BBCode"}, "unsupported parse_mode"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"link_preview_options": "{"}, "can't parse link preview options JSON object"),
        ({"reply_parameters": "{"}, "can't parse reply parameters JSON object"),
        ({"reply_parameters": [1]}, "object expected as reply parameters"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": [1]}, "object expected as reply markup"),
        ({"reply_markup": {"inline_keyboard": None}}, 'field "inline_keyboard" must be of type Array'),
        (
            {"reply_markup": {"inline_keyboard": [1]}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ({"reply_markup": keyboard([1])}, "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        ({"reply_markup": keyboard([{}])}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"reply_markup": keyboard([{"text": "x"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"reply_markup": keyboard([button(callback_data="x", style="pink")])},
            "can't parse inline keyboard button: invalid button style specified",
        ),
        (
            {"reply_markup": keyboard([button(url="no link")])},
            "inline keyboard button URL 'no link' is invalid: Wrong HTTP URL",
        ),
        (
            {"reply_markup": keyboard([button(web_app={"url": "http://x.org"})])},
            "inline keyboard button Web App URL 'http://x.org' is invalid: Only HTTPS links are allowed",
        ),
        ({"reply_markup": keyboard([button(callback_data="я" * 33)])}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard([button(callback_data="")])}, "BUTTON_DATA_INVALID"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 42}, "chat not found"),
        ({"chat_id": BEN}, "chat not found"),
        ({"chat_id": "@ann_hart"}, "chat not found"),
    ],
)
async def test_refusals_have_telegrams_words(bot: Bot, params: dict[str, Any], reason: str) -> None:
    before = len(bot.sandbox.state.chats[ANN].messages)
    answer = await bot.call("sendMessage", **{"chat_id": ANN, "text": "x", **params})

    assert (answer.status, answer.error) == (400, f"Bad Request: {reason}")
    assert len(bot.sandbox.state.chats[ANN].messages) == before


@pytest.mark.parametrize(("first", "second"), [("text", "chat_id"), ("parse_mode", "reply_parameters")])
async def test_the_first_failure_in_telegrams_order_answers(bot: Bot, first: str, second: str) -> None:
    wrong = {"text": "", "chat_id": 42, "parse_mode": "BBCode", "reply_parameters": "{"}
    good = {"text": "x", "chat_id": ANN}
    alone = await bot.call("sendMessage", **{**good, first: wrong[first]})
    both = await bot.call("sendMessage", **{**good, first: wrong[first], second: wrong[second]})

    assert both.error == alone.error


async def test_text_of_4096_characters_passes_however_many_bytes(bot: Bot) -> None:
    message = (await bot.send(ANN, "é" * 4096)).result

    assert len(message["text"]) == 4096


async def test_a_message_shows_text_entities_and_inline_keyboard(bot: Bot) -> None:
    buttons = keyboard([button("8", callback_data="r:8", style="success")])
    sent = await bot.send(ANN, " <b>Dune</b> /top ", parse_mode="HTML", reply_markup=buttons)

    message = sent.result
    assert message["text"] == "Dune /top"
    assert [each["type"] for each in message["entities"]] == ["bold", "bot_command"]
    assert message["reply_markup"] == buttons
    assert message["from"]["username"] == "matinee_demo_bot"


async def test_reply_keyboards_are_not_echoed(bot: Bot) -> None:
    sent = await bot.send(ANN, "Which?", reply_markup={"force_reply": True, "selective": True})

    assert "reply_markup" not in sent.result


async def test_a_reply_holds_what_it_replies_to_one_level_deep(bot: Bot) -> None:
    first = (await bot.send(CLUB, "one")).result["message_id"]
    second = (await bot.send(CLUB, "two", reply_parameters={"message_id": first})).result["message_id"]
    third = (await bot.send(CLUB, "three", reply_parameters={"message_id": second})).result

    assert third["reply_to_message"]["text"] == "two"
    assert "reply_to_message" not in third["reply_to_message"]


async def test_a_reply_to_nothing_is_sent_when_that_is_allowed(bot: Bot) -> None:
    missing = {"message_id": 999, "allow_sending_without_reply": True}

    assert "reply_to_message" not in (await bot.send(ANN, "x", reply_parameters=missing)).result


async def test_a_post_is_the_channels_own(bot: Bot) -> None:
    post = (await bot.send(NEWS, "x")).result

    assert post["sender_chat"]["id"] == NEWS
    assert "from" not in post


async def test_message_ids_count_per_supergroup_and_together_for_private_chats(bot: Bot) -> None:
    bot.sandbox.state.users[BEN].has_started = True
    private = [(await bot.send(chat, "x")).result["message_id"] for chat in (ANN, BEN, ANN)]
    club = [(await bot.send(CLUB, text)).result["message_id"] for text in ("x", "y")]

    assert private == [private[0], private[0] + 1, private[0] + 2]
    assert club == [5, 6]
