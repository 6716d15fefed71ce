"""Who is in a club, who may change its settings, and a club that gets another id, in the whole bot."""

import asyncio

import pytest

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from tests.conversations import Stage


async def settle(stage: Stage) -> None:
    """All that was told by now has been handled."""
    async with asyncio.timeout(5):
        while stage.sandbox.world.updates.waiting or await stage.storage.inbox.undone():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def member(stage: Stage, person: int, status: str, chat: int = CLUB) -> None:
    await stage.client.post("/sim/member", chat_id=chat, user_id=person, status=status)


async def test_a_bot_that_is_an_admin_hears_twice_of_a_leaving_and_notes_it_once(stage: Stage) -> None:
    await member(stage, stage.bot_id, "administrator")
    ann = await stage.client.open(ANN, CLUB)
    await (await ann.asks("/search the matrix")).press("9", by=CHIARA)
    await member(stage, CHIARA, "kicked")
    await settle(stage)

    assert "Here: no ratings yet" in (await ann.asks("/search the matrix")).text
    assert [entry.action for entry in await stage.trail("club.")] == ["club.leave"]


async def test_who_is_restricted_but_stays_counts_on(stage: Stage) -> None:
    await member(stage, stage.bot_id, "administrator")
    ann = await stage.client.open(ANN, CLUB)
    await (await ann.asks("/search the matrix")).press("9", by=CHIARA)
    await member(stage, CHIARA, "restricted")
    await settle(stage)

    assert await stage.trail("club.") == []


async def test_an_admin_is_none_from_the_moment_the_bot_hears_of_it(stage: Stage) -> None:
    await member(stage, stage.bot_id, "administrator")
    ben = await stage.client.open(BEN, CLUB)
    setting = await ben.asks("/digest")
    await setting.press("✅ Switch on")
    await member(stage, BEN, "member")
    await settle(stage)
    toast = await (await setting.now()).press("📅 Friday")

    assert toast.is_alert


async def test_where_the_bot_does_not_hear_of_it_an_admin_is_none_after_a_minute(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = await stage.client.open(BEN, CLUB)
    setting = await ben.asks("/digest")
    await member(stage, BEN, "member")
    believed = await setting.press("✅ Switch on")
    monkeypatch.setattr("handlers.admins.FRESH_S", 0)
    refused = await (await setting.now()).press("📅 Friday")

    assert (believed.is_alert, refused.is_alert) == (False, True)


async def grown(stage: Stage, *, lost: list[str]) -> tuple[int, int]:
    """A group with a rating and a digest has become a supergroup; its old id and its new one."""
    made = await stage.client.post("/sim/chat", type="group", title="Sunday Films", members=[ANN, BEN], admins=[ANN])
    ann = await stage.client.open(ANN, made["id"])
    await (await ann.asks("/search the matrix")).press("9")
    await (await ann.asks("/digest")).press("✅ Switch on")
    moved = await stage.client.post("/sim/migrate", chat_id=made["id"], suppress=lost)
    await settle(stage)
    return made["id"], moved["chat"]["id"]


async def test_a_press_on_a_message_from_before_the_move_is_answered_after_it(stage: Stage) -> None:
    made = await stage.client.post("/sim/chat", type="group", title="Sunday Films", members=[ANN, BEN], admins=[ANN])
    card = await (await stage.client.open(ANN, made["id"])).asks("/search the matrix")
    moved = await stage.client.post("/sim/migrate", chat_id=made["id"], suppress=["to", "from"])
    there = await stage.client.open(ANN, moved["chat"]["id"])
    toast = await card.press("9")

    assert toast.text == "9 ★ saved"
    assert "Ann Hart\N{NO-BREAK SPACE}9" in (await there.reply()).text


@pytest.mark.parametrize("lost", [[], ["to"], ["from"]], ids=["none", "to", "from"])
async def test_a_group_that_becomes_a_supergroup_keeps_everything(stage: Stage, lost: list[str]) -> None:
    _, new = await grown(stage, lost=lost)
    there = await stage.client.open(ANN, new)

    assert "Here: 9.0" in (await there.asks("/search the matrix")).text
    assert (await stage.storage.digests.setting(new)).enabled
    assert [entry.action for entry in await stage.trail("chat.migrate")] == ["chat.migrate"]


async def test_where_nobody_told_of_the_supergroup_the_digest_finds_it(stage: Stage) -> None:
    old, new = await grown(stage, lost=["to", "from"])
    there, due = await stage.client.open(ANN, new), (await stage.storage.digests.setting(old)).next_run_at
    assert due is not None
    stage.clock.move(due - stage.clock.now())

    assert "The Matrix (1999)" in (await there.reply()).text
    assert (await stage.storage.digests.setting(new)).enabled
