"""Raw updates: whose they are, and what is dropped before parsing."""

from typing import Any

import orjson
import pytest

from bot.updates import is_id, person_of, raw, slim


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


def test_the_pressed_messages_keyboard_is_dropped_and_nothing_else() -> None:
    message = {"message_id": 3, "text": "Dune"}
    press = {"id": "7", "data": "r:1:8", "message": {**message, "reply_markup": {"inline_keyboard": [[]]}}}

    assert slim(orjson.dumps({"update_id": 1, "callback_query": press})) == {
        "update_id": 1,
        "callback_query": {"id": "7", "data": "r:1:8", "message": message},
    }


def test_an_update_nested_as_deep_as_json_can_be_read_is_kept() -> None:
    update: dict[str, Any] = {"update_id": 1}
    for _ in range(500):
        update = {"update_id": 1, "message": update}

    assert orjson.loads(raw(update)) == update
