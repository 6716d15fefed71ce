"""answerInlineQuery and answerGuestQuery."""

import re
from typing import Any

from bot.sandbox.errors import ApiError, bad
from bot.sandbox.inline import post_as_guest
from bot.sandbox.inline_results import read_result, read_results
from bot.sandbox.params import Params
from bot.sandbox.queries import Queries, Query
from bot.sandbox.state import Json
from bot.sandbox.world import World

OFFSET_BYTES = 64
DAY_S = 86_400
DEFAULT_CACHE_S = 300
START = re.compile(r"[A-Za-z0-9_-]+")
START_CHARACTERS = 64


def answer_inline_query(world: World, params: Params) -> bool:
    button = _read_button(params)
    results = read_results(params, pedantic=world.options.pedantic)
    query = _waiting(world, world.inline_queries, params.text("inline_query_id"))
    ids = [each["id"] for each in results]
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > OFFSET_BYTES:
        raise bad("NEXT_OFFSET_INVALID")
    answer: Json = {"results": results, "next_offset": params.text("next_offset"), "button": button}
    seconds = max(0, min(params.integer("cache_time", DEFAULT_CACHE_S), DAY_S))
    world.inline_queries.keep(query, answer, seconds, personal=params.boolean("is_personal"))
    query.answer.set_result(answer)
    return True


def answer_guest_query(world: World, params: Params) -> Json:
    try:
        value = params.json("result")
    except ValueError as error:
        raise bad(f"can't parse JSON encoded inline query result: {error}") from None
    result = read_result(value, pedantic=world.options.pedantic)
    query = _waiting(world, world.guest_queries, params.text("guest_query_id"))
    sent = {"inline_message_id": post_as_guest(world, query, result)}
    query.answer.set_result(sent)
    return sent


def _waiting(world: World, queries: Queries, query_id: str) -> Query:
    try:
        return queries.answerable(query_id)
    except ApiError:
        known = queries.find(query_id)
        why = "answered before" if known and known.answer.done() else "answered too late" if known else "never asked"
        world.journal.problem("refused answer", f"the query {known.text if known else query_id!r} was {why}")
        raise


def _read_button(params: Params) -> Json | None:
    """The button above the results; exactly one of its two optional fields."""
    try:
        button: Any = params.json("button")
    except ValueError as error:
        raise bad(f"can't parse inline query results button: {error}") from None
    if button is None:
        return None
    wrong = "can't parse inline query results button: "
    if not isinstance(button, dict):
        raise bad(wrong + "expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad(wrong + 'can\'t find field "text"')
    if ("web_app" in button) == ("start_parameter" in button):
        raise bad(wrong + "InlineQueryResultsButton must have exactly one optional field")
    if not button["text"]:
        raise bad("SWITCH_PM_TEXT_EMPTY")
    if "start_parameter" in button:
        _check_start(str(button["start_parameter"]))
    return button


def _check_start(parameter: str) -> None:
    if not parameter:
        raise bad("can't use empty start_parameter")
    if len(parameter) > START_CHARACTERS:
        raise bad("too long start_parameter specified")
    if START.fullmatch(parameter) is None:
        raise bad("unallowed characters in start_parameter are used")
