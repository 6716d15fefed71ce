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
_CYRILLIC = dict(
    zip(
        "абвгдезиклмнопрстуфцъыьэіїєґ",
        ("a", "b", "v", "g", "d", "e", "z", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "ts", "", "y",
         "", "e", "i", "i", "e", "g"),
        strict=True,
    )
) | {"ж": "zh", "х": "kh", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ђ": "dj", "ј": "j", "љ": "lj",
     "њ": "nj", "ћ": "c", "џ": "dz"}  # fmt: skip
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {
    "θ": "th", "χ": "ch", "ψ": "ps"
}  # fmt: skip
LETTERS |= str.maketrans(_CYRILLIC | _GREEK)
"""Cyrillic and Greek in Latin letters, as people type them: "Бригада" is "brigada"."""
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_][.*]){2,}(?:[^\W\d_](?!\w))?")
"""L.A., E.T., M*A*S*H: people type them as one word."""
_OTHER = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower-case words parted by single spaces; "Amélie & Søren's" becomes "amelie and sorens"."""
    bare = text.lower() if text.isascii() else _bare(text)  # most titles are, and that is a fifth of an index's build
    joined = _APOSTROPHES.sub("", bare.translate(LETTERS))
    if "." in joined or "*" in joined:
        joined = _INITIALS.sub(lambda found: f"{_OTHER.sub('', found[0])} ", joined)
    return _OTHER.sub(" ", joined).strip()


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join([letter for letter in plain if not unicodedata.combining(letter)])
