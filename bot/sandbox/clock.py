"""Wall time plus an offset, so that people and tests can travel to the next digest."""

import time

from bot.sandbox.errors import SimError


class Clock:
    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now(self) -> float:
        """Unix seconds, virtual."""
        return time.time() + self.offset_s

    def date(self) -> int:
        return int(self.now())

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise SimError("The clock never goes backwards.")
        self.offset_s += seconds

    def move_to(self, instant: float) -> None:
        self.advance(instant - self.now())
