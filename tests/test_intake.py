"""The intake: stored before handled, tried again where that may help, done or given up in the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import Application, ApplicationBuilder, CallbackContext, ExtBot, TypeHandler

from bot.attempts import Attempts
from bot.intake import TURN_S, Intake
from bot.transport import AiohttpRequest, NotSent, OutcomeUnknown
from storage.errors import DatabaseUnavailable, MovieNotFound
from storage.service import Storage
from tests import stub_telegram
from tests.stub_telegram import TOKEN

App = Application[Any, Any, Any, Any, Any, Any]

ANN = {"id": 5000000001, "is_bot": False, "first_name": "Ann"}
CHAT = {"id": 5000000001, "type": "private", "first_name": "Ann"}


def message(update_id: int, text: str = "dune") -> dict[str, Any]:
    body = {"message_id": update_id, "date": 1_790_000_000, "chat": CHAT, "from": ANN, "text": text}
    return {"update_id": update_id, "message": body}


def press(update_id: int) -> dict[str, Any]:
    body = {"id": "7", "from": ANN, "chat_instance": "1", "data": "r:1:8"}
    return {"update_id": update_id, "callback_query": body}


class Handlers:
    """What the bot does with an update, as a test wishes; `told` are errors that a person would hear of."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.handled: list[int] = []
        self.tries = 0
        self.told: list[Exception | None] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def on_update(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        self.tries += 1
        if self.meanwhile:
            await self.meanwhile()
        if self.failures:
            raise self.failures.pop(0)
        self.handled.append(update.update_id)

    async def on_error(self, _: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        self.told.append(context.error)


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
async def application(handlers: Handlers) -> AsyncIterator[App]:
    """python-telegram-bot's own routing in front of the test's handlers."""
    async with stub_telegram.running() as stub:
        request = AiohttpRequest(stub.url)
        bot = ExtBot(TOKEN, base_url=f"{stub.url}/bot", request=request, get_updates_request=request)
        built = ApplicationBuilder().bot(bot).updater(None).job_queue(None).build()
        built.add_handler(TypeHandler(Update, handlers.on_update))
        await built.initialize()
        yield built
        await built.shutdown()


@pytest.fixture
def intake(
    application: App,
    sqlite_storage: Storage,
    handlers: Handlers,
    monkeypatch: pytest.MonkeyPatch,
) -> Intake:
    """The real intake on a real inbox; between tries it does not wait."""
    monkeypatch.setattr("bot.intake.pause_s", lambda _: 0.0)
    attempts = Attempts(application, final=(LookupError,))
    application.add_error_handler(handlers.on_error)
    return Intake(attempts, application.bot, sqlite_storage, slots=8)


async def settled(intake: Intake) -> None:
    async with asyncio.timeout(5):
        while intake.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def undone(storage: Storage) -> list[int]:
    return [item.update_id for item in await storage.inbox.undone()]


async def reasons(storage: Storage) -> list[str]:
    """Why the updates in quarantine are there."""
    return [each.reason for each in await storage.quarantine.all()]


async def test_an_update_is_handled_and_done(intake: Intake, sqlite_storage: Storage, handlers: Handlers) -> None:
    await intake.take([message(1), press(2)])
    await settled(intake)

    assert (handlers.handled, await undone(sqlite_storage)) == ([1, 2], [])


async def test_a_second_delivery_is_not_handled_again(intake: Intake, handlers: Handlers) -> None:
    await intake.take([message(1)])
    await intake.take([message(1), message(2)])
    await settled(intake)

    assert handlers.handled == [1, 2]


async def test_deliveries_that_come_side_by_side_are_handled_in_their_order(intake: Intake, handlers: Handlers) -> None:
    await asyncio.gather(*(intake.take([message(number)]) for number in range(1, 101)))
    await settled(intake)

    assert handlers.handled == list(range(1, 101))


async def test_it_is_stored_before_it_is_handled(intake: Intake, sqlite_storage: Storage, handlers: Handlers) -> None:
    stored: list[list[int]] = []

    async def look() -> None:
        stored.append(await undone(sqlite_storage))

    handlers.meanwhile = look
    await intake.take([message(1)])
    await settled(intake)

    assert stored == [[1]]


@pytest.mark.parametrize(
    "failure",
    [DatabaseUnavailable("away"), ValueError("a bug"), NetworkError("down")],
    ids=lambda each: type(each).__name__,
)
async def test_a_failure_that_may_pass_is_tried_again_in_silence(
    failure: Exception, intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    handlers.failures = [failure] * 3
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, handlers.handled, handlers.told) == (4, [1], [])
    assert await undone(sqlite_storage) == []


async def test_after_five_failures_it_is_given_up_and_the_person_told_once(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    handlers.failures = [ValueError(f"try {number}") for number in range(1, 9)]
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, [str(error) for error in handlers.told]) == (5, ["try 5"])
    assert (await undone(sqlite_storage), await reasons(sqlite_storage)) == ([], ["ValueError: try 5"])


@pytest.mark.parametrize(
    "failure",
    [MovieNotFound(7), LookupError("a stale button"), BadRequest("Chat not found"), Forbidden("blocked")],
    ids=lambda each: type(each).__name__,
)
async def test_a_failure_that_stays_is_told_at_once(
    failure: Exception, intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    handlers.failures = [failure]
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, handlers.told) == (1, [failure])
    assert (await undone(sqlite_storage), await reasons(sqlite_storage)) == ([], [])


@pytest.mark.parametrize(
    ("cause", "update", "tries"),
    [(OutcomeUnknown(), message(1), 1), (NotSent(), message(1), 2), (OutcomeUnknown(), press(1), 2)],
)
async def test_a_message_whose_fate_is_unknown_is_not_sent_twice(
    cause: Exception, update: dict[str, Any], tries: int, intake: Intake, handlers: Handlers
) -> None:
    failure = TimedOut()
    failure.__cause__ = cause
    handlers.failures = [failure]
    await intake.take([update])
    await settled(intake)

    assert handlers.tries == tries


@pytest.mark.parametrize("content", [{"message": "text"}, {"callback_query": {"id": "7"}}, {"message": {"from": ANN}}])
async def test_what_cannot_be_parsed_is_given_up_and_holds_nobody_up(
    content: dict[str, Any], intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    await intake.take([{"update_id": 1, **content}, message(2)])
    await settled(intake)

    assert (handlers.handled, await undone(sqlite_storage)) == ([2], [])
    assert len(await reasons(sqlite_storage)) == 1


async def test_what_a_former_process_left_is_run_again(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    await sqlite_storage.inbox.take([(1, ANN["id"], orjson.dumps(message(1)))])  # and then it was killed
    await intake.resume()
    await settled(intake)

    assert (handlers.handled, await undone(sqlite_storage)) == ([1], [])


async def test_an_update_that_kills_the_process_is_given_up(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    (item,) = await sqlite_storage.inbox.take([(1, ANN["id"], orjson.dumps(message(1)))])
    await sqlite_storage.inbox.begun_again(item.id, 4)
    await intake.resume()

    assert (handlers.tries, await undone(sqlite_storage)) == (0, [])
    assert await reasons(sqlite_storage) == ["the program ended while it was handled, again and again"]


async def test_restarts_with_a_backlog_give_nothing_up(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers, application: App
) -> None:
    await sqlite_storage.inbox.take([(1, ANN["id"], orjson.dumps(message(1)))])
    for _ in range(6):  # each of them ends before it comes to the update
        await Intake(Attempts(application), application.bot, sqlite_storage, slots=8).resume()
        await asyncio.sleep(0)
    await intake.resume()
    await settled(intake)

    assert (await undone(sqlite_storage), await reasons(sqlite_storage)) == ([], [])


async def test_an_update_that_may_have_ended_the_process_runs_alone_and_first(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    at_work: list[int] = []

    async def look() -> None:
        at_work.append(intake.waiting)

    handlers.meanwhile = look
    handlers.failures = [NetworkError("down")] * 2
    _, suspect = await sqlite_storage.inbox.take([(n, n, orjson.dumps(message(n))) for n in (1, 2)])
    await sqlite_storage.inbox.begun_again(suspect.id, 2)
    await intake.resume()
    await settled(intake)

    assert (handlers.handled, at_work[:3]) == ([2, 1], [0, 0, 0])


async def test_a_suspect_waits_for_what_the_same_person_did_before(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    rows = [(n, ANN["id"], orjson.dumps(message(n))) for n in (1, 2)]
    _, suspect = await sqlite_storage.inbox.take(rows)
    await sqlite_storage.inbox.begun_again(suspect.id, 2)
    await intake.resume()
    await settled(intake)

    assert handlers.handled == [1, 2]


async def test_what_another_replica_has_not_finished_is_waited_for_before_anything_is_heard_of_that_replica(
    application: App, postgres_storage: Storage, handlers: Handlers
) -> None:
    (first,) = await postgres_storage.inbox.take([(1, ANN["id"], orjson.dumps(message(1)))], owner=12345)
    intake = Intake(Attempts(application), application.bot, postgres_storage, slots=8)
    await intake.take([message(2)])
    await asyncio.sleep(3 * TURN_S)
    before = list(handlers.handled)
    await postgres_storage.inbox.done(first.id)
    await settled(intake)

    assert (before, handlers.handled) == ([], [2])


async def test_a_pause_that_telegram_asks_for_is_no_failure(intake: Intake, handlers: Handlers) -> None:
    handlers.failures = [RetryAfter(timedelta(seconds=1))] * 9 + [ValueError("a bug")] * 4
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, handlers.handled, handlers.told) == (14, [1], [])


async def test_while_telegram_cannot_be_reached_nothing_is_given_up(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    nobody_there = NetworkError("refused")
    nobody_there.__cause__ = NotSent()
    handlers.failures = [nobody_there, NetworkError("Bad Gateway (502)")] * 20
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, handlers.handled) == (41, [1])
    assert (await undone(sqlite_storage), await reasons(sqlite_storage)) == ([], [])


async def test_a_database_that_is_away_longer_than_five_tries_loses_nothing(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    handlers.failures = [DatabaseUnavailable("away")] * 9
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, handlers.handled, len(handlers.told)) == (10, [1], 1)
    assert (await undone(sqlite_storage), await reasons(sqlite_storage)) == ([], [])


async def test_an_update_whose_end_could_not_be_written_is_not_handled_twice(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, failures = sqlite_storage.inbox.done, [DatabaseUnavailable("full")] * 3

    async def sometimes(inbox_id: int) -> None:
        if failures:
            raise failures.pop()
        await done(inbox_id)

    monkeypatch.setattr("bot.intake.AWAY_S", 0.0)
    monkeypatch.setattr(sqlite_storage.inbox, "done", sometimes)
    await intake.take([message(1)])
    await settled(intake)

    assert (handlers.tries, await undone(sqlite_storage)) == (1, [])


async def test_what_is_taken_out_of_quarantine_is_handled_again(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    handlers.failures = [ValueError("a bug")] * 5
    await intake.take([message(1), message(2)])
    await settled(intake)
    (given_up,) = await sqlite_storage.quarantine.all()
    await sqlite_storage.quarantine.retry(given_up.id)  # by another process, after the bug was mended
    await intake.adopt()
    await intake.adopt()
    await settled(intake)

    assert (given_up.reason, handlers.handled) == ("ValueError: a bug", [2, 1])
    assert await reasons(sqlite_storage) == []


async def test_numbers_that_begin_anew_are_not_taken_for_old_ones(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers
) -> None:
    await intake.take([message(1)])
    await settled(intake)
    now = sqlite_storage.now() + timedelta(days=8)
    sqlite_storage.database.now = lambda: now
    await intake.resume()
    await intake.take([message(1)])
    await settled(intake)

    assert handlers.handled == [1, 1]


async def test_a_handler_that_hangs_is_ended_and_told_of(
    intake: Intake, sqlite_storage: Storage, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.attempts.DEADLINE_S", 0.02)
    handlers.meanwhile = partial(asyncio.sleep, 60)
    await intake.take([message(1)])
    await settled(intake)

    assert ([type(error) for error in handlers.told], await undone(sqlite_storage)) == ([TimeoutError], [])
