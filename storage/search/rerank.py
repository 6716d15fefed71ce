"""Rerank: how likely is it that a person who means this film typed that query? A prior minus a noisy channel's cost.

The prior is the film's fame; the channel knows how people mistype: a few wrong letters, half a word, words in another
order, an article dropped, spaces dropped, only some of the words. Costs are in units of log-likelihood, tuned on
queries made from the catalogue by rule with another seed than the benchmark's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

from storage.search.words import EDIT, HALF_TYPED, NEVER, Words

_ARTICLES = "the a an le la les l un une der die das ein eine den det en ett el los las il lo gli i o os as de het"
ARTICLES = frozenset(_ARTICLES.split())

FIRST_LETTER = 0.6
FEW, FEW_LETTERS = 4, 1.0  # so short a word is seldom mistyped, and has many neighbours
PER_LETTER = 0.03
MORE_WORDS = 1.2  # what was typed ends where a word of the title ends: more likely all of it
OTHER_ORDER = 1.2
NO_ARTICLE = 0.3
OTHER_ARTICLE = 0.9  # one that is in the query and not in the title is seldom typed for nothing: "the batman"
NO_SPACES = 1.0
SOME_WORDS, PER_WORD = 1.8, 0.5
PEOPLE = 3.0  # who types a name alone more often means a title with it
FAME = 6.0
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
    return Typed(text, words, " ".join(sorted(words)), without_article(text), "".join(words), allowed_edits(len(text)))


def allowed_edits(length: int) -> int:
    """Edits a query of this length may hold: none in two letters, about one in four beyond."""
    return 0 if length < 3 else min(6, (length + 1) // 4)


def without_article(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest if rest and first in ARTICLES else text


def row_costs(query: Typed, texts: Sequence[str], people: Sequence[bool]) -> list[float]:
    """The costs of titles, and of rows of `people`."""
    best = [NEVER] * len(texts)
    for of, count in ((False, costs), (True, people_costs)):
        at = [number for number, each in enumerate(people) if each is of]
        for number, paid in zip(at, count(query, [texts[number] for number in at]), strict=True):
            best[number] = paid
    return best


def costs(query: Typed, titles: Sequence[str]) -> list[float]:
    """The cheapest way in which each title becomes the query; NEVER if there is none. 0.0 is an exact title.

    One way after the other for all titles: then rapidfuzz compares a list at once.
    """
    best = [NEVER] * len(titles)
    numbered = dict(enumerate(titles))
    _as_typed(query, numbered, best)
    _without_article(query, numbered, best)
    _in_another_order(query, numbered, best)
    _without_spaces(query, numbered, best)
    _in_part(query, titles, best)
    return best


def _as_typed(query: Typed, titles: Mapping[int, str], best: list[float]) -> None:
    for at, paid in _edits(query.text, titles, query.allowed):
        other_first = FIRST_LETTER if titles[at][:1] != query.text[:1] else 0.0
        best[at] = min(best[at], other_first + paid)
    _half_typed(query, titles, 0.0, best)


def _half_typed(query: Typed, titles: Mapping[int, str], extra: float, best: list[float]) -> None:
    length = len(query.text)
    if length < 2:
        return
    begun = {at: title[:length] for at, title in titles.items() if len(title) > length}
    for at, paid in _edits(query.text, begun, query.allowed):
        title = titles[at]
        more = MORE_WORDS if title[length] == " " else 0.0
        best[at] = min(best[at], HALF_TYPED + more + PER_LETTER * (len(title) - length) + paid + extra)


def _without_article(query: Typed, titles: Mapping[int, str], best: list[float]) -> None:
    bare = {at: rest for at, title in titles.items() if (rest := without_article(title)) != title}
    dropped = NO_ARTICLE if query.bare == query.text else OTHER_ARTICLE
    _half_typed(query, bare, dropped, best)
    for at, paid in _edits(query.bare, bare if query.bare == query.text else {**titles, **bare}, query.allowed):
        best[at] = min(best[at], dropped + paid)


def _in_another_order(query: Typed, titles: Mapping[int, str], best: list[float]) -> None:
    length, most = len(query.text), query.allowed
    near = {at: title for at, title in titles.items() if best[at] > OTHER_ORDER and abs(len(title) - length) <= most}
    ordered = {at: " ".join(sorted(title.split())) for at, title in near.items()}
    for at, paid in _edits(query.ordered, ordered, most):
        best[at] = min(best[at], OTHER_ORDER + paid)


def _without_spaces(query: Typed, titles: Mapping[int, str], best: list[float]) -> None:
    joined = {at: title.replace(" ", "") for at, title in titles.items() if best[at] > NO_SPACES}
    for at, paid in _edits(query.joined, joined, query.allowed):
        best[at] = min(best[at], NO_SPACES + paid)


def _in_part(query: Typed, titles: Sequence[str], best: list[float]) -> None:
    """Every word typed is one of the title's, or nearly, or the beginning of one."""
    if not any(len(word) > 3 for word in query.words):
        return
    for at, paid in Words(titles).costs(query.words).items():
        more = titles[at].count(" ") + 1 - len(query.words)
        if more > 0 or (more == 0 and len(query.words) > 1):
            best[at] = min(best[at], SOME_WORDS + PER_WORD * more + paid)


def _edits(query: str, texts: Mapping[int, str], allowed: int) -> Iterator[tuple[int, float]]:
    """Numbers of the texts that become the query by slips of fingers alone, and what these cost."""
    few = FEW_LETTERS if len(query) <= FEW else 0.0
    for _, edits, at in extract_iter(query, texts, scorer=OSA.distance, processor=None, score_cutoff=allowed):
        yield at, EDIT * edits + few if edits else 0.0


def people_costs(query: Typed, rows: Sequence[str]) -> list[float]:
    """For rows of a title and names: every word typed is of either, or some name beside the mistyped title."""
    best = [NEVER] * len(rows)
    telling = sum(len(word) > 3 for word in query.words)
    if not telling:
        return best
    parted = [row.split("\n") for row in rows]
    titles, names = [title for title, _ in parted], Words([names for _, names in parted])
    for at, paid in _beside_names(query, titles, names).items():
        best[at] = PEOPLE + paid
    for at, paid in Words(rows).costs(query.words).items():
        if paid <= EDIT * telling:  # with two typos nearly any word is somebody's name
            best[at] = PEOPLE + paid
    return best


def _beside_names(query: Typed, titles: Sequence[str], names: Words) -> dict[int, float]:
    """The title, mistyped, with a name of somebody's before or after it."""
    best: dict[int, float] = {}
    for some, rest in _names_apart(query.words):
        named = names.costs(some)
        found = costs(typed(" ".join(rest)), [titles[at] for at in named])
        for (at, paid), title in zip(named.items(), found, strict=True):
            best[at] = min(best.get(at, NEVER), title + paid)
    return best


def _names_apart(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Words that may be somebody's name, and the rest."""
    for count in range(1, min(MOST_NAMES, len(words) - 1) + 1):
        for some, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            if any(len(word) > 2 for word in some):
                yield some, rest


def is_alike(query: Typed, title: str) -> bool:
    """Whether the whole title is the query, give or take its article and a few letters."""
    bare = without_article(title)
    most = min(query.allowed, 1 + len(query.bare) // ALIKE)
    return OSA.distance(query.bare, bare, score_cutoff=most) <= most


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
