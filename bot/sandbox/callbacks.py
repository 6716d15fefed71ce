"""Button presses that wait for their answer."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.clock import Clock
from bot.sandbox.errors import bad
from bot.sandbox.state import Json

PATIENCE_S = 15.0
"""As long as Telegram takes an answer."""
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True)
class Press:
    """`answer` is done once the bot has answered; it is set in virtual time, and waited for in wall time."""

    query_id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: float
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    reported: bool = False


class Presses:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Press] = {}
        self.patience_s = PATIENCE_S

    def open(self, user_id: int, chat_id: int, message_id: int, data: str) -> Press:
        press = Press(str(secrets.randbits(62)), user_id, chat_id, message_id, data, self._clock.now())
        self._by_id[press.query_id] = press
        return press

    def find(self, query_id: str) -> Press | None:
        return self._by_id.get(query_id)

    def is_late(self, press: Press) -> bool:
        return self._clock.now() - press.at > self.patience_s

    def answerable(self, query_id: str) -> Press:
        press = self._by_id.get(query_id)
        if press is None or press.answer.done() or self.is_late(press):
            raise bad(TOO_OLD)
        return press

    def newly_unanswered(self) -> Iterator[Press]:
        """Presses whose time ran out since this was asked last."""
        for press in self._by_id.values():
            if not press.reported and not press.answer.done() and self.is_late(press):
                press.reported = True
                yield press
