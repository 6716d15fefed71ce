"""Telegram's limits, kept rather than hit: 30 messages a second in all, 1 a second to a chat, 20 a minute to a group.

A call counts from the moment at which it may have arrived until it has left the window for certain: between its start
and its answer, at most LATE_S after its start. So no window, as Telegram sees it, holds more than is allowed.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

ALL, ALL_S = 30, 1.0
CHAT_S = 1.0
GROUP, GROUP_S = 20, 60.0
KEPT_FOR_ANSWERS = 3
"""Of a group's twenty, for answers to commands: what can wait, card edits and digests, leaves them."""
LATE_S = 0.5
"""How long after its start a call arrives at the latest; longer is rarer than a 429 is bad. At a round trip of 50 ms
what waits for answers costs 5 % of the rate."""
SWEEP = 2_000


@dataclass(slots=True)
class Call:
    """One message or edit on its way. `latest` is when it arrived at the latest."""

    started: float
    latest: float


@dataclass(slots=True)
class _Chat:
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=GROUP))
    held_until: float = 0.0


class Pacer:
    """Instants are those of `clock`, in seconds. One for all that a process sends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shared_by = 1
        self._all: deque[Call] = deque(maxlen=ALL)
        self._chats: dict[int, _Chat] = {}
        self._sweep_at = SWEEP
        """So many chats; twice as many as were left, or a crowd would be looked through at every call."""
        self._held_until = 0.0
        self._last_refusal = (0, float("-inf"))  # chat, when

    def share(self, replicas: int) -> None:
        """Keep to an equal part of what is allowed to all: so many processes send."""
        self._shared_by = max(1, replicas)

    def begin(self, chat_id: int) -> Call:
        """Count a call that starts now."""
        now = self._clock()
        call = Call(now, now + LATE_S)
        self._all.append(call)
        self._chats.setdefault(chat_id, _Chat()).calls.append(call)
        if len(self._chats) > self._sweep_at:
            self._sweep(now)
            self._sweep_at = max(SWEEP, 2 * len(self._chats))
        return call

    def end(self, call: Call) -> None:
        """Its answer came: by now it had arrived."""
        call.latest = min(call.latest, self._clock())

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked for a pause. Two chats within a second mean that it is meant for all."""
        now = self._clock()
        chat, until = self._chats.setdefault(chat_id, _Chat()), now + seconds
        chat.held_until = max(chat.held_until, until)
        former, when = self._last_refusal
        if former != chat_id and now - when <= 1.0:
            self._held_until = max(self._held_until, until)
        self._last_refusal = (chat_id, now)

    def hold_all(self, seconds: float) -> None:
        self._held_until = max(self._held_until, self._clock() + seconds)

    def wait_all_s(self) -> float:
        """Until any call may start; 0 when it may now."""
        return max(0.0, max(self._free_all()) - self._clock())

    def held_s(self, chat_id: int) -> float:
        """How much longer Telegram wants to hear nothing for this chat."""
        chat = self._chats.get(chat_id)
        return max(0.0, max(self._held_until, chat.held_until if chat else 0.0) - self._clock())

    def wait_s(self, chat_id: int) -> float:
        """Until a message that nobody waits for may start to this chat, whatever all others do."""
        return max(0.0, max(self._free_chat(chat_id, spaced=True), self._held_until) - self._clock())

    def wait_edit_s(self, chat_id: int) -> float:
        """Until a card in this chat may change: at once in private, in a group as long as answers still find room."""
        return max(0.0, max(self._free_chat(chat_id, spaced=False), self._held_until) - self._clock())

    def _free_all(self) -> Iterator[float]:
        yield self._held_until
        allowed = max(1, ALL // self._shared_by)
        if len(self._all) >= allowed:
            yield self._all[-allowed].latest + ALL_S

    def _free_chat(self, chat_id: int, *, spaced: bool) -> float:
        chat = self._chats.get(chat_id)
        if chat is None:
            return 0.0
        group = max(1, (GROUP - KEPT_FOR_ANSWERS) // self._shared_by) if chat_id < 0 else None
        return max(chat.held_until, *_windows(list(chat.calls), group, spaced=spaced), 0.0)

    def _sweep(self, now: float) -> None:
        """Forget chats that no window speaks of any more."""
        for chat_id, chat in list(self._chats.items()):
            window = GROUP_S if chat_id < 0 else CHAT_S
            silent = not chat.calls or chat.calls[-1].latest < now - window
            if silent and chat.held_until < now:
                del self._chats[chat_id]


def _windows(calls: list[Call], group: int | None, *, spaced: bool) -> Iterator[float]:
    """When each of a chat's limits leaves room for one more call; `group`: how many a group may have."""
    if spaced and calls:
        yield calls[-1].latest + CHAT_S
    if group is not None and len(calls) >= group:
        yield calls[-group].latest + GROUP_S
