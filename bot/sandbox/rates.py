"""Telegram's flood limits: counted always, enforced on demand."""

from collections import defaultdict, deque
from typing import Literal

from bot.sandbox.clock import Clock

Mode = Literal["off", "observe", "enforce"]

GLOBAL = (30, 1.0)
PRIVATE = (3, 3.0)
GROUP = (20, 60.0)
"""So many calls within so many seconds."""
EVERYWHERE = 0
"""No chat has this id."""


class Rates:
    def __init__(self, clock: Clock, mode: Mode = "observe") -> None:
        self._clock = clock
        self.mode = mode
        self._sent: defaultdict[int, deque[float]] = defaultdict(deque)

    def wait_for(self, chat_id: int) -> int:
        """Count a send or an edit; seconds until it would have been free, 0 when it is."""
        now = self._clock.now()
        limits = [(EVERYWHERE, GLOBAL)]
        if chat_id != EVERYWHERE:
            limits.append((chat_id, PRIVATE if chat_id > 0 else GROUP))
        wait = max(self._wait(key, limit, now) for key, limit in limits)
        if wait <= 0 or self.mode != "enforce":
            for key, _ in limits:
                self._sent[key].append(now)
        return max(0, int(wait) + (wait > int(wait)))

    def _wait(self, key: int, limit: tuple[int, float], now: float) -> float:
        count, seconds = limit
        sent = self._sent[key]
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        return sent[len(sent) - count] + seconds - now if len(sent) >= count else 0.0
