"""What is counted is what happened: calls, waiting people, backlogs, lateness."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from telegram.error import TelegramError

from bot import telemetry
from bot.arrival import Arrival, current, kind_of
from bot.config import Settings
from bot.digest import Outcome, queue_due
from bot.failures import Failure
from bot.measure import measure, watch
from bot.telemetry import registry
from bot.transport import AiohttpRequest
from storage.errors import DatabaseUnavailable
from storage.service import Storage
from storage.values import Owed
from tests import program, stub_telegram
from tests.conversations import Stage, staged
from tests.databases import ANN, DUNE, Clock, in_club
from tests.stub_telegram import TOKEN, StubTelegram
from tests.test_digest_posting import FRIDAY_18, Post, post

__all__ = ["post"]


class Counted:
    """How much a sample grew since the test began."""

    def __init__(self, name: str, **labels: str) -> None:
        self._sample = f"matinee_{name}", labels
        self._before = self.value

    @property
    def value(self) -> float:
        return registry.get_sample_value(*self._sample) or 0.0

    @property
    def more(self) -> float:
        return self.value - self._before


@pytest.fixture
async def talking(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(await program.small_world(tmp_path / "data")) as made:
        yield made


async def test_a_persons_wait_is_measured_once_for_each_update(talking: Stage) -> None:
    counted = {kind: Counted("answer_seconds_count", kind=kind) for kind in ("message", "callback_query")}
    talk = await talking.client.open()
    await (await talk.asks("heat")).press("8")

    assert {kind: each.more for kind, each in counted.items()} == {"message": 1, "callback_query": 1}


async def test_calls_are_counted_by_method_and_searches_as_they_end(talking: Stage) -> None:
    sent, searched = (
        Counted("telegram_calls_total", method="sendMessage", outcome="ok"),
        Counted("search_seconds_count"),
    )
    took = Counted("telegram_seconds_count", method="sendMessage")
    await (await talking.client.open()).asks("heat")

    assert (sent.more, took.more, searched.more) == (1, 1, 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (stub_telegram.error(400, "Bad Request: chat not found"), "refused"),
        (stub_telegram.error(429, "Too Many Requests: retry after 1", retry_after=1), "paused"),
        (stub_telegram.html_502, "broken"),
        (stub_telegram.drop, "unknown"),
    ],
)
async def test_a_call_that_fails_is_counted_by_what_became_of_it(answer: Any, outcome: str) -> None:
    counted = Counted("telegram_calls_total", method="sendMessage", outcome=outcome)
    async with stub_telegram.running() as stub:
        stub.script["sendMessage"] = [answer]
        await call(stub.url)

    assert counted.more == 1


async def test_a_call_without_a_connection_is_counted_as_not_sent() -> None:
    counted = Counted("telegram_calls_total", method="sendMessage", outcome="not sent")
    await call("http://127.0.0.1:9")

    assert counted.more == 1


async def call(url: str, path: str = f"bot{TOKEN}/sendMessage") -> None:
    request = AiohttpRequest(url)
    await request.initialize()
    try:
        await request.do_request(f"{url}/{path}", "POST")
    except TelegramError:
        pass
    finally:
        await request.shutdown()


async def test_the_name_of_a_file_makes_no_time_series_of_its_own(stub: StubTelegram) -> None:
    counted = Counted("telegram_calls_total", method="file", outcome="refused")
    await call(stub.url, f"file/bot{TOKEN}/documents/anything")

    assert counted.more == 1


@pytest.fixture
async def stub() -> AsyncIterator[StubTelegram]:
    async with stub_telegram.running() as made:
        yield made


@pytest.mark.parametrize(
    ("method", "at", "counts"),
    [("sendMessage", 0.0, 1), ("answerInlineQuery", 0.0, 1), ("editMessageText", 0.0, 0), ("sendMessage", None, 0)],
)
def test_only_the_first_answer_to_what_this_process_took_counts(method: str, at: float | None, counts: int) -> None:
    counted = Counted("answer_seconds_count", kind="message")
    token = current.set(Arrival(1, ANN.person_id, "message", at))
    for _ in range(2):
        telemetry.note_call(method, "ok", 0.0)
    current.reset(token)

    assert counted.more == counts


def test_a_kind_is_one_of_few_words_whatever_is_sent() -> None:
    assert [kind_of(update) for update in ({"message": {}}, {"x" * 1000: {}}, {})] == ["message", "other", "other"]


async def measured(storage: Storage, tmp_path: Path, **given: Any) -> Callable[[str], float | None]:
    await measure(storage, Settings(data_dir=tmp_path, **given))
    return lambda name: registry.get_sample_value(f"matinee_{name}")


async def test_what_waits_is_measured_with_its_age(storage: Storage, clock: Clock, tmp_path: Path) -> None:
    taken, given_up = await storage.inbox.take([(1, 7, b"{}"), (2, 7, b"{}")])
    await storage.quarantine.put(given_up, "ValueError: a bug")
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    due = (await storage.digests.change(in_club(ANN), enabled=True)).next_run_at
    assert due is not None
    clock.at = due + timedelta(seconds=90)
    value = await measured(storage, tmp_path)
    waited = (clock() - taken_at).total_seconds() if (taken_at := (await storage.inbox.backlog())[1]) else 0

    assert (value("inbox_waiting"), value("inbox_oldest_seconds"), value("quarantine_waiting")) == (1, waited, 1)
    assert (value("digest_overdue_seconds"), value("audit_unsealed_seconds")) == (90, waited)
    assert (value("database_up"), taken.update_id) == (1, 1)


async def test_when_all_is_done_nothing_has_an_age(storage: Storage, clock: Clock, tmp_path: Path) -> None:
    await storage.ratings.rate(DUNE, 8, in_club(ANN))
    await storage.audit.seal()
    await storage.digests.change(in_club(ANN), enabled=True)  # to come
    await storage.audit.seal()
    clock.advance(seconds=40)
    value = await measured(storage, tmp_path)

    assert [value(name) for name in ("inbox_oldest_seconds", "digest_overdue_seconds", "audit_unsealed_seconds")] == [
        0
    ] * 3
    assert (value("audit_seal_age_seconds"), value("backup_age_seconds")) == (40, 0)


async def test_a_chat_that_is_gone_makes_no_digest_late(storage: Storage, clock: Clock, tmp_path: Path) -> None:
    await storage.digests.change(in_club(ANN), enabled=True)
    await storage.clubs.set_active(in_club(ANN).chat_id, False, None)
    clock.advance(days=30)

    assert (await measured(storage, tmp_path))("digest_overdue_seconds") == 0


async def test_a_copy_that_was_never_made_is_infinitely_old(sqlite_storage: Storage, tmp_path: Path) -> None:
    never = (await measured(sqlite_storage, tmp_path, backup_dir=tmp_path))("backup_age_seconds")
    (tmp_path / f"{sqlite_storage.now():matinee-%Y%m%d-%H%M%S.db}").touch()
    fresh = (await measured(sqlite_storage, tmp_path, backup_dir=tmp_path))("backup_age_seconds")

    assert (never, fresh) == (float("inf"), 0)


async def test_a_database_that_is_away_is_measured_too(
    sqlite_storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(sqlite_storage.inbox, "backlog", away)
    down = (await measured(sqlite_storage, tmp_path))("database_up")
    monkeypatch.undo()

    assert (down, (await measured(sqlite_storage, tmp_path))("database_up")) == (0, 1)


async def test_writes_that_wait_and_connections_in_use_are_shown(storage: Storage) -> None:
    watch(storage)
    writes = [asyncio.create_task(storage.outbox.owe(owed(number))) for number in range(3)]
    await asyncio.sleep(0)
    waiting = telemetry.writes_waiting._samples()
    await asyncio.gather(*writes)
    kept = 0 if storage.database.is_sqlite else 1  # the writer's
    used = await storage.database.read(lambda _: registry.get_sample_value("matinee_database_connections_used"))

    assert [sample.value for sample in waiting] == [3]
    assert registry.get_sample_value("matinee_database_writes_waiting") == 0
    assert (used, registry.get_sample_value("matinee_database_connections_used")) == (kept + 1, kept)
    assert (registry.get_sample_value("matinee_database_connections_most") or 0) >= 8


def owed(number: int) -> Owed:
    return Owed(key=str(number), kind="notice", chat_id=7, payload={})


async def test_what_a_process_that_died_was_sending_is_counted_as_unknown(post: Post) -> None:
    counted = Counted("outbox_posted_total", outcome="unknown")
    post.clock.at = FRIDAY_18
    await queue_due(post.storage)
    ((message_id, _),) = await post.storage.outbox.heads()
    await post.storage.outbox.begin(message_id)

    next_process = asyncio.create_task(post.broadcaster.run())
    async with asyncio.timeout(5):
        while not counted.more:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.01)
    next_process.cancel()
    assert counted.more == 1


@pytest.mark.parametrize("outcome", Failure)
def test_each_fate_of_a_message_is_counted_from_nought_so_that_the_first_one_shows(outcome: Failure) -> None:
    assert registry.get_sample_value("matinee_outbox_posted_total", {"outcome": str(outcome)}) is not None


async def test_a_digest_that_is_posted_late_is_counted_as_late(post: Post) -> None:
    late, posted = Counted("digest_late_seconds_sum"), Counted("digest_late_seconds_count")

    assert await post.due(FRIDAY_18 + timedelta(minutes=7)) == [Outcome.SENT]
    assert (late.more, posted.more) == (420, 1)
