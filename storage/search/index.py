"""The search index: candidates by shared 3-grams, the decision by our own rerank.

A build is a folder of its own beside the one in use and never changed afterwards; `current` names the newest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.search.build import IndexBuilder, in_use
from storage.search.fresh import MOST, Fresh
from storage.search.grams import Grams
from storage.search.query import Query, parse
from storage.search.rerank import NO_ARTICLE, YEAR_RIGHT, cost, people_cost, prior, typed, year_bonus
from storage.search.titles import IndexedTitle, Titles

__all__ = ["Hit", "IndexedTitle", "SearchIndex", "SearchResult"]

CANDIDATES, PEOPLE_CANDIDATES = 160, 60
SHORT = 5
"""Below so many letters nearly anything is a typo away: then only a title itself is clearly meant."""
AHEAD = 1.8
"""By how much the best hit must lead, in log-likelihood, to be the one that was clearly meant."""
NEAR = 5.5
"""A cost up to which a hit may be called clearly meant: a typo or a dropped article, not half of the words."""
LONG, NEAR_LONG = 8, 7.5
"""From so many letters on it may be two typos."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A movie that may have been meant; the score orders hits of one query and says nothing across queries.

    `exact`: it bears just the title that was typed, so it comes before all that do not. `cost`: how far its title is
    from what was typed, in log-likelihood.
    """

    movie_id: int
    score: float
    exact: bool = False
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, the likeliest first. `clear`: the first is certainly meant. `exact`: it bears just this title.

    `good`: the first is near to what was typed.
    """

    hits: tuple[Hit, ...]
    clear: bool
    exact: bool = False
    good: bool = True


@dataclass(frozen=True, slots=True)
class _Candidate:
    movie_id: int
    exact: bool  # the title itself, give or take its article
    cost: float
    score: float


class SearchIndex:
    """Thread-safe; tantivy lets go of the interpreter's lock while it looks."""

    def __init__(self, directory: Path, stamp: str, last: int) -> None:
        self.stamp = stamp
        self.last = last
        """The highest number of a film that it knows."""
        self._fresh = Fresh()
        self._titles = Titles(directory)
        self._grams = Grams(directory / "grams")
        self._people = Grams(directory / "people_grams")

    @classmethod
    def open(cls, directory: Path) -> "SearchIndex | None":
        """The newest build in `directory`; null if there is none, or one that this program cannot use."""
        try:
            return cls.of(directory)
        except (OSError, ValueError, KeyError, TypeError):  # missing or damaged: it can always be built anew
            return None

    @classmethod
    def build(cls, directory: Path, movies: Iterable[IndexedTitle], stamp: str) -> "SearchIndex":
        """Build beside whatever is in use and switch at once."""
        builder = IndexBuilder(directory)
        builder.add(movies)
        builder.finish(stamp)
        return cls.of(directory)

    @classmethod
    def of(cls, directory: Path) -> "SearchIndex":
        """The newest build. Raises what a missing or damaged one raises."""
        return cls(*in_use(directory))

    def add(self, movies: Sequence[IndexedTitle]) -> None:
        """Films that are newer than the build: found at once, and part of the next one."""
        if movies:
            self._fresh.add(movies)
            self.last = max(self.last, *(movie.movie_id for movie in movies))

    @property
    def is_stale(self) -> bool:
        """Whether so many films are newer that a build is due."""
        return len(self._fresh) > MOST

    def search(self, text: str, limit: int = 100) -> SearchResult:
        """At most `limit` movies that `text` may mean: words in any state, a year, an IMDb id or link."""
        query = parse(text)
        if query.imdb_id is not None or query.tmdb_id is not None:
            return self._by_id(query)
        found = self._rank(query)
        hits = tuple(Hit(each.movie_id, each.score, each.exact, each.cost) for each in found[:limit])
        near = NEAR if len(query.words) < LONG else NEAR_LONG
        exact, good = bool(found) and found[0].exact, bool(found) and found[0].cost <= near
        clear = good and _is_clear(found) and (exact or len(query.words) >= SHORT)
        return SearchResult(hits, clear, exact, good)

    def _by_id(self, query: Query) -> SearchResult:
        movie_id = self._titles.by_imdb(query.imdb_id) if query.imdb_id else self._titles.by_tmdb(query.tmdb_id or 0)
        if movie_id is None:
            movie_id = self._fresh.by_id(query.imdb_id, query.tmdb_id)
        hits = () if movie_id is None else (Hit(movie_id, 0.0),)
        return SearchResult(hits, clear=bool(hits), good=bool(hits))

    def _rank(self, query: Query) -> list[_Candidate]:
        best: dict[int, _Candidate] = {}
        for words, year in query.readings:
            for each in self._read(words, year):
                known = best.get(each.movie_id)
                if known is None or (each.exact, each.score) > (known.exact, known.score):
                    best[each.movie_id] = each
        return sorted(best.values(), key=lambda each: (-each.exact, -each.score, each.movie_id))

    def _read(self, words: str, year: int | None) -> list[_Candidate]:
        """Candidates of one reading of the query: with a year, or with the year as a word of the title."""
        query, rows = typed(words), self._titles
        found = []
        candidates = self._grams.candidates(words, CANDIDATES) + self._people.candidates(words, PEOPLE_CANDIDATES)
        for row in candidates:
            paid = people_cost(query, rows.text(row)) if rows.people[row] else cost(query, rows.text(row))
            if paid is None:
                continue
            when = year_bonus(year, rows.year[row] or None)
            found.append(_candidate(rows.movie_id[row], rows.popularity[row], paid, when, year))
        for each in self._fresh:
            paid = people_cost(query, each.text) if each.people else cost(query, each.text)
            if paid is not None:
                movie = each.movie
                found.append(_candidate(movie.movie_id, movie.popularity, paid, year_bonus(year, movie.year), year))
        return found


def _candidate(movie_id: int, popularity: int, paid: float, when: float, year: int | None) -> _Candidate:
    exact = paid <= NO_ARTICLE and (year is None or when == YEAR_RIGHT)
    return _Candidate(movie_id, exact, paid, prior(popularity) - paid + when)


def _is_clear(found: list[_Candidate]) -> bool:
    first, others = found[0], found[1:]
    if first.exact:  # namesakes are for the person to choose from, and so is what is likelier for all its fame
        return all(first.cost < other.cost if other.exact else first.score >= other.score for other in others)
    return not others or first.score - others[0].score >= AHEAD
