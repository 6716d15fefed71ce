"""Absurd updates: each ends handled or given up, none is left behind, and the next person is served."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram.ext import ApplicationBuilder, ContextTypes, ExtBot

import handlers
from bot.attempts import Attempts
from bot.intake import Intake
from bot.transport import AiohttpRequest
from bot.updates import ACCEPTED, is_id, person_of
from handlers.context import BotData, Context
from handlers.errors import EXPLAINED
from storage.service import Storage
from tests import stub_telegram
from tests.stub_telegram import TOKEN, StubTelegram

ANN = {"id": 5000000001, "is_bot": False, "first_name": "Ann", "language_code": "en"}
CHAT = {"id": 5000000001, "type": "private", "first_name": "Ann"}
CLUB = {"id": -1001000000001, "type": "supergroup", "title": "Film Club"}
COMMAND = [{"type": "bot_command", "offset": 0, "length": 5}]
MESSAGE = {"message_id": 7, "date": 1_790_000_000, "chat": CHAT, "from": ANN, "text": "/help", "entities": COMMAND}
MEMBER = {"chat": CLUB, "from": ANN, "date": 1_790_000_000}
SOUND: list[dict[str, Any]] = [
    {"message": MESSAGE},
    {"message": {**MESSAGE, "text": "/digest zone rome", "chat": CLUB}},
    {"message": {**MESSAGE, "text": "/rate dune 8"}},
    {"callback_query": {"id": "7", "from": ANN, "chat_instance": "1", "data": "r:1:8", "message": MESSAGE}},
    {"callback_query": {"id": "8", "from": ANN, "chat_instance": "1", "data": "t:all:month:Drama:1980:0"}},
    {
        "my_chat_member": {
            **MEMBER,
            "old_chat_member": {"user": ANN, "status": "left"},
            "new_chat_member": {"user": ANN, "status": "member"},
        }
    },
]
NUMBERS = st.sampled_from([0, -1, 7, 2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**70, -(2**63), -(2**70), 0.5, 1e300])
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.just("x" * 5000)
NAMES = st.sampled_from(["id", "from", "chat", "message", "user", "date", "type", "text", "data", "entities", ""])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*path, name)
        yield from places(each, (*path, name))


def replaced(value: dict[str, Any], path: tuple[Any, ...], by: Any) -> dict[str, Any]:
    changed = copy.deepcopy(value)
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = by
    return changed


SPOILT = st.sampled_from([(each, path) for each in SOUND for path in places(each)]).flatmap(
    lambda place: JSON.map(lambda value: replaced(*place, value))
)
ABSURD = st.dictionaries(st.sampled_from([*ACCEPTED, "edited_message", "poll", "future"]) | st.text(), JSON, max_size=3)
CONTENTS = (SPOILT | ABSURD).map(lambda content: orjson.loads(json.dumps(content)))
"""As it arrives: what JSON on the wire can say, where a number beyond 64 bits is a float."""
update_ids = count(1_000)


@pytest.fixture
async def telegram() -> AsyncIterator[StubTelegram]:
    async with stub_telegram.running() as stub:
        yield stub


@pytest.fixture
async def intake(
    telegram: StubTelegram, sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Intake]:
    """The real handlers and the real inbox; between tries it does not wait."""
    monkeypatch.setattr("bot.intake.pause_s", lambda _: 0.0)
    request = AiohttpRequest(telegram.url)
    bot = ExtBot(TOKEN, base_url=f"{telegram.url}/bot", request=request, get_updates_request=request)
    kinds = ContextTypes(context=Context, bot_data=BotData)
    application = ApplicationBuilder().bot(bot).updater(None).job_queue(None).context_types(kinds).build()
    application.bot_data.storage = sqlite_storage
    attempts = Attempts(application, final=tuple(EXPLAINED))
    handlers.register(application)
    await application.initialize()
    with structlog.testing.capture_logs():  # a thousand tracebacks take longer than the tests
        yield Intake(attempts, bot, sqlite_storage, slots=8)
    await application.shutdown()


async def settled(intake: Intake) -> None:
    async with asyncio.timeout(20):
        while intake.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def call_for_help(chat_id: int) -> dict[str, Any]:
    chat = {**CHAT, "id": chat_id}
    return {"update_id": next(update_ids), "message": {**MESSAGE, "chat": chat}}


@given(contents=st.lists(CONTENTS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_absurd_updates_end_and_others_are_served(
    contents: list[dict[str, Any]], intake: Intake, telegram: StubTelegram, sqlite_storage: Storage
) -> None:
    chat_id = next(update_ids)
    absurd = [{**content, "update_id": next(update_ids)} for content in contents]
    await intake.take([*absurd, call_for_help(chat_id)])
    await settled(intake)

    taken = {update["update_id"] for update in absurd}
    assert [each.payload for each in await sqlite_storage.inbox.undone() if each.update_id in taken] == []
    assert any(call.get("chat_id") == str(chat_id) for call in telegram.named("sendMessage"))


@given(update_id=st.integers(-(2**63) + 1, 2**63 - 1))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_number_that_fits_is_taken(update_id: int, intake: Intake, sqlite_storage: Storage) -> None:
    await intake.take([{**call_for_help(1), "update_id": update_id}])
    await settled(intake)

    assert await sqlite_storage.inbox.undone() == []


@pytest.mark.parametrize("who", ["chat", "from"])
async def test_an_id_that_is_no_number_ends_it(who: str, intake: Intake, sqlite_storage: Storage) -> None:
    await intake.take([{"update_id": 1, "message": {**MESSAGE, who: {**ANN, "type": "private", "id": []}}}])
    await settled(intake)

    assert await sqlite_storage.inbox.undone() == []


@given(content=CONTENTS)
@settings(deadline=None, max_examples=200)
def test_the_person_is_a_number_or_nobody(content: dict[str, Any]) -> None:
    person = person_of({"update_id": 1, **content})

    assert person is None or is_id(person)
