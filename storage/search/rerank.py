"""Rerank: how likely is it that a person who means this film typed that query? A prior minus a noisy channel's cost.

The prior is the film's fame; the channel knows how people mistype: a few wrong letters, half a word, words in another
order, an article dropped, spaces dropped, only some of the words. Costs are in units of log-likelihood, tuned on
queries made from the catalogue by rule with another seed than the benchmark's.
"""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

_ARTICLES = "the a an le la les l un une der die das ein eine den det en ett el los las il lo gli i o os as de het"
ARTICLES = frozenset(_ARTICLES.split())

EDIT = 3.2
FIRST_LETTER = 0.6
FEW, FEW_LETTERS = 4, 1.0  # so short a word is seldom mistyped, and has many neighbours
HALF_TYPED, PER_LETTER = 1.0, 0.03
MORE_WORDS = 1.2  # what was typed ends where a word of the title ends: more likely all of it
OTHER_ORDER = 1.2
NO_ARTICLE = 0.3
OTHER_ARTICLE = 0.9  # one that is in the query and not in the title is seldom typed for nothing: "the batman"
NO_SPACES = 1.0
SOME_WORDS, PER_WORD = 1.8, 0.5
PEOPLE = 3.0  # who types a name alone more often means a title with it
FAME = 6.0
LONG = 6
"""Letters from which on a single word may hold two edits."""
ALIKE = 12
"""Letters of a whole title that may hold one edit more: two titles of a year are often alike by chance."""
MOST_NAMES = 2
YEAR_RIGHT, YEAR_NEAR, YEAR_WRONG = 2.5, 0.8, -4.0
YEAR_ALONE = 3.5  # the cost of a film of which nothing but its year was typed


@dataclass(frozen=True, slots=True)
class Typed:
    """A folded query and what of it every candidate needs."""

    text: str
    words: tuple[str, ...]
    ordered: str
    bare: str
    joined: str
    allowed: int  # edits beyond which it is another title


@lru_cache(maxsize=1024)
def typed(text: str) -> Typed:
    words = tuple(text.split())
    return Typed(text, words, " ".join(sorted(words)), without_article(words), "".join(words), allowed_edits(len(text)))


def allowed_edits(length: int) -> int:
    """Edits a query of this length may hold: none in two letters, about one in four beyond."""
    return 0 if length < 3 else min(6, (length + 1) // 4)


def without_article(words: tuple[str, ...]) -> str:
    return " ".join(words[1:] if len(words) > 1 and words[0] in ARTICLES else words)


def cost(query: Typed, title: str) -> float | None:
    """The cheapest way in which `title` becomes the query; null if there is none. 0.0 is an exact title."""
    if title == query.text:
        return 0.0
    costs = [_as_typed(query, title), _half_typed(query, title)]
    words = tuple(title.split())
    bare = without_article(words)
    if bare != title or query.bare != query.text:
        dropped = NO_ARTICLE if query.bare == query.text else OTHER_ARTICLE
        costs.append(_edits(query.bare, bare, query.allowed, dropped))
        costs.append(_plus(_half_typed(query, bare), dropped))
    if len(words) > 1 or len(query.words) > 1:
        costs.append(_edits(query.ordered, " ".join(sorted(words)), query.allowed, OTHER_ORDER))
        costs.append(_edits(query.joined, "".join(words), query.allowed, NO_SPACES))
        costs.append(_some_words(query, title, len(words)))
    return min((each for each in costs if each is not None), default=None)


def is_alike(query: Typed, title: str) -> bool:
    """Whether the whole title is the query, give or take its article and a few letters."""
    bare = without_article(tuple(title.split()))
    most = min(query.allowed, 1 + len(query.bare) // ALIKE)
    return OSA.distance(query.bare, bare, score_cutoff=most) <= most


def _as_typed(query: Typed, title: str) -> float | None:
    other_first = FIRST_LETTER if title[:1] != query.text[:1] else 0.0
    return _edits(query.text, title, query.allowed, other_first)


def _half_typed(query: Typed, title: str) -> float | None:
    rest = len(title) - len(query.text)
    if rest <= 0 or len(query.text) < 2:
        return None
    more = MORE_WORDS if title[len(query.text)] == " " else 0.0
    return _edits(query.text, title[: len(query.text)], query.allowed, HALF_TYPED + more + PER_LETTER * rest)


def _some_words(query: Typed, title: str, count: int) -> float | None:
    """Every word typed is one of the title's `count` words, or nearly, or the beginning of one."""
    if len(query.words) > count or not any(len(word) > 3 for word in query.words):
        return None
    found = _all_words(query.words, title)
    return None if found is None else SOME_WORDS + PER_WORD * (count - len(query.words)) + found


def people_cost(query: Typed, row: str) -> float | None:
    """For a row of a title and names: every word typed is of either, or some name beside the mistyped title."""
    telling = sum(len(word) > 3 for word in query.words)
    if not telling:
        return None
    found = _all_words(query.words, row.replace("\n", " "))
    if found is not None and found <= EDIT * telling:  # with two typos nearly any word is somebody's name
        return PEOPLE + found
    title, _, names = row.partition("\n")
    return _plus(_beside_names(query, title, names), PEOPLE)


def _beside_names(query: Typed, title: str, names: str) -> float | None:
    """The title, mistyped, with a name of somebody's before or after it."""
    costs, words = [], query.words
    for count in range(1, min(MOST_NAMES, len(words) - 1) + 1):
        for some, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            paid = _all_words(some, names) if any(len(word) > 2 for word in some) else None
            if paid is not None:
                costs.append(_plus(cost(typed(" ".join(rest)), title), paid))
    return min((each for each in costs if each is not None), default=None)


def _all_words(wanted: tuple[str, ...], text: str) -> float | None:
    """What finding each of them among the words of a text costs; null if one is not there."""
    total, padded = 0.0, f" {text} "
    for word in wanted:
        if f" {word} " in padded:
            continue
        nearest = _nearest(word, padded)
        if nearest is None:
            return None
        total += nearest
    return total


def _nearest(word: str, padded: str) -> float | None:
    """As the beginning of one of the words, or as one of them mistyped."""
    length = len(word)
    if length > 2 and f" {word}" in padded:
        return HALF_TYPED
    if length < 2:
        return None
    most = 1 if length < LONG else 2
    found = extractOne(word, padded.split(), scorer=OSA.distance, processor=None, score_cutoff=most)
    if found is None or (length < LONG and found[0][0] != word[0]):
        return None
    return EDIT * found[1]


def _edits(query: str, title: str, allowed: int, extra: float) -> float | None:
    edits = OSA.distance(query, title, score_cutoff=allowed)
    if edits > allowed:
        return None
    return extra + EDIT * edits + (FEW_LETTERS if edits and len(query) <= FEW else 0.0)


def _plus(value: float | None, extra: float) -> float | None:
    return None if value is None else value + extra


def year_bonus(wanted: int | None, year: int | None) -> float:
    """A year that was typed speaks for films of that year, a little for its neighbours, against the rest."""
    if wanted is None:
        return 0.0
    if year is None:
        return YEAR_WRONG / 2
    return {0: YEAR_RIGHT, 1: YEAR_NEAR}.get(abs(wanted - year), YEAR_WRONG)


def prior(popularity: int) -> float:
    """Fame 0..1000 is a logarithm already; in units of log-likelihood."""
    return FAME * popularity / 1000
