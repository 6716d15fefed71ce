"""A bad day at Telegram: every call may fail, by dice. Put in place of the sandbox's planned faults."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.faults import Fault, Faults

Json = dict[str, Any]
AtCall = Callable[[int, str, Mapping[str, Any]], None]

CHANCE = 0.2
CALLS: tuple[Json, ...] = (
    {"kind": "status", "code": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1},
    {"kind": "html502"},
    {"kind": "bad_json"},
    {"kind": "empty_200"},
    {"kind": "reset"},
    {"kind": "execute_then_drop"},
    {"kind": "delay", "seconds": 0.2},
)
POLL_CHANCE = 0.1
POLLS: tuple[Json, ...] = (
    {"kind": "reset"},
    {"kind": "html502"},
    {"kind": "bad_json"},
    {"kind": "401_once"},
    {"kind": "getUpdates_conflict"},
)


class Weather(Faults):
    """`at_call` hears the number, method and parameters of every call, before anything is done with it."""

    def __init__(self, seed: int, at_call: AtCall) -> None:
        super().__init__()
        self._dice = random.Random(f"weather {seed}")
        self._at_call = at_call
        self._refused = False
        self.calls = self.struck = 0

    def strike(self, method: str, params: Mapping[str, Any]) -> Fault | None:
        self.calls += 1
        self._at_call(self.calls, method, params)
        polls = method == "getUpdates"
        if self._dice.random() >= (POLL_CHANCE if polls else CHANCE):
            self._refused = self._refused and not polls
            return None
        self.struck += 1
        details = self._poll() if polls else self._dice.choice(CALLS)
        return Fault(method.lower(), details["kind"], 1, details=details)

    def _poll(self) -> Json:
        """Never two 401 in a row: the bot takes three for a wrong token, and rightly ends."""
        details = self._dice.choice(POLLS)
        if self._refused and details["kind"] == "401_once":
            details = POLLS[0]
        self._refused = details["kind"] == "401_once"
        return details
