"""The transport, through python-telegram-bot's own Bot, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.transport import AiohttpRequest, NotSent, OutcomeUnknown, may_have_been_sent, proxy_for
from tests import stub_telegram
from tests.stub_telegram import TOKEN, StubTelegram


@pytest.fixture
async def stub() -> AsyncIterator[StubTelegram]:
    async with stub_telegram.running() as server:
        yield server


def bot_at(url: str, **timeouts: float) -> ExtBot[None]:
    request = AiohttpRequest(url, **timeouts)
    return ExtBot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)


@pytest.fixture
async def bot(stub: StubTelegram) -> AsyncIterator[ExtBot[None]]:
    """Talks to the stub, and is patient for a fifth of a second."""
    async with bot_at(stub.url, read_timeout=0.2) as bot:
        yield bot


async def failure_of(call: Any) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await call
    return caught.value


def every_text(error: BaseException | None) -> str:
    """The error with all that led to it, as any log might show it."""
    texts = []
    while error is not None:
        texts.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__
    return " ".join(texts)


async def test_parameters_travel_as_json(bot: ExtBot[None], stub: StubTelegram) -> None:
    await bot.answer_callback_query("7", text="Ünï & cö", show_alert=True)

    assert stub.named("answerCallbackQuery") == [{"callback_query_id": "7", "text": "Ünï & cö", "show_alert": "true"}]


async def test_files_travel_as_multipart(bot: ExtBot[None], stub: StubTelegram) -> None:
    await bot.set_chat_photo(5, BytesIO(b"\x89PNG not really"))

    assert stub.named("setChatPhoto") == [{"chat_id": "5", "photo": b"\x89PNG not really"}]


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (stub_telegram.error(400, "Bad Request: chat not found"), BadRequest, "Chat not found"),
        (stub_telegram.error(401, "Unauthorized"), InvalidToken, "Unauthorized"),
        (stub_telegram.html_502, NetworkError, "Bad Gateway (502)"),
    ],
)
async def test_a_refusal_becomes_its_error(
    answer: stub_telegram.Answer, kind: type, text: str, bot: ExtBot[None], stub: StubTelegram
) -> None:
    stub.script["sendChatAction"] = [answer]

    error = await failure_of(bot.send_chat_action(5, "typing"))

    assert type(error) is kind
    assert str(error).startswith(text)


async def test_a_flood_says_how_long_to_wait(
    bot: ExtBot[None], stub: StubTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    stub.script["sendChatAction"] = [stub_telegram.error(429, "Too Many Requests", retry_after=7)]

    error = await failure_of(bot.send_chat_action(5, "typing"))

    assert isinstance(error, RetryAfter)
    assert error.retry_after == timedelta(seconds=7)


async def test_no_answer_in_time_is_an_unknown_outcome(bot: ExtBot[None], stub: StubTelegram) -> None:
    stub.script["sendChatAction"] = [stub_telegram.hang]

    error = await failure_of(bot.send_chat_action(5, "typing"))

    assert (type(error), type(error.__cause__)) == (TimedOut, OutcomeUnknown)
    assert may_have_been_sent(error)


async def test_a_broken_connection_is_an_unknown_outcome(bot: ExtBot[None], stub: StubTelegram) -> None:
    stub.script["sendChatAction"] = [stub_telegram.drop]

    error = await failure_of(bot.send_chat_action(5, "typing"))

    assert (type(error), type(error.__cause__)) == (NetworkError, OutcomeUnknown)


async def test_a_refused_connection_was_certainly_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        bot = bot_at(f"http://127.0.0.1:{closed.getsockname()[1]}")
        error = await failure_of(bot.initialize())
        await bot.shutdown()

    assert (type(error), type(error.__cause__)) == (NetworkError, NotSent)
    assert not may_have_been_sent(error)


async def test_a_connection_that_never_opens_was_certainly_not_sent() -> None:
    """A listening socket whose backlog is full takes no further connection."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        bot = bot_at(f"http://127.0.0.1:{full.getsockname()[1]}", connect_timeout=0.2)
        error = await failure_of(bot.initialize())
        await bot.shutdown()

    assert (type(error), type(error.__cause__)) == (TimedOut, NotSent)


async def test_no_error_tells_the_token(bot: ExtBot[None], stub: StubTelegram) -> None:
    stub.script["sendChatAction"] = [stub_telegram.hang, stub_telegram.drop, stub_telegram.html_502]
    errors = [await failure_of(bot.send_chat_action(5, "typing")) for _ in range(3)]
    async with AiohttpRequest("http://127.0.0.1:1") as request:
        errors.append(await failure_of(request.post(f"http://127.0.0.1:1/bot{TOKEN}/getMe")))

    assert [error for error in errors if TOKEN in every_text(error)] == []


async def test_many_calls_share_one_bounded_session(bot: ExtBot[None], stub: StubTelegram) -> None:
    await asyncio.gather(*(bot.send_chat_action(chat, "typing") for chat in range(300)))

    assert sorted(int(call["chat_id"]) for call in stub.named("sendChatAction")) == list(range(300))


def test_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("no_proxy", "")

    assert proxy_for("http://127.0.0.1:8090") is None
    assert proxy_for("https://api.telegram.org") == "http://proxy:3128"


async def test_the_answer_to_an_edit_is_not_taken_apart(bot: ExtBot[None], stub: StubTelegram) -> None:
    assert await bot.edit_message_text("later", chat_id=5, message_id=7) is True


async def test_a_refused_edit_is_still_an_error(bot: ExtBot[None], stub: StubTelegram) -> None:
    stub.script["editMessageText"] = [stub_telegram.error(400, "Bad Request: message is not modified")]

    assert "not modified" in str(await failure_of(bot.edit_message_text("same", chat_id=5, message_id=7)))
