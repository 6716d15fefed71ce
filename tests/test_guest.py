"""Guest mode in whole conversations: the bot is called by its name in a group where it is no member."""

import pytest

from bot.sandbox.seed import ANN, BEN, CHIARA
from tests.conversations import Stage
from tests.sandbox_client import SandboxClient
from tests.sandbox_talk import Shown


async def friends(client: SandboxClient) -> int:
    made = await client.post(
        "/sim/chat", type="group", title="Friends", admins=[ANN], members=[BEN, CHIARA], bot="left"
    )
    return int(made["id"])


async def called(stage: Stage, words: str) -> Shown:
    """What the guest answers to Ann."""
    name = (await stage.client.get("/sim/state"))["bot"]["username"]
    talk = await stage.client.open(ANN, await friends(stage.client))
    return await talk.asks(f"@{name} {words}")


async def test_a_guest_shows_a_card_that_everybody_there_can_rate(stage: Stage) -> None:
    card = await called(stage, "teh matrix")
    assert card.text.startswith("🎬 The Matrix (1999)")
    await card.press("8", by=BEN)
    await card.changed()
    await card.press("10", by=CHIARA)

    assert "Everyone: 9.0 ★ · 2 ratings" in (await card.changed()).text
    assert [(each.actor, each.chat_id) for each in await stage.trail()] == [(BEN, BEN), (CHIARA, CHIARA)]
    assert await stage.client.problems() == []


@pytest.mark.parametrize("said", ["was it @{} the matrix", "the matrix @{}", "@{} @{} the matrix"])
async def test_the_title_may_stand_after_or_before_the_name(stage: Stage, said: str) -> None:
    name = (await stage.client.get("/sim/state"))["bot"]["username"]
    talk = await stage.client.open(ANN, await friends(stage.client))

    assert (await talk.asks(said.replace("{}", name))).text.startswith("🎬 The Matrix (1999)")


async def test_several_hits_open_in_the_same_message(stage: Stage) -> None:
    hits = await called(stage, "dune")
    assert hits.text.startswith("🔎 dune")
    await hits.press(next(label for label in hits.buttons if "2021" in label), by=BEN)

    assert (await hits.changed()).text.startswith("🎬 Dune (2021)")


@pytest.mark.parametrize(("words", "answer"), [("", "Which film? Write @"), ("xqzwv", "I found nothing for “xqzwv”.")])
async def test_a_guest_says_what_is_missing(stage: Stage, words: str, answer: str) -> None:
    assert (await called(stage, words)).text.startswith(answer)


async def test_a_guest_keeps_nothing_of_who_only_asked(stage: Stage) -> None:
    await called(stage, "the matrix")

    assert [entry async for entry in stage.storage.audit.export() if entry.actor == ANN] == []
