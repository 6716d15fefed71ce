"""The update that is being handled, for what lies further down: calls and log lines tell which one they belong to."""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bot import telemetry
from bot.updates import ACCEPTED

ANSWERS = ("answer", "send")
"""How the methods begin that a person sees something of."""


@dataclass(slots=True)
class Arrival:
    """`at` is in monotonic seconds; null for what a former process took."""

    update_id: int
    person_id: int
    kind: str
    at: float | None
    answered: bool = False


current: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


def kind_of(update: dict[str, Any]) -> str:
    """One of few words, whatever a stranger sends."""
    return next((kind for kind in ACCEPTED if kind in update), "other")


def note_answer(method: str) -> None:
    """Telegram took a call. The first one that answers the person ends their wait."""
    arrival = current.get()
    if arrival is None or arrival.at is None or arrival.answered or not method.startswith(ANSWERS):
        return
    arrival.answered = True
    telemetry.answered.labels(arrival.kind).observe(time.monotonic() - arrival.at)
