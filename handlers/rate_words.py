"""The words after /rate: a title, and at its end what is stars or was meant for them."""

import re
from dataclasses import dataclass

_FLAGS = re.ASCII | re.DOTALL | re.IGNORECASE
_OF = r"(?:\s*/|\s+(?:out\s+of|of|von)\b)"
_SCALE = rf"{_OF}\s*"
_SIGN = r"[★⭐🌟]\ufe0f?"
"""Keyboards of phones put U+FE0F after a star."""
_UNIT = rf"(?:\s*(?:{_SIGN}|\*|stars?\b|sterne?n?\b|points?\b|punkte?n?\b))?[\s!.]*"
_MARK = rf"(?:{_SCALE}(?:10|ten|zehn)\b)?{_UNIT}"
"""What may follow the number, in each language."""
_STARS = rf"(?P<stars>10|[1-9])(?:[.,]0+)?{_MARK}"
_ROW = rf"(?P<row>{_SIGN}(?:\s*{_SIGN})*)[\s!.]*"
_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|null|eins|zwei|drei|vier|f[üÜ]nf|sechs|sieben|acht|neun|zehn"
)
_YEAR = rf"(?!(?:18|19|20)\d\d{_UNIT}$)"
"""Not "heat 1995"."""
_NO_STARS = rf"{_YEAR}(?P<said>(?:{_NUMBER}|{_WORDS})(?:{_SCALE}\d+)?){_MARK}"

STARRED = re.compile(rf"(?P<title>.*?\S)\s+{_STARS}", _FLAGS)
"""A title and, at its end, stars: "heat 9", "heat 9.0", "heat 9 / 10", "heat 9 of 10", "heat 9 points", "heat 9!"."""
_CUT = re.compile(rf"(?:\d|\b(?:{_WORDS})){_OF}$", _FLAGS)
"""Before the last number, where that is the scale of another: "heat 4 of"."""
ROWED = re.compile(
    rf"(?P<title>.*?[^\s★⭐🌟\ufe0f])(?:(?<!\d)|(?=\s*{_SIGN}\s*{_SIGN}))\s*{_ROW}",
    _FLAGS,
)
"""A title and a row of stars. One alone after a number is that number's: "alien 1979 ★"."""
UNSTARRED = re.compile(rf"(?P<title>.*?\S)\s+{_NO_STARS}", _FLAGS)
"""A title and what was meant for stars and is none: "heat 11", "heat 7.5", "heat 4/5", "heat ten"."""
ALONE = re.compile(rf"{_STARS}|{_ROW}|{_YEAR}(?P<said>{_NUMBER}(?:{_SCALE}\d+)?){_MARK}", _FLAGS)
"""The same without a title; a word alone is talk."""


LONGEST = 120
"""Of letters that may end in stars: no title is longer, and all that is longer took the patterns for ever."""


@dataclass(frozen=True, slots=True)
class Said:
    """A title (empty: none was said), and its stars; null where `what` was meant for them and is none.

    `signed`: with the sign of a star, as no title is, so that a number before it is none of the title's.
    """

    title: str
    stars: int | None
    what: str
    signed: bool = False


def said(words: str) -> Said | None:
    """What is to be rated, and how. Null for a title alone, and for stars alone, which may be one: "9"."""
    if len(words) > LONGEST or ALONE.fullmatch(words):
        return None
    for pattern in (STARRED, UNSTARRED, ROWED):
        if (found := pattern.fullmatch(words)) and not _CUT.search(found["title"]):
            return _said(found, found["title"])
    return None


def said_alone(words: str) -> Said | None:
    """Stars without a title, as one replies to a card."""
    found = ALONE.fullmatch(words.strip()) if len(words) <= LONGEST else None
    return _said(found, "") if found else None


def _said(found: re.Match[str], title: str) -> Said:
    parts = found.groupdict()
    signs = len(re.findall(_SIGN, found[0]))
    if row := parts.get("row"):
        return Said(title, signs if signs <= 10 else None, row, signed=True)
    stars = parts.get("stars")
    return Said(title, int(stars) if stars else None, stars or parts["said"], signed=signs > 0)


def names_a_film(title: str) -> bool:
    """Whether there is anything in it that a search can look for."""
    return any(letter.isalnum() for letter in title)
