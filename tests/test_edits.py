"""Edits of a card: the newest state wins, whoever is quicker, and a limit delays but loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from telegram.error import RetryAfter

from handlers.edits import Call, Edits

CARD, CHAT = "card", -100


class Shown:
    """What the card has shown, in order."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def call(self, state: str, *, takes: asyncio.Event | None = None) -> Callable[[], Awaitable[None]]:
        async def call() -> None:
            if takes is not None:
                await takes.wait()
            self.states.append(state)

        return call


async def test_a_single_edit_goes_out_at_once() -> None:
    edits, shown = Edits(), Shown()
    await edits.put(CARD, CHAT, edits.ticket(), shown.call("a"))

    assert shown.states == ["a"]


async def test_an_older_state_never_covers_a_newer_one() -> None:
    edits, shown = Edits(), Shown()
    older, newer = edits.ticket(), edits.ticket()
    await edits.put(CARD, CHAT, newer, shown.call("newer"))
    await edits.put(CARD, CHAT, older, shown.call("older"))

    assert shown.states == ["newer"]


async def test_what_comes_while_an_edit_is_on_its_way_is_folded_into_one() -> None:
    edits, shown, arrives = Edits(), Shown(), asyncio.Event()
    first = asyncio.create_task(edits.put(CARD, CHAT, edits.ticket(), shown.call("0", takes=arrives)))
    await asyncio.sleep(0)
    for state in "123":
        await edits.put(CARD, CHAT, edits.ticket(), shown.call(state))
    arrives.set()
    await first
    await edits.finish(grace_s=1)

    assert shown.states == ["0", "3"]


async def test_a_busy_chat_gets_only_the_newest_state() -> None:
    edits, shown = Edits(lambda _chat: 60.0), Shown()
    for state in "123":
        await edits.put(CARD, CHAT, edits.ticket(), shown.call(state))
    assert shown.states == []
    await edits.finish(grace_s=1)

    assert shown.states == ["3"]


async def test_cards_that_waited_for_the_same_room_look_again_before_they_take_it() -> None:
    shown, free_at = Shown(), [asyncio.get_running_loop().time() + 0.05]

    def wait_s(_chat: int) -> float:
        return max(0.0, free_at[0] - asyncio.get_running_loop().time())

    def takes_the_room(state: str) -> Call:
        async def call() -> None:
            free_at[0] += 60.0
            await shown.call(state)()

        return call

    edits = Edits(wait_s)
    for card in "ab":
        await edits.put(card, CHAT, edits.ticket(), takes_the_room(card))
    await asyncio.sleep(0.3)

    assert len(shown.states) == 1  # whichever timer fired first
    await edits.finish(grace_s=1)
    assert sorted(shown.states) == ["a", "b"]


async def test_a_pause_that_telegram_asks_for_loses_nothing() -> None:
    edits, tries = Edits(), []

    async def call() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RetryAfter(timedelta(seconds=0.01))

    await edits.put(CARD, CHAT, edits.ticket(), call)
    await asyncio.sleep(0.2)

    assert len(tries) == 2


async def test_an_edit_that_fails_at_once_says_so_and_blocks_nothing() -> None:
    edits, shown = Edits(), Shown()

    async def broken() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await edits.put(CARD, CHAT, edits.ticket(), broken)
    await edits.put(CARD, CHAT, edits.ticket(), shown.call("a"))

    assert shown.states == ["a"]


async def test_a_later_edit_that_fails_does_not_take_the_newer_state_with_it() -> None:
    edits, shown, arrives = Edits(lambda _chat: 0.01), Shown(), asyncio.Event()

    async def broken() -> None:
        await arrives.wait()
        raise RuntimeError("no")

    await edits.put(CARD, CHAT, edits.ticket(), broken)
    await asyncio.sleep(0)
    finishing = asyncio.create_task(edits.finish(grace_s=1))
    await asyncio.sleep(0.05)
    await edits.put(CARD, CHAT, edits.ticket(), shown.call("newer"))
    arrives.set()
    await finishing

    assert shown.states == ["newer"]
