"""Whether the first hit is certainly what was meant: then its card opens at once, and `/rate` gives it its stars.

Fame is evidence: that somebody mistyped a famous title is likely; that a film nobody has heard of was meant, and
mistyped too, is less likely than that what was meant is not in the catalogue.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.search.query import Query
from storage.search.rerank import without_article
from storage.search.spelling import in_short

SHORT = 5
"""Below so many letters nearly anything is a typo away: then only a title itself is clearly meant."""
AHEAD = 1.8
"""By how much the best hit must lead, in log-likelihood, to be the one that was clearly meant."""
BESIDE = 1.0
"""By how little a title that has the numbers typed may be behind the best hit, to be meant as well as it is."""
NEAR = 5.5
"""A cost up to which a hit may be called clearly meant: a typo or a dropped article, not half of the words."""
LONG, NEAR_LONG = 8, 7.5
"""From so many letters on it may be two typos."""
ENOUGH, PER_LETTER = 5, 0.5
"""A title other than the typed one needs fame that outweighs the difference, or length: each letter beyond so many
makes it so much, in log-likelihood, less likely that the two are alike by chance."""


@dataclass(frozen=True, slots=True)
class Candidate:
    movie_id: int
    exact: bool  # the title itself, give or take its article
    cost: float
    score: float
    text: str
    """The folded title, or title and names."""


def is_good(query: Query, found: Sequence[Candidate]) -> bool:
    """Whether the first is near to what was typed."""
    return bool(found) and found[0].cost <= (NEAR if len(query.words) < LONG else NEAR_LONG)


def is_numbered(query: Query, found: Sequence[Candidate]) -> bool:
    """Whether the numbers that were typed may be a title's: one that has them all is not clearly behind the first.

    Each as often as it was typed: the second of "seven samurai 7" is in no title.
    """
    numbers = _numbers(query.whole)
    return bool(numbers) and any(
        numbers <= _numbers(each.text) for each in found if each.cost <= NEAR and each.score >= found[0].score - BESIDE
    )


def _numbers(text: str) -> Counter[str]:
    return Counter(word for word in in_short(text).split() if word.isdigit())


def is_clear(query: Query, found: Sequence[Candidate]) -> bool:
    if not is_good(query, found):
        return False
    first, others = found[0], found[1:]
    if not first.exact and len(query.words) < SHORT:
        return False
    by_length = PER_LETTER * (len(without_article(query.words)) - ENOUGH)
    if first.cost and (first.score + by_length < 0 or not _has_numbers(first, query)):
        return False
    if first.exact:  # namesakes are for the person to choose from, and so is what is likelier for all its fame
        return all(first.cost < other.cost if other.exact else first.score >= other.score for other in others)
    return not others or first.score - others[0].score >= AHEAD


def _has_numbers(first: Candidate, query: Query) -> bool:
    """A number that was typed is the year or in the title: "avatar 3" is not "Avatar", near as that is."""
    typed = {word for word in query.whole.split() if word.isdigit()} - {str(query.year)}
    return typed <= set(first.text.split())
