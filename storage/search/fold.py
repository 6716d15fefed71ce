"""Folding: titles and queries lose case, marks and punctuation in the same way, so that they can meet."""

import re
import unicodedata

LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "&": " and ",
        "ħ": "h",
    }
)
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_OTHER = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower-case words parted by single spaces; "Amélie & Søren's" becomes "amelie and sorens"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    joined = _APOSTROPHES.sub("", bare.translate(LETTERS))
    return _OTHER.sub(" ", joined).strip()
