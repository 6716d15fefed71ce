"""Numbers in titles: "Rocky II" and "rocky 2", "Twelve Monkeys" and "12 monkeys" are the same, in queries too."""

import re

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_PARTS = "part episode chapter volume vol teil partie"
WORDS = {word: str(number) for number, word in enumerate(_WORDS.split())}
ROMAN = {numeral: str(number) for number, numeral in enumerate(_ROMAN.split(), start=1)}
LETTERS = frozenset("ivx")
"""Alone they are numerals only where a number is to be expected: "Malcolm X" is a name, but nobody loses by that."""
PARTS = frozenset(_PARTS.split())
_MAY_HOLD = re.compile(rf"\b(?:{'|'.join([*WORDS, *ROMAN])})\b")


def in_digits(folded: str) -> str:
    """The folded text with its numbers in digits; the same text when it has none."""
    if not _MAY_HOLD.search(folded):
        return folded
    words = folded.split()
    return " ".join(_digit(words, at) for at in range(len(words)))


def _digit(words: list[str], at: int) -> str:
    word = words[at]
    if word in LETTERS:
        expected = at > 0 and (at == len(words) - 1 or words[at - 1] in PARTS)
        return ROMAN[word] if expected else word
    return ROMAN.get(word) or WORDS.get(word) or word
