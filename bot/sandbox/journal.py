"""What the bot asked, and what it should not have done: /sim/outbox and /sim/problems."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from bot.sandbox.clock import Clock
from bot.sandbox.state import Json

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API. `at` is virtual Unix time."""

    n: int
    method: str
    params: Json
    status: int
    body: bytes
    ms: float
    at: float

    def as_json(self) -> Json:
        return {**self.summary(), "n": self.n, "params": self.params, "response": _parsed(self.body)}

    def summary(self) -> Json:
        return {"method": self.method, "status": self.status, "ms": round(self.ms, 3), "at": self.at}


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


class Journal:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self.problems: deque[Json] = deque(maxlen=KEPT)
        self._count = 0

    def record(self, method: str, params: Json, status: int, body: bytes, ms: float) -> Call:
        self._count += 1
        call = Call(self._count, method, params, status, body, ms, self._clock.now())
        self.calls.append(call)
        return call

    def since(self, n: int) -> Iterator[Call]:
        return (call for call in self.calls if call.n > n)

    def problem(self, kind: str, detail: str) -> None:
        self.problems.append({"kind": kind, "detail": detail, "at": self._clock.now()})
