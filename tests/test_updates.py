"""Raw updates: whose they are, and what handlers see of them."""

from typing import Any

import orjson
import pytest
from telegram import Bot, Message, Update

from bot.updates import is_id, parsed, person_of, raw

ANN = {"id": 5000000001, "is_bot": False, "first_name": "Ann", "language_code": "en"}
CLUB = {"id": -1001000000001, "type": "supergroup", "title": "Film Club"}


@pytest.mark.parametrize(
    ("update", "person"),
    [
        ({"update_id": 1, "message": {"from": {"id": 5000000001}, "chat": {"id": -1}}}, 5000000001),
        ({"update_id": 1, "callback_query": {"id": "7", "from": {"id": 12}}}, 12),
        ({"update_id": 1, "message_reaction": {"user": {"id": 13}}}, 13),
        ({"update_id": 1, "channel_post": {"chat": {"id": -1}}}, None),
        ({"update_id": 1, "message": {"from": {"id": 2**70}}}, None),
        ({"update_id": 1, "message": {"from": "somebody"}}, None),
        ({"update_id": 1, "message": None}, None),
        ({"update_id": 1}, None),
    ],
)
def test_an_update_belongs_to_its_sender(update: dict[str, Any], person: int | None) -> None:
    assert person_of(update) == person


@pytest.mark.parametrize("value", [True, 7.0, "7", None, 2**63, -(2**63)])
def test_what_is_no_number_of_telegrams_is_no_id(value: object) -> None:
    assert not is_id(value)


@pytest.fixture
def bot() -> Bot:
    return Bot("1:x")


def press(**message: Any) -> bytes:
    card = {"message_id": 3, "date": 1_790_000_000, "chat": CLUB, "text": "Dune", **message}
    query = {"id": "7", "from": ANN, "chat_instance": "9", "data": "r:1:8", "message": card}
    return orjson.dumps({"update_id": 1, "callback_query": query})


@pytest.mark.parametrize(
    "message",
    [{}, {"reply_markup": {"inline_keyboard": [[]]}}, {"reply_to_message": {"message_id": 2, "text": "/dune"}}],
    ids=["plain", "kept by a former version", "in reply"],
)
def test_of_a_press_all_is_there_but_what_the_message_says(message: dict[str, Any], bot: Bot) -> None:
    seen, whole = parsed(press(**message), bot), Update.de_json(orjson.loads(press()), bot)

    assert (seen.update_id, seen.callback_query) == (1, whole.callback_query)
    assert seen.callback_query.data == "r:1:8"
    assert seen.callback_query.chat_instance == "9"
    assert seen.effective_user.to_dict() == whole.effective_user.to_dict()
    assert seen.effective_chat.to_dict() == whole.effective_chat.to_dict()
    assert seen.callback_query.message.message_id == whole.callback_query.message.message_id
    assert not seen.callback_query.message.is_accessible
    assert seen.callback_query.get_bot() is bot


@pytest.mark.parametrize(
    "message",
    [
        {"is_topic_message": True, "message_thread_id": 5, "reply_markup": {"inline_keyboard": [[]]}},
        {
            "reply_to_message": {
                "message_id": 2,
                "date": 1,
                "chat": CLUB,
                "document": {"file_id": "f", "file_unique_id": "u"},
            }
        },
    ],
)
def test_a_topic_and_a_file_that_it_answers_are_there_too(message: dict[str, Any], bot: Bot) -> None:
    seen = parsed(press(**message), bot).effective_message

    assert isinstance(seen, Message)
    assert seen.message_thread_id == 5 or seen.reply_to_message.document.file_id == "f"


def test_a_press_of_an_inline_message_and_what_is_no_press_are_whole(bot: Bot) -> None:
    query = {"id": "7", "from": ANN, "chat_instance": "9", "data": "r:1:8", "inline_message_id": "abc"}
    inline = parsed(orjson.dumps({"update_id": 1, "callback_query": query}), bot)
    card = {"message_id": 3, "date": 1_790_000_000, "chat": CLUB, "from": ANN, "text": "Dune"}
    sent = parsed(orjson.dumps({"update_id": 2, "message": card}), bot)

    assert inline.callback_query.inline_message_id == "abc"
    assert sent.message.text == "Dune"


def test_an_update_nested_as_deep_as_json_can_be_read_is_kept() -> None:
    update: dict[str, Any] = {"update_id": 1}
    for _ in range(500):
        update = {"update_id": 1, "message": update}

    assert orjson.loads(raw(update)) == update


def test_of_a_press_all_is_kept_but_the_keyboard(bot: Bot) -> None:
    keyboard = {"inline_keyboard": [[{"text": "8", "callback_data": "r:1:8"}]]}
    pressed = orjson.loads(press(reply_markup=keyboard))

    assert orjson.loads(raw(pressed)) == orjson.loads(press())


@pytest.mark.parametrize("query", [None, [], "x", {}, {"message": None}, {"message": "x"}, {"message": {"a": 1}}])
def test_a_press_of_any_shape_is_kept(query: object) -> None:
    update = {"update_id": 1, "callback_query": query}

    assert orjson.loads(raw(update)) == update


def test_a_message_with_a_keyboard_is_kept_whole() -> None:
    update = {"update_id": 1, "message": {"reply_markup": {"inline_keyboard": [[]]}}}

    assert orjson.loads(raw(update)) == update
