"""Edits, deletions and reactions."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.seed import ANN, CLUB
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
CARD = {"text": "<b>Dune</b>", "parse_mode": "HTML", "reply_markup": keyboard([button()])}


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


async def card(bot: Bot) -> dict[str, int]:
    """The ids of a message of the bot's."""
    sent = (await bot.call("sendMessage", chat_id=ANN, **CARD)).result
    return {"chat_id": ANN, "message_id": sent["message_id"]}


async def test_an_edit_changes_the_text_and_says_when(bot: Bot) -> None:
    ids = await card(bot)
    edited = (await bot.call("editMessageText", **ids, text="Arrival", reply_markup=CARD["reply_markup"])).result

    assert edited["text"] == "Arrival"
    assert edited["edit_date"] >= edited["date"]
    assert bot.sandbox.state.chats[ANN].messages[ids["message_id"]] == edited


async def test_an_edit_without_a_keyboard_removes_it(bot: Bot) -> None:
    edited = await bot.call("editMessageText", **await card(bot), text="Arrival")

    assert "reply_markup" not in edited.result


async def test_the_same_content_is_not_modified(bot: Bot) -> None:
    ids = await card(bot)
    again = await bot.call("editMessageText", **ids, **CARD)
    keys = await bot.call("editMessageReplyMarkup", **ids, reply_markup=CARD["reply_markup"])

    assert (again.error, keys.error) == (NOT_MODIFIED, NOT_MODIFIED)


async def test_a_keyboard_can_change_alone(bot: Bot) -> None:
    ids = await card(bot)
    edited = (await bot.call("editMessageReplyMarkup", **ids, reply_markup=keyboard([button("9")]))).result

    assert (edited["text"], edited["entities"]) == ("Dune", [{"type": "bold", "offset": 0, "length": 4}])
    assert edited["reply_markup"] == keyboard([button("9")])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message_id": 999}, "message to edit not found"),
        ({"message_id": 0}, "message identifier is not specified"),
        ({"text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        ({"text": ""}, "message text is empty"),
        ({"reply_markup": {"keyboard": [["x"]]}}, "inline keyboard expected"),
        ({"reply_markup": keyboard([button(callback_data="x" * 65)])}, "BUTTON_DATA_INVALID"),
    ],
)
async def test_bad_edits_are_refused(bot: Bot, changes: dict[str, object], reason: str) -> None:
    bot.sandbox.world.options.pedantic = False  # a reply keyboard is not even in the method's table
    refused = await bot.call("editMessageText", **{**await card(bot), "text": "y", **changes})

    assert refused.error == f"Bad Request: {reason}"


async def test_what_people_wrote_cannot_be_edited_nor_deleted(bot: Bot) -> None:
    edit = await bot.call("editMessageText", chat_id=CLUB, message_id=1, text="x")
    delete = await bot.call("deleteMessage", chat_id=CLUB, message_id=1)

    assert edit.error == "Bad Request: message can't be edited"
    assert delete.error == "Bad Request: message can't be deleted"


async def test_a_deleted_message_is_gone(bot: Bot) -> None:
    ids = await card(bot)
    assert (await bot.call("deleteMessage", **ids)).result is True

    assert (await bot.call("deleteMessage", **ids)).error == "Bad Request: message to delete not found"
    assert (await bot.call("editMessageText", **ids, text="x")).error == "Bad Request: message to edit not found"


async def test_messages_older_than_two_days_stay(bot: Bot) -> None:
    ids = await card(bot)
    bot.sandbox.world.clock.advance(48 * 3600 + 1)

    assert (await bot.call("deleteMessage", **ids)).error == "Bad Request: message can't be deleted"


async def test_several_are_deleted_and_missing_ones_skipped(bot: Bot) -> None:
    ids = [(await card(bot))["message_id"] for _ in range(2)]
    await bot.call("deleteMessages", chat_id=ANN, message_ids=[*ids, 999])

    assert bot.sandbox.state.chats[ANN].messages == {}


async def test_a_reaction_is_shown_and_replaced(bot: Bot) -> None:
    reaction = [{"type": "emoji", "emoji": "👍"}]
    done = await bot.call("setMessageReaction", chat_id=CLUB, message_id=1, reaction=reaction)

    assert done.result is True
    assert bot.sandbox.state.chats[CLUB].reactions == {1: reaction}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"message_id": 999}, "message to react not found"),
        ({"reaction": [{"type": "emoji", "emoji": "🥑"}]}, "REACTION_INVALID"),
        ({"reaction": [{"type": "emoji", "emoji": each} for each in "👍👎"]}, "REACTION_INVALID"),
        ({"reaction": "{"}, "can't parse reaction types JSON object"),
        ({"reaction": {}}, "expected an Array of ReactionType"),
    ],
)
async def test_bad_reactions_are_refused(bot: Bot, params: dict[str, object], reason: str) -> None:
    good = {"chat_id": CLUB, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "👍"}]}

    assert (await bot.call("setMessageReaction", **{**good, **params})).error == f"Bad Request: {reason}"
