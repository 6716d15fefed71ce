"""Which of many texts have the words that were typed, or nearly."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

EDIT = 3.2
HALF_TYPED = 1.0
NEVER = inf
"""The cost of what cannot have happened."""
LONG = 6
"""Letters from which on a single word may hold two edits."""


class Words:
    """Texts in which words are looked for, each word in all of them at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = {at: f" {text} ".replace("\n", " ") for at, text in enumerate(texts)}
        self._costs: dict[str, dict[int, float]] = {}

    def costs(self, wanted: Sequence[str]) -> dict[int, float]:
        """What finding each of the words wanted costs, by the number of the text; without texts that lack one."""
        longest, *others = sorted(wanted, key=len, reverse=True)  # few texts have the longest
        if longest not in self._costs:
            self._costs[longest] = _costs(longest, self._texts)
        total = self._costs[longest]
        for word in others:
            found = self._costs.get(word) or _costs(word, {at: self._texts[at] for at in total})
            total = {at: paid + found[at] for at, paid in total.items() if at in found}
        return total


def _costs(wanted: str, texts: Mapping[int, str]) -> dict[int, float]:
    """The same of one word: as one of the text's, as the beginning of one, or as one mistyped."""
    found, exact, begun = {}, f" {wanted} ", f" {wanted}"
    if len(wanted) > 2:
        found = {at: HALF_TYPED for at, text in texts.items() if begun in text}
    found |= {at: 0.0 for at, text in texts.items() if exact in text}
    if len(wanted) > 1:
        found = _mistyped(wanted, {at: text.split() for at, text in texts.items() if at not in found}) | found
    return found


def _mistyped(wanted: str, texts: Mapping[int, Sequence[str]]) -> dict[int, float]:
    """What the nearest word of each text costs; texts share most of theirs, so each is compared once."""
    most = 1 if len(wanted) < LONG else 2
    words = list(set().union(*texts.values()))
    near = {
        word: EDIT * edits
        for word, edits, _ in extract_iter(wanted, words, scorer=OSA.distance, processor=None, score_cutoff=most)
        if len(wanted) >= LONG or word[0] == wanted[0]
    }
    have = ((at, [near[word] for word in text if word in near]) for at, text in texts.items() if near)
    return {at: min(paid) for at, paid in have if paid}
