"""The words after /digest: "on", "off", "friday", "friday 18:00", "6pm", "fr 18h"."""

import re
from collections.abc import Sequence
from typing import TypedDict

from handlers import texts
from handlers.i18n import _, languages, speaking

SWITCH = {"on": True, "off": False}
FILLERS = frozenset({"every", "at", "please"})
CLOCK = re.compile(r"([01]?\d|2[0-3])(?:[:.h]([0-5]\d))?(?:h|uhr)?", re.ASCII)
HALF_DAY = re.compile(r"(0?[1-9]|1[0-2])(?:[:.]([0-5]\d))?([ap])m", re.ASCII)
APART = re.compile(r"(?<=\d)\s+(?=(?:[ap]m|h|uhr)\b)", re.ASCII | re.IGNORECASE)
"""What stands between "6" and "pm"."""
LEAST_LETTERS = 3
"""Of the beginning of a weekday; the abbreviations with fewer are listed."""


class Change(TypedDict, total=False):
    """What they change in a setting."""

    enabled: bool
    weekday: int
    minute: int


def understood(words: Sequence[str]) -> tuple[Change, str]:
    """The change that is asked for, or which of the words are none. Who names a day or an hour wants a digest.

    A club is spoken to in one language and answers in any, so what the present one leaves odd is tried in the others.
    """
    heard = []
    for tag in languages():
        with speaking(tag):
            change, odd = _understood(words)
        if not odd:
            return change, odd
        heard.append(odd)
    return Change(), heard[0]


def _understood(words: Sequence[str]) -> tuple[Change, str]:
    change, odd = Change(), []
    switch = {_("on"): True, _("off"): False, **SWITCH}
    # Translators: words after /digest that say nothing, as in "every friday at 18:00, please".
    fillers = {*_("every at please").split(), *FILLERS}
    for written in APART.sub("", " ".join(words)).split():
        word = written.casefold().rstrip(".,!")
        if word in switch:
            change["enabled"] = switch[word]
        elif (day := _weekday(word)) is not None:
            change["weekday"] = day
        elif (minute := _minute(word)) is not None:
            change["minute"] = minute
        elif word not in fillers:
            odd.append(written)
    if odd:  # "not friday" is not for Friday
        return Change(), " ".join(odd)
    if change:
        change.setdefault("enabled", True)
    return change, ""


def _minute(word: str) -> int | None:
    """Of the day: "18:00", "18.00", "18", "18h", "6pm" and "6:30pm" are times."""
    if half := HALF_DAY.fullmatch(word):
        return (int(half[1]) % 12 + 12 * (half[3] == "p")) * 60 + int(half[2] or 0)
    time = CLOCK.fullmatch(word)
    return int(time[1]) * 60 + int(time[2] or 0) if time else None


def _weekday(word: str) -> int | None:
    """In the present language or in English: its abbreviation, or the beginning of its name."""
    # Translators: the shortest abbreviations of the weekdays from Monday on, in lower case.
    short = _("mo tu we th fr sa su").split()
    if word in short:
        return short.index(word)
    word = word.removesuffix("s")
    if len(word) < LEAST_LETTERS:
        return None
    with speaking("en"):
        english = [texts.weekday(number) for number in range(7)]
    spoken = [texts.weekday(number) for number in range(7)]
    return next((at % 7 for at, name in enumerate([*spoken, *english]) if name.casefold().startswith(word)), None)
