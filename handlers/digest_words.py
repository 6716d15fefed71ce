"""The words after /digest: "on", "off", "friday", "friday 18:00", "6pm"."""

import re
from collections.abc import Sequence
from typing import TypedDict

from handlers import texts
from handlers.i18n import _, speaking

SWITCH = {"on": True, "off": False}
FILLERS = frozenset({"every", "at", "please"})
CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?", re.ASCII)
HALF_DAY = re.compile(r"(0?[1-9]|1[0-2])(?:[:.]([0-5]\d))?([ap])m", re.ASCII)
APART = re.compile(r"(?<=\d)\s+(?=[ap]m\b)", re.ASCII | re.IGNORECASE)
"""What stands between "6" and "pm"."""
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
    switch = {_("on"): True, _("off"): False, **SWITCH}
    # Translators: words after /digest that say nothing, as in "every friday at 18:00, please".
    fillers = {*_("every at please").split(), *FILLERS}
    for word in APART.sub("", " ".join(words)).casefold().split():
        if word in switch:
            change["enabled"] = switch[word]
        elif (day := _weekday(word)) is not None:
            change["weekday"] = day
        elif (minute := _minute(word)) is not None:
            change["minute"] = minute
        elif word not in fillers:
            odd.append(word)
    if odd:  # "not friday" is not for Friday
        return Change(), " ".join(odd)
    if change:
        change.setdefault("enabled", True)
    return change, ""


def _minute(word: str) -> int | None:
    """Of the day: "18:00", "18.00", "18", "6pm" and "6:30pm" are times."""
    if half := HALF_DAY.fullmatch(word):
        return (int(half[1]) % 12 + 12 * (half[3] == "p")) * 60 + int(half[2] or 0)
    time = CLOCK.fullmatch(word)
    return int(time[1]) * 60 + int(time[2] or 0) if time else None


def _weekday(word: str) -> int | None:
    """In the present language or in English; the beginning of the name is enough."""
    word = word.removesuffix("s")
    if len(word) < LEAST_LETTERS:
        return None
    with speaking("en"):
        english = [texts.weekday(number) for number in range(7)]
    spoken = [texts.weekday(number) for number in range(7)]
    return next((at % 7 for at, name in enumerate([*spoken, *english]) if name.casefold().startswith(word)), None)
