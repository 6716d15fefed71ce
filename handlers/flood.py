"""Flood limits: who writes or presses more than a person does is asked once to slow down, and then not heard."""

import time
from collections.abc import Callable
from enum import Enum, auto

WINDOW_S = 60.0
REMEMBERED = 10_000
"""People; above it, those whose minute is over are forgotten."""


class Verdict(Enum):
    HEAR = auto()
    ASK = auto()  # to slow down
    IGNORE = auto()


class Flood:
    """Counts updates of each person in minutes that begin with their first update."""

    def __init__(self, most: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._seen: dict[int, tuple[float, int]] = {}  # person: when their minute began, updates in it

    def judge(self, person_id: int) -> Verdict:
        """Count one update. Without a limit everything is heard."""
        if self._most is None:
            return Verdict.HEAR
        now = self._clock()
        began, count = self._seen.get(person_id, (now, 0))
        began, count = (began, count + 1) if now - began < WINDOW_S else (now, 1)
        self._seen[person_id] = began, count
        if len(self._seen) > REMEMBERED:
            self._forget(now)
        if count <= self._most:
            return Verdict.HEAR
        return Verdict.ASK if count == self._most + 1 else Verdict.IGNORE

    def _forget(self, now: float) -> None:
        self._seen = {person: seen for person, seen in self._seen.items() if now - seen[0] < WINDOW_S}
