"""Failures on order (/sim/fault): what a bot must survive at the real Telegram's hands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import SimError
from bot.sandbox.state import Json

BEFORE = frozenset({"status", "html502", "bad_json", "empty_200", "401_once", "delay", "hang_before", "reset",
                    "getUpdates_conflict"})  # fmt: skip
AFTER = frozenset({"execute_then_hang", "execute_then_drop"})
"""Done, but the bot does not learn of it."""


@dataclass(slots=True)
class Fault:
    """`method` is lower-cased or *, `when` are patterns for parameters, `times` is how often it still strikes."""

    method: str
    kind: str
    times: int
    when: dict[str, re.Pattern[str]] = field(default_factory=dict)
    details: Json = field(default_factory=dict)

    def hits(self, method: str, params: Mapping[str, Any]) -> bool:
        wanted = self.method in {"*", method.lower()} or (self.kind == "getUpdates_conflict" and method == "getUpdates")
        return wanted and all(pattern.search(str(params.get(name, ""))) for name, pattern in self.when.items())


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def plan(self, order: Json) -> None:
        """From the body of /sim/fault. Raises SimError."""
        kind = order.get("kind")
        if kind not in BEFORE | AFTER:
            raise SimError(f"No such kind of fault: {kind}. There are {', '.join(sorted(BEFORE | AFTER))}.")
        try:
            when = {name: re.compile(str(pattern)) for name, pattern in (order.get("when") or {}).items()}
            times = int(order.get("times", 1))
        except (re.error, TypeError, ValueError, AttributeError) as error:
            raise SimError(f'"when" holds patterns by parameter, "times" a number: {error}.') from None
        self.planned.append(Fault(str(order.get("method", "*")).lower(), kind, times, when, order))

    def strike(self, method: str, params: Mapping[str, Any]) -> Fault | None:
        """The fault for this call, if one is planned; it counts as having struck."""
        for fault in self.planned:
            if fault.hits(method, params):
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None
