"""The program's clock. Only the demo moves it, when somebody moves the clock of the page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time plus an offset; `now` is aware UTC. Who has to act on a jump listens."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every move: the schedule looks for what has come due."""
        self._listeners.append(listener)

    def move(self, offset: timedelta) -> None:
        if offset != self._offset:
            self._offset = offset
            for listener in self._listeners:
                listener()
