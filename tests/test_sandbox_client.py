"""Conversations with a bot of ten lines: the client hears every answer, and says so when there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.seed import ANN, BEN, CLUB
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard
from tests.sandbox_client import NoReply, Refused, SandboxClient, connected


async def echo(bot: Bot) -> None:
    """Answers text with a card, and a press with a toast and a changed card; silent to "hush"."""
    while True:
        for update in await bot.updates(wait_s=20):
            if (message := update.get("message", {})).get("text") not in {None, "hush"}:
                await bot.send(
                    message["chat"]["id"],
                    message["text"],
                    reply_markup=keyboard([button("8"), button("9", callback_data="hush")]),
                )
            await answer(bot, update.get("callback_query", {}))


async def answer(bot: Bot, query: dict[str, Any]) -> None:
    if query.get("data") in {None, "hush"}:
        return
    card = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
    await bot.call(
        "answerCallbackQuery", callback_query_id=query["id"], text=f"{query['from']['first_name']}: {query['data']}"
    )
    await bot.call("editMessageText", **card, text="rated")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[SandboxClient]:
    async with bot_in_sandbox() as bot, connected(bot.sandbox.url, bot.sandbox.key) as client:
        running = asyncio.create_task(echo(bot))
        yield client
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_conversation_is_asked_pressed_and_changed(client: SandboxClient) -> None:
    talk = await client.open(user=ANN, chat=CLUB)
    card = await talk.asks("/dune")
    toast = await card.press("8")
    changed = await card.changed()

    assert (card.text, card.rows) == ("/dune", [["8", "9"]])
    assert (toast.text, changed.text, changed.rows) == ("Ann: r:8", "rated", [])


async def test_somebody_else_can_press(client: SandboxClient) -> None:
    talk = await client.open(user=ANN, chat=CLUB)
    card = await talk.asks("/dune")

    assert (await card.press("8", by=BEN)).text == "Ben: r:8"


async def test_forged_data_reaches_the_bot(client: SandboxClient) -> None:
    card = await (await client.open()).asks("dune")

    assert (await card.forge("r:99")).text == "Ann: r:99"


async def test_replies_come_in_their_order(client: SandboxClient) -> None:
    talk = await client.open()
    for word in ("one", "two"):
        await client.send(ANN, ANN, word)

    assert [(await talk.reply()).text, (await talk.reply()).text] == ["one", "two"]


async def test_silence_is_noticed(client: SandboxClient) -> None:
    talk = await client.open()
    await talk.says("hush")

    assert await talk.stays_silent(0.1)
    with pytest.raises(NoReply, match="nothing of the kind"):
        await talk.reply(timeout_s=0.05)


async def test_an_unanswered_press_is_noticed_and_reported(client: SandboxClient) -> None:
    card = await (await client.open()).asks("dune")
    answer = await client.press(ANN, ANN, card.id, "9", wait=0.05)
    await client.advance(16)

    assert answer is None
    assert [each["kind"] for each in await client.problems()] == ["unanswered callback"]


async def test_a_button_that_is_not_there_cannot_be_pressed(client: SandboxClient) -> None:
    card = await (await client.open()).asks("dune")

    with pytest.raises(Refused, match="no button '5' among"):
        await card.press("5")


async def test_one_person_can_press_through_the_client(client: SandboxClient) -> None:
    await client.send(ANN, ANN, "dune")
    shown = await client.wait_for_reply(ANN)
    toast = await client.press(ANN, ANN, shown["message_id"], "r:8")

    assert toast == {"text": "Ann: r:8", "show_alert": False, "url": None}
    assert (await client.last(ANN))["message_id"] == shown["message_id"]


async def test_a_change_is_found_after_a_later_reply(client: SandboxClient) -> None:
    talk = await client.open()
    card = await talk.asks("dune")
    await card.press("8")
    await client.send(ANN, ANN, "arrival")

    assert (await talk.reply()).text == "arrival"
    assert (await card.changed()).text == "rated"
