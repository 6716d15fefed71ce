"""getUpdates: order, confirmation, patience, and one poll at a time."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.sandbox.people import Said, Tap, press, say
from bot.sandbox.seed import ANN, CHIARA, CLUB, NEWS
from bot.sandbox.updates import DEFAULT
from tests.sandbox_bot import Bot, bot_in_sandbox, button, keyboard


@pytest_asyncio.fixture
async def bot() -> AsyncIterator[Bot]:
    async with bot_in_sandbox() as bot:
        yield bot


def types(bot: Bot, text: str, user_id: int = ANN, chat_id: int = ANN, **where: Any) -> int | None:
    """A person's message; its update id."""
    world = bot.sandbox.world
    _, number = say(world, world.state.chats[chat_id], Said(user_id, text, **where))
    return number


async def fetch(bot: Bot, **params: Any) -> list[int]:
    return [each["update_id"] for each in (await bot.call("getUpdates", **params)).result]


async def test_updates_are_numbered_one_by_one_and_kept_until_confirmed(bot: Bot) -> None:
    first = types(bot, "a") or 0
    types(bot, "b")

    assert await fetch(bot) == [first, first + 1]
    assert await fetch(bot, offset=first + 1, timeout=3) == [first + 1]
    assert await fetch(bot, offset=0, timeout=3) == [first + 1]


async def test_a_negative_offset_keeps_only_the_newest(bot: Bot) -> None:
    numbers = [types(bot, str(n)) for n in range(3)]

    assert await fetch(bot, offset=-1) == numbers[-1:]
    assert [update.update_id for update in bot.sandbox.world.updates.waiting] == numbers[-1:]


async def test_an_offset_far_past_the_tail_hides_nothing(bot: Bot) -> None:
    number = types(bot, "a") or 0

    assert await fetch(bot, offset=number + 1000) == [number]


async def test_a_waiting_poll_is_woken_by_the_next_update(bot: Bot) -> None:
    waiting = asyncio.create_task(fetch(bot, timeout=20))
    await asyncio.sleep(0.05)
    started = time.perf_counter()
    number = types(bot, "a")

    assert await waiting == [number]
    assert time.perf_counter() - started < 10  # it would have waited for 20


async def test_a_second_poll_ends_the_first(bot: Bot) -> None:
    first = asyncio.create_task(bot.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.call("getUpdates", timeout=20))
    ended = await first
    types(bot, "a")

    assert ended.error.startswith("Conflict: terminated by other getUpdates request")
    assert len((await second).result) == 1


async def test_a_kind_nobody_asked_for_is_not_even_made(bot: Bot) -> None:
    await bot.call("getUpdates", allowed_updates=["callback_query"])

    assert types(bot, "a") is None


@pytest.mark.parametrize("given", ["[]", '["nonsense"]'])
async def test_no_known_kind_means_the_default(bot: Bot, given: str) -> None:
    await bot.call("getUpdates", allowed_updates=["message"])
    await bot.call("getUpdates", allowed_updates=given, offset=1, timeout=0)

    assert bot.sandbox.world.updates.allowed == DEFAULT


async def test_an_unreadable_list_of_kinds_changes_nothing() -> None:
    async with bot_in_sandbox(pedantic=False) as bot:
        await bot.call("getUpdates", allowed_updates=["message"])
        await bot.call("getUpdates", allowed_updates="[", offset=1)

        assert bot.sandbox.world.updates.allowed == {"message"}


async def test_old_presses_are_forgotten_before_old_messages(bot: Bot) -> None:
    world = bot.sandbox.world
    sent = (await bot.send(ANN, "x", reply_markup=keyboard([button()]))).result
    number = types(bot, "a")
    press(world, world.state.chats[ANN], Tap(ANN, sent["message_id"], 0, 0))
    world.clock.advance(151)

    assert await fetch(bot) == [number]
    world.clock.advance(86_400)
    assert world.updates.batch(100) == []


async def test_asking_the_same_at_once_gives_one_update(bot: Bot) -> None:
    types(bot, "a")
    types(bot, "b")

    assert [len(await fetch(bot)) for _ in range(2)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/top", True),
        ("/top@matinee_demo_bot", True),
        ("/top@other_bot", False),
        ("hello", False),
        ("@matinee_demo_bot x", False),
    ],
)
async def test_in_groups_privacy_mode_hides_talk_among_people(bot: Bot, text: str, seen: bool) -> None:
    assert (types(bot, text, CHIARA, CLUB) is not None) is seen


async def test_a_reply_to_the_bot_reaches_it(bot: Bot) -> None:
    message_id = (await bot.send(CLUB, "Which film?")).result["message_id"]

    assert types(bot, "Dune", CHIARA, CLUB, reply_to=message_id) is not None


async def test_an_administrator_hears_everything(bot: Bot) -> None:
    bot.sandbox.state.chats[CLUB].members[bot.sandbox.world.bot_id] = "administrator"

    assert types(bot, "hello", CHIARA, CLUB) is not None


async def test_anonymous_admins_and_channels_speak_through_a_stand_in(bot: Bot) -> None:
    types(bot, "/top", chat_id=CLUB, as_chat=CLUB)
    types(bot, "/top", chat_id=CLUB, as_chat=NEWS)
    messages = [update["message"] for update in await bot.updates()]

    assert [each["from"]["id"] for each in messages] == [1087968824, 136817688]
    assert [each["sender_chat"]["id"] for each in messages] == [CLUB, NEWS]


async def test_a_channel_post_has_no_author(bot: Bot) -> None:
    types(bot, "News", chat_id=NEWS)
    [update] = await bot.updates()

    assert update["channel_post"]["sender_chat"]["id"] == NEWS
    assert "from" not in update["channel_post"]
