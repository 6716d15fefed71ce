"""The bot's question for a title in a group, and the reply to it."""

import pytest
from playwright.async_api import expect

from bot.sandbox.seed import ANN, BEN, CLUB
from tests.browser import needs_chromium, opened
from tests.conversations import Stage


@pytest.mark.parametrize("by", [ANN, BEN])
async def test_in_a_group_a_reply_to_the_question_is_a_search(stage: Stage, by: int) -> None:
    talk = await stage.client.open(ANN, CLUB)
    asked = await talk.asks("/search")
    assert asked.body["reply_keyboard"] == {
        "force_reply": True, "selective": True, "input_field_placeholder": "A few words of its title",
    }  # fmt: skip

    assert "The Matrix (1999)" in (await talk.as_(by).asks("the matrix", reply_to=asked.id)).text


async def test_a_reply_to_anything_else_of_the_bots_is_talk_among_people(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)
    card = await talk.asks("/search the matrix")
    await talk.says("the best film ever", reply_to=card.id)

    assert await talk.stays_silent()


async def test_the_question_in_anybody_elses_mouth_asks_for_nothing(stage: Stage) -> None:
    ben = await stage.client.open(BEN, CLUB)
    message = await ben.says((await ben.asks("/search")).text)
    await ben.as_(ANN).says("alien", reply_to=message["message_id"])

    assert await ben.stays_silent()


async def test_in_private_a_bare_search_says_what_can_be_sent(stage: Stage) -> None:
    talk = await stage.client.open(ANN)
    asked = await talk.asks("/search")

    assert asked.text.startswith("Send me a few words of a title")
    assert "reply_keyboard" not in asked.body


@needs_chromium
async def test_the_page_opens_the_reply_for_who_was_asked_and_for_nobody_else(stage: Stage) -> None:
    async with opened(stage.sandbox.address) as screen:
        await screen.at(f"chat-{CLUB}").click()
        await (await stage.client.open(BEN, CLUB)).asks("/search")
        await expect(screen.says("Which film?")).to_be_visible()
        await expect(screen.at("composer")).to_have_attribute("placeholder", "Message")
        await screen.send("/search")
        await expect(screen.at("composer")).to_have_attribute("placeholder", "A few words of its title")
        await screen.at("composer").fill("the matrix")  # not `send`, whose Escape would cancel the reply
        await screen.at("send").click()

        await expect(screen.says("The Matrix (1999)")).to_be_visible()
        await expect(screen.at("composer")).to_have_attribute("placeholder", "Message")
