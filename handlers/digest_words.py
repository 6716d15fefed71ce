"""The words after /digest: "on", "off", "friday", "friday 18:00"."""

import re
from collections.abc import Sequence
from typing import TypedDict

from handlers import texts
from handlers.i18n import speaking

SWITCH = {"on": True, "off": False}
FILLERS = frozenset({"every", "at", "please"})
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
LEAST_LETTERS = 3
"""Of the beginning of a weekday."""


class Change(TypedDict, total=False):
    """What they change in a setting."""

    enabled: bool
    weekday: int
    minute: int


def understood(words: Sequence[str]) -> tuple[Change, str]:
    """The change that is asked for, or which of the words are none. Who names a day or an hour wants a digest."""
    change, odd = Change(), []
    for word in map(str.casefold, words):
        if word in SWITCH:
            change["enabled"] = SWITCH[word]
        elif (day := _weekday(word)) is not None:
            change["weekday"] = day
        elif time := CLOCK.fullmatch(word):
            change["minute"] = int(time[1]) * 60 + int(time[2])
        elif word not in FILLERS:
            odd.append(word)
    if odd:  # "not friday" is not for Friday
        return Change(), " ".join(odd)
    if change:
        change.setdefault("enabled", True)
    return change, ""


def _weekday(word: str) -> int | None:
    """In the present language or in English; the beginning of the name is enough."""
    word = word.removesuffix("s")
    if len(word) < LEAST_LETTERS:
        return None
    with speaking("en"):
        english = [texts.weekday(number) for number in range(7)]
    spoken = [texts.weekday(number) for number in range(7)]
    return next((at % 7 for at, name in enumerate([*spoken, *english]) if name.casefold().startswith(word)), None)
