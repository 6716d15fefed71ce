"""The update that is being handled, for what lies further down: calls and log lines tell which one they belong to."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bot.updates import ACCEPTED


@dataclass(slots=True)
class Arrival:
    """`at` is in monotonic seconds; null for what a former process took."""

    update_id: int
    person_id: int
    kind: str
    at: float | None
    payload: bytes | dict[str, Any] = b"{}"
    """What nothing of may reach the log."""
    answered: bool = False


current: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


def kind_of(update: dict[str, Any]) -> str:
    """One of few words, whatever a stranger sends."""
    return next((kind for kind in ACCEPTED if kind in update), "other")
