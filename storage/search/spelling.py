"""Words that are written in two ways: "Rocky II" and "rocky 2", "The Sixth Sense" and "6th sense", "Doctor No".

The short way stands for both, in titles and queries.
"""

import re

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_PARTS = "part episode chapter volume vol teil partie"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
WORDS = {word: str(number) for number, word in enumerate(_WORDS.split())}
ORDINALS = {word: f"{number}{_ENDINGS.get(number, 'th')}" for number, word in enumerate(_ORDINALS.split(), start=1)}
ABBREVIATED = {"doctor": "dr", "mister": "mr", "saint": "st", "versus": "vs", "volume": "vol", "boulevard": "blvd"}
ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMAN.split(), start=1)}
LETTERS = frozenset("ivx")
"""Alone they are numerals only where a number is to be expected: "Malcolm X" is a name, but nobody loses by that."""
PARTS = frozenset(_PARTS.split())
SHORT = {**WORDS, **ORDINALS, **ABBREVIATED, **ROMAN}
_MAY_HOLD = re.compile(rf"\b(?:{'|'.join(SHORT)})\b")


def in_short(folded: str) -> str:
    """The folded text with numbers in digits and long words short; the same text when it has none."""
    if not _MAY_HOLD.search(folded):
        return folded
    words = folded.split()
    return " ".join(_short(words, at) for at in range(len(words)))


def _short(words: list[str], at: int) -> str:
    word = words[at]
    if word in LETTERS:
        expected = at > 0 and (at == len(words) - 1 or words[at - 1] in PARTS)
        return ROMAN[word] if expected else word
    return SHORT.get(word, word)
