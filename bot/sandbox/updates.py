"""The bot's queue of updates: numbered, masked when made, forgotten after their time."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from bot.sandbox.clock import Clock
from bot.sandbox.state import Json

DAY = 86_400
LIFETIME = {"callback_query": 150, "shipping_query": 150, "pre_checkout_query": 150, "inline_query": 30,
            "chosen_inline_result": 600}  # fmt: skip
"""Seconds that an update waits for the bot; messages and all else a day."""

OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "guest_message", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
})  # fmt: skip
DEFAULT = KINDS - OPT_IN
FAR = 10
"""An offset further past the tail counts as stale and means the head."""
ANSWER_BYTES = 4 << 20
CAPACITY = 100_000


@dataclass(slots=True)
class Update:
    """`body` is the update's JSON. `key` is the queue that a webhook keeps in order."""

    update_id: int
    kind: str
    key: str
    expires: float
    body: bytes


class Updates:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.waiting: deque[Update] = deque()
        self.next_id = random.randint(2_000_001, 999_999_999)
        self.allowed = DEFAULT

    def allow(self, names: Any) -> None:
        """The `allowed_updates` of a call: [] or only unknown names is the default, what is no list changes nothing."""
        if isinstance(names, list):
            self.allowed = KINDS.intersection(name for name in names if isinstance(name, str)) or DEFAULT

    def push(self, kind: str, payload: Json, key: str) -> int | None:
        """Its number, or None when the bot does not want this kind or the queue is full."""
        if kind not in self.allowed or len(self.waiting) >= CAPACITY:
            return None
        number = self.next_id
        body = orjson.dumps({"update_id": number, kind: payload})
        self._append(Update(number, kind, key, self._clock.now() + LIFETIME.get(kind, DAY), body))
        return number

    def push_raw(self, update: Json) -> int:
        """Any JSON, also what no bot can read. Its own `update_id` is kept when it is a number."""
        number = update.get("update_id")
        if not isinstance(number, int):
            number = self.next_id
            update = {"update_id": number, **update}
        kind = next((name for name in update if name != "update_id"), "raw")
        self._append(Update(number, kind, "raw", self._clock.now() + DAY, orjson.dumps(update)))
        return number

    def _append(self, update: Update) -> None:
        self.waiting.append(update)
        self.next_id = max(self.next_id, update.update_id + 1)

    def confirm(self, offset: int) -> None:
        """Forget what the bot has: all below `offset`; a negative one keeps only the newest -offset."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        elif offset <= self.next_id + FAR:
            while self.waiting and self.waiting[0].update_id < offset:
                self.waiting.popleft()

    def forget(self, update: Update) -> None:
        """It was delivered, or nobody wants it any more."""
        if update in self.waiting:
            self.waiting.remove(update)

    def expire(self) -> None:
        now = self._clock.now()
        if any(update.expires <= now for update in self.waiting):
            self.waiting = deque(update for update in self.waiting if update.expires > now)

    def batch(self, limit: int) -> list[Update]:
        self.expire()
        return list(self._first(limit))

    def _first(self, limit: int) -> Iterator[Update]:
        size = 0
        for number, update in enumerate(self.waiting):
            size += len(update.body)
            if number == limit or (number and size > ANSWER_BYTES):
                return
            yield update
