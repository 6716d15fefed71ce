"""Changing cards that many press at once: the newest state wins, and a chat's limit is waited for, not hit."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from zlib import crc32

import structlog
from telegram.error import RetryAfter

log = structlog.get_logger("matinee.edits")

Call = Callable[[], Awaitable[object]]
FIRST_LANE = 1 << 53
"""Above every chat id: Telegram's have at most 52 bits."""
REMEMBERED = 10_000
"""Cards whose newest state is known: older ones are nobody's race any more."""


def lane_of(place: Mapping[str, Any]) -> int:
    """Whose limit an edit falls under: its chat's, or an inline message's own, as nobody knows where that is."""
    chat_id, inline_id = place.get("chat_id"), place.get("inline_message_id")
    if isinstance(chat_id, int):
        return chat_id
    return FIRST_LANE + crc32(inline_id.encode()) if isinstance(inline_id, str) else 0


class Edits:
    """One for each process. `wait_s` tells how long the edits of a chat have to wait."""

    def __init__(self, wait_s: Callable[[int], float] = lambda _chat: 0.0) -> None:
        self._wait_s = wait_s
        self._tickets = count(1)
        self._newest: OrderedDict[Hashable, int] = OrderedDict()
        self._next: dict[Hashable, Call | None] = {}  # of a card that is being changed: what it becomes after that
        self._later: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()

    def ticket(self) -> int:
        """Take one when the state is known; the calls that follow may overtake each other."""
        return next(self._tickets)

    async def put(self, card: Hashable, chat_id: int, ticket: int, call: Call) -> None:
        """Change the card by `call`, now or as soon as the limits allow, unless something newer comes first.

        An edit that can be made at once raises what it raises; a later one writes it to the log.
        """
        if self._newest.get(card, 0) > ticket:
            return
        self._remember(card, ticket)
        if card in self._next:
            self._next[card] = call
            return
        self._next[card] = None
        try:
            wait = self._wait_s(chat_id)
            if wait > 0:
                self._next[card] = call
            else:
                wait = await _paused(call)
                if wait and self._next[card] is None:
                    self._next[card] = call
        finally:
            self._go_on(card, chat_id, wait)

    def _remember(self, card: Hashable, ticket: int) -> None:
        self._newest[card] = ticket
        self._newest.move_to_end(card)
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)

    def _go_on(self, card: Hashable, chat_id: int, wait: float) -> None:
        if self._next[card] is None:
            del self._next[card]
            return
        task = asyncio.create_task(self._follow(card, chat_id, wait))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _follow(self, card: Hashable, chat_id: int, wait: float) -> None:
        """Whatever was put meanwhile, until nothing newer is there."""
        try:
            while self._next[card] is not None:
                await self._pause(wait)
                while not self._hurry.is_set() and (wait := self._wait_s(chat_id)) > 0:
                    await self._pause(wait)  # another card of the chat may have been quicker
                call, self._next[card] = self._next[card], None
                wait = await _paused_or_logged(call) if call else 0.0
                if wait and self._next[card] is None:
                    self._next[card] = call
        finally:
            del self._next[card]

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)

    async def finish(self, *, grace_s: float) -> None:
        """Stopping: make the changes that wait, limits or not; what Telegram refuses now shows at the next press."""
        self._hurry.set()
        if self._later:
            _, late = await asyncio.wait(self._later, timeout=grace_s)
            for task in late:
                task.cancel()


async def _paused(call: Call) -> float:
    """Run it; the seconds that Telegram asks to wait before it may be run again, or 0."""
    try:
        await call()
    except RetryAfter as error:
        pause = error.retry_after
        return max(0.05, pause.total_seconds() if isinstance(pause, timedelta) else float(pause))
    return 0.0


async def _paused_or_logged(call: Call) -> float:
    """The same where nobody is left to raise to; what was put meanwhile still has its turn."""
    try:
        return await _paused(call)
    except Exception as error:
        log.warning("a card could not be changed", reason=str(error))
        return 0.0
