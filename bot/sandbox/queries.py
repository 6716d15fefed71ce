"""Inline and guest queries that wait for their answer, and the inline answers that Telegram keeps for a while."""

import asyncio
import secrets
from dataclasses import dataclass, field

from bot.sandbox.callbacks import TOO_OLD
from bot.sandbox.clock import Clock
from bot.sandbox.errors import bad
from bot.sandbox.state import Json

INLINE_PATIENCE_S = 10.0
GUEST_PATIENCE_S = 15.0


@dataclass(slots=True)
class Query:
    """What a person typed after the bot's name; `message_id` is the message of a guest query."""

    query_id: str
    user_id: int
    chat_id: int
    text: str
    at: float
    offset: str = ""
    message_id: int = 0
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True)
class Kept:
    answer: Json
    until: float


class Queries:
    """One kind of them, in virtual time."""

    def __init__(self, clock: Clock, patience_s: float) -> None:
        self._clock = clock
        self._by_id: dict[str, Query] = {}
        self._kept: dict[tuple[int, str, str], Kept] = {}
        self.patience_s = patience_s

    def open(self, user_id: int, chat_id: int, text: str, *, offset: str = "", message_id: int = 0) -> Query:
        query = Query(str(secrets.randbits(62)), user_id, chat_id, text, self._clock.now(), offset, message_id)
        self._by_id[query.query_id] = query
        return query

    def find(self, query_id: str) -> Query | None:
        return self._by_id.get(query_id)

    def answerable(self, query_id: str) -> Query:
        """Raises ApiError."""
        query = self._by_id.get(query_id)
        if query is None or query.answer.done() or self._clock.now() - query.at > self.patience_s:
            raise bad(TOO_OLD)
        return query

    def keep(self, query: Query, answer: Json, seconds: int, *, personal: bool) -> None:
        """Answer the same words from it for so long, everybody's or only this person's."""
        whose = query.user_id if personal else 0
        self._kept[whose, query.text, query.offset] = Kept(answer, self._clock.now() + seconds)

    def kept(self, user_id: int, text: str, offset: str) -> Json | None:
        for whose in (user_id, 0):
            found = self._kept.get((whose, text, offset))
            if found is not None and found.until > self._clock.now():
                return found.answer
        return None
