"""Inline and guest queries of the local Telegram: one answer each, checked as Telegram checks it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import telegram
from telegram import InlineQueryResultArticle, InlineQueryResultsButton, InputTextMessageContent

from bot.sandbox.errors import SimError
from bot.sandbox.inline import Typed, ask, post_chosen, seen
from bot.sandbox.people import Said, Tap, press, say
from bot.sandbox.persistence import load, save
from bot.sandbox.seed import ANN, BEN, CLUB
from bot.sandbox.state import Chat, Json
from bot.sandbox.table import mismatches, returned
from bot.sandbox.world import Options, World, new_state
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard
from tests.test_sandbox_shapes import leftovers

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
FRIENDS = -4_000_000_000


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    """In a sandbox that has a group without it, too."""
    async with bot_in_sandbox() as bot:
        friends = Chat({"id": FRIENDS, "type": "group", "title": "Friends"}, members={ANN: "creator", BEN: "member"})
        bot.sandbox.state.chats[FRIENDS] = friends
        yield bot


def article(key: str = "1", text: str = "<b>Dune</b>", **more: Any) -> Json:
    content = {"message_text": text, "parse_mode": "HTML"}
    return {"type": "article", "id": key, "title": "Dune (2021)", "input_message_content": content, **more}


def types(bot: Bot, text: str = "dune", user: int = ANN, offset: str = "", chat: int = FRIENDS) -> str:
    """A person types after the bot's name; the query's id."""
    world = bot.sandbox.world
    return ask(world, world.state.chats[chat], Typed(user, text, offset))[0].query_id


async def refusal(bot: Bot, *results: Any, query_id: str | None = None, **params: Any) -> str:
    said = await bot.call("answerInlineQuery", inline_query_id=query_id or types(bot), results=list(results), **params)
    return "" if said.body["ok"] else said.error.removeprefix("Bad Request: ")


async def posted(bot: Bot, chat: int = FRIENDS, **more: Any) -> tuple[Json, str | None]:
    """A result that Ann chose there: the message and its inline id."""
    world = bot.sandbox.world
    query_id = types(bot, chat=chat)
    assert await refusal(bot, article(**more), query_id=query_id, cache_time=0) == ""
    query, result = seen(world, ANN, query_id, "1")
    return post_chosen(world, world.state.chats[chat], query, result, 0)


async def test_the_bot_hears_who_typed_what_and_in_what_kind_of_chat(bot: Bot) -> None:
    types(bot, "dune", BEN, offset="20")
    query = (await bot.updates())[0]["inline_query"]

    assert (query["from"]["id"], query["query"], query["offset"], query["chat_type"]) == (BEN, "dune", "20", "group")


async def test_a_query_is_answered_once_and_within_ten_seconds(bot: Bot) -> None:
    query_id, late = types(bot), types(bot, "heat")

    assert await refusal(bot, article(), query_id=query_id) == ""
    assert await refusal(bot, article(), query_id=query_id) == TOO_OLD
    bot.sandbox.world.clock.advance(11)
    assert await refusal(bot, article(), query_id=late) == TOO_OLD
    assert await refusal(bot, article(), query_id="17") == TOO_OLD
    assert [each["kind"] for each in bot.sandbox.world.journal.problems] == ["refused answer"] * 3


async def test_after_thirty_seconds_the_bot_hears_nothing_of_it(bot: Bot) -> None:
    types(bot)
    bot.sandbox.world.clock.advance(31)

    assert await bot.updates() == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (7, "can't parse inline query result: inline query result must be an object"),
        ({"id": "1"}, 'can\'t parse inline query result: type "" is unsupported for the inline query result'),
        ({"type": "article", "title": "x"}, 'can\'t parse inline query result: can\'t find field "id"'),
        ({"type": "article", "id": "1"}, 'can\'t parse inline query result: can\'t find field "title"'),
        (article(text="<b>x"), "can't parse inline query result: Can't parse entities: "
                               'Can\'t find end tag corresponding to start tag "b"'),
        (article(text="x" * 4097), "MESSAGE_TOO_LONG"),
        (article(key=""), "RESULT_ID_EMPTY"),
        (article(key="é" * 33), "RESULT_ID_INVALID"),
        (article(title=" "), "ARTICLE_TITLE_EMPTY"),
        (article(thumbnail_url="poster.jpg"), "WEBDOCUMENT_URL_INVALID"),
        (article(reply_markup=keyboard([button(callback_data="x" * 65)])), "BUTTON_DATA_INVALID"),
        (article(colour="red"), '[sandbox] unknown field "colour" in "results[0]" (InlineQueryResultArticle)'),
        ({"type": "photo", "id": "1"}, "[sandbox] only articles are implemented, not 'photo'"),
    ],
)  # fmt: skip
async def test_a_bad_result_is_refused_in_telegrams_words(bot: Bot, result: Any, reason: str) -> None:
    assert await refusal(bot, result) == reason


async def test_ids_are_unique_and_fifty_are_the_most(bot: Bot) -> None:
    fifty = [article(str(n)) for n in range(50)]

    assert await refusal(bot, article("1"), article("1")) == "RESULT_ID_DUPLICATE"
    assert await refusal(bot, *fifty, article("50")) == "too many inline query results specified"
    assert await refusal(bot, *fifty[:49], article("é" * 32)) == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"button": {"text": "x"}}, "can't parse inline query results button: "
                                    "InlineQueryResultsButton must have exactly one optional field"),
        ({"button": {"start_parameter": "x"}}, 'can\'t parse inline query results button: can\'t find field "text"'),
        ({"button": {"text": "", "start_parameter": "x"}}, "SWITCH_PM_TEXT_EMPTY"),
        ({"button": {"text": "x", "start_parameter": ""}}, "can't use empty start_parameter"),
        ({"button": {"text": "x", "start_parameter": "x" * 65}}, "too long start_parameter specified"),
        ({"button": {"text": "x", "start_parameter": "a b"}}, "unallowed characters in start_parameter are used"),
        ({"switch_pm_text": "x"}, '[sandbox] unknown parameter "switch_pm_text"'),
        ({"next_offset": "x" * 64, "button": {"text": "x", "start_parameter": "find"}}, ""),
    ],
)  # fmt: skip
async def test_what_stands_beside_the_results_is_checked_too(bot: Bot, given: Json, reason: str) -> None:
    assert await refusal(bot, article(), **given) == reason


async def test_an_answer_is_kept_for_everybody_unless_it_is_personal(bot: Bot) -> None:
    await refusal(bot, article(), query_id=types(bot, "dune"), cache_time=60)
    await refusal(bot, article(), query_id=types(bot, "heat"), cache_time=60, is_personal=True)
    await bot.updates()
    for text in ("dune", "heat"):
        types(bot, text, BEN)

    assert [each["inline_query"]["query"] for each in await bot.updates()] == ["heat"]
    bot.sandbox.world.clock.advance(61)
    types(bot, "dune", BEN)
    assert [each["inline_query"]["query"] for each in await bot.updates()] == ["dune"]


async def test_a_chosen_result_is_the_persons_message_by_way_of_the_bot(bot: Bot) -> None:
    message, inline_id = await posted(bot, reply_markup=keyboard([button()]))

    assert (message["from"]["id"], message["via_bot"]["id"]) == (ANN, bot.sandbox.world.bot_id)
    assert (message["text"], message["entities"][0]["type"]) == ("Dune", "bold")
    assert len(inline_id or "") == 24


async def test_without_a_keyboard_there_is_no_inline_id(bot: Bot) -> None:
    assert (await posted(bot))[1] is None


async def test_nobody_chooses_from_anothers_results(bot: Bot) -> None:
    query_id = types(bot)
    await refusal(bot, article(), query_id=query_id)

    with pytest.raises(SimError, match="no such result"):
        seen(bot.sandbox.world, BEN, query_id, "1")


async def test_a_choice_is_told_only_with_feedback_on(bot: Bot) -> None:
    await posted(bot, reply_markup=keyboard([button()]))
    assert [kind for each in await bot.updates() for kind in each] == ["update_id", "inline_query"]
    bot.sandbox.state.inline_feedback = True
    _, inline_id = await posted(bot, reply_markup=keyboard([button()]))
    chosen = (await bot.updates())[-1]["chosen_inline_result"]

    assert (chosen["result_id"], chosen["query"], chosen["inline_message_id"]) == ("1", "dune", inline_id)


async def test_its_press_carries_the_inline_id_and_no_message(bot: Bot) -> None:
    message, inline_id = await posted(bot, reply_markup=keyboard([button()]))
    world = bot.sandbox.world
    press(world, world.state.chats[FRIENDS], Tap(BEN, message["message_id"], 0, 0))
    query = (await bot.updates())[-1]["callback_query"]

    assert (query["inline_message_id"], query["data"], "message" in query) == (inline_id, "r:8", False)


async def test_it_is_edited_by_its_inline_id_where_the_bot_is_not(bot: Bot) -> None:
    message, inline_id = await posted(bot, reply_markup=keyboard([button()]))
    edited = await bot.call("editMessageText", inline_message_id=inline_id, text="Heat")
    again = await bot.call("editMessageText", inline_message_id=inline_id, text="Heat")
    stored = bot.sandbox.state.chats[FRIENDS].messages[message["message_id"]]

    assert (edited.result, stored["text"], "reply_markup" in stored) == (True, "Heat", False)
    assert "message is not modified" in again.error


@pytest.mark.parametrize(
    ("inline_id", "reason"),
    [("x", "invalid inline message identifier specified"), ("A" * 24, "MESSAGE_ID_INVALID")],
)
async def test_an_unknown_inline_id_edits_nothing(bot: Bot, inline_id: str, reason: str) -> None:
    assert (await bot.call("editMessageText", inline_message_id=inline_id, text="x")).error == f"Bad Request: {reason}"


async def test_where_the_bot_is_it_sees_what_came_by_way_of_it_and_owns_it_not(bot: Bot) -> None:
    message, _ = await posted(bot, CLUB, reply_markup=keyboard([button()]))
    edited = await bot.call("editMessageText", chat_id=CLUB, message_id=message["message_id"], text="x")

    assert edited.error == "Bad Request: message can't be edited"


async def test_a_guest_is_called_by_its_name_where_it_is_not_a_member(bot: Bot) -> None:
    world = bot.sandbox.world
    name = world.bot["username"]
    say(world, world.state.chats[FRIENDS], Said(ANN, f"🎬 @{name.upper()} dune"))
    say(world, world.state.chats[FRIENDS], Said(ANN, f"@{name}x dune"))
    say(world, world.state.chats[CLUB], Said(ANN, f"@{name} dune"))
    updates = await bot.updates()

    assert [list(each)[1] for each in updates] == ["guest_message"]
    guest = updates[0]["guest_message"]
    assert (guest["from"]["id"], guest["text"], guest["guest_query_id"].isdecimal()) == (
        ANN, f"🎬 @{name.upper()} dune", True,
    )  # fmt: skip


async def test_a_guest_answers_once_into_that_chat_and_edits_its_answer(bot: Bot) -> None:
    world = bot.sandbox.world
    say(world, world.state.chats[FRIENDS], Said(ANN, f"@{world.bot['username']} dune"))
    query_id = (await bot.updates())[0]["guest_message"]["guest_query_id"]
    sent = (await bot.call("answerGuestQuery", guest_query_id=query_id, result=article())).result
    stored = world.state.chats[FRIENDS].last

    assert list(mismatches(sent, returned("answerGuestQuery"), "x")) == []
    assert stored is not None
    assert (stored["from"]["id"], stored["guest_bot_caller_user"]["id"], stored["text"]) == (world.bot_id, ANN, "Dune")
    assert (await bot.call("answerGuestQuery", guest_query_id=query_id, result=article())).error.endswith(TOO_OLD)
    assert (await bot.call("editMessageText", text="Heat", **sent)).result is True


async def test_every_update_parses_completely_and_is_what_the_table_says(bot: Bot) -> None:
    bot.sandbox.state.inline_feedback = True
    message, _ = await posted(bot, CLUB, reply_markup=keyboard([button()]))
    world = bot.sandbox.world
    press(world, world.state.chats[CLUB], Tap(BEN, message["message_id"], 0, 0))
    say(world, world.state.chats[FRIENDS], Said(ANN, f"@{world.bot['username']} dune"))
    raw = await bot.updates()
    updates = [telegram.Update.de_json(each, None) for each in raw]

    assert list(leftovers(updates)) == []
    assert list(mismatches(raw, returned("getUpdates"), "getUpdates")) == []
    assert {list(each)[1] for each in raw} == {
        "inline_query", "chosen_inline_result", "callback_query", "guest_message",
    }  # fmt: skip


async def test_the_librarys_own_answers_pass_the_pedantic_check(bot: Bot) -> None:
    content = InputTextMessageContent("<b>Dune</b>", "HTML", link_preview_options=telegram.LinkPreviewOptions(True))
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("8", callback_data="r:8")]])
    result = InlineQueryResultArticle("1", "Dune", content, reply_markup=keys, description="2021")
    world = bot.sandbox.world
    async with telegram.Bot("1:x", base_url=f"{bot.sandbox.url}/bot") as library:
        more = InlineQueryResultsButton("Search", start_parameter="find")
        await library.answer_inline_query(types(bot), [result], cache_time=60, next_offset="20", button=more)
        say(world, world.state.chats[FRIENDS], Said(ANN, f"@{world.bot['username']} dune"))
        guest = (await bot.updates())[-1]["guest_message"]
        sent = await library.answer_guest_query(guest["guest_query_id"], result)

    assert world.state.place_of(sent.inline_message_id) is not None
    assert list(world.journal.problems) == []


async def test_inline_ids_outlive_a_restart(bot: Bot, tmp_path: Any) -> None:
    _, inline_id = await posted(bot, reply_markup=keyboard([button()]))
    save(bot.sandbox.world, tmp_path / "state.json", "key")
    again = World(Options(), new_state())
    load(again, tmp_path / "state.json")

    assert again.state.place_of(inline_id or "") is not None
