"""The search index: candidates by shared 3-grams, the decision by our own rerank.

A build is a folder of its own beside the one in use and never changed afterwards; `current` names the newest.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from storage.search.build import IndexBuilder, in_use
from storage.search.certainty import Candidate, is_clear, is_good, is_numbered
from storage.search.fold import fold
from storage.search.fresh import MOST, Fresh
from storage.search.grams import Grams
from storage.search.query import LONGEST, Query, parse
from storage.search.rerank import (
    OTHER_ARTICLE,
    PEOPLE,
    YEAR_ALONE,
    YEAR_RIGHT,
    is_alike,
    prior,
    row_costs,
    typed,
    without_article,
    year_bonus,
)
from storage.search.spelling import in_short
from storage.search.titles import IndexedTitle, Titles
from storage.search.words import NEVER

__all__ = ["Hit", "IndexedTitle", "SearchIndex", "SearchResult"]

CANDIDATES, PEOPLE_CANDIDATES = 100, 60
FAR = 9.0
"""A cost from which on a word is more likely to be of no title at all than all of them of that one."""
MOST_WORDS = 8
YEARS_BEST = 300


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

    `good`: the first is near to what was typed. `numbered`: the numbers that were typed may be a title's.
    """

    hits: tuple[Hit, ...]
    clear: bool
    exact: bool = False
    good: bool = True
    numbered: bool = False


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
        found = self._rank(query.readings, query.year)
        if not found or found[0].cost > FAR:
            found = _in_order([*found, *self._without_a_word(query)])
        if query.only_year is not None:
            found = _in_order([*found, *self._of_year(query.only_year)])
        hits = tuple(Hit(each.movie_id, each.score, each.exact, each.cost) for each in found[:limit])
        exact = bool(found) and found[0].exact
        return SearchResult(
            hits, is_clear(query, found), exact, is_good(query, found), is_numbered(query, found[:limit])
        )

    def named(self, title: str, years: Sequence[int]) -> int | None:
        """The best-known movie of just this title, give or take its article, and the first year that has one."""
        words = fold(title[:LONGEST])
        wanted = {words, in_short(words)}
        bare = {without_article(each) for each in wanted}
        rows = self._titles
        found = [
            (rows.year[row], rows.popularity[row], rows.movie_id[row])
            for each in wanted
            for row in self._grams.candidates(each, CANDIDATES)
            if without_article(rows.text(row)) in bare
        ]
        fresh = (each.movie for each in self._fresh if not each.people and without_article(each.text) in bare)
        found += [(movie.year or 0, movie.popularity, movie.movie_id) for movie in fresh]
        for year in years:
            here = [(fame, movie_id) for of, fame, movie_id in found if of == year]
            if here:
                return max(here)[1]
        return None

    def has_like(self, title: str, years: Container[int] | None) -> bool:
        """Whether there is a film of that title or nearly so, and of one of the years where they are known."""
        words = fold(title[:LONGEST])
        query, rows = typed(words), self._titles
        near = ((rows.year[row], rows.text(row)) for row in self._grams.candidates(words, CANDIDATES))
        fresh = ((each.movie.year or 0, each.text) for each in self._fresh if not each.people)
        texts = (text for year, text in chain(near, fresh) if years is None or year in years)
        return any(is_alike(query, text) for text in texts)

    def _by_id(self, query: Query) -> SearchResult:
        movie_id = self._titles.by_imdb(query.imdb_id) if query.imdb_id else self._titles.by_tmdb(query.tmdb_id or 0)
        if movie_id is None:
            movie_id = self._fresh.by_id(query.imdb_id, query.tmdb_id)
        hits = () if movie_id is None else (Hit(movie_id, 0.0),)
        return SearchResult(hits, clear=bool(hits), good=bool(hits))

    def _rank(self, readings: Iterable[tuple[str, int | None]], typed_year: int | None) -> list[Candidate]:
        """Readings without the year that was typed have it as a word."""
        number = "" if typed_year is None else str(typed_year)
        return _in_order(
            each for words, year in readings for each in self._read(words, year, number if year is None else "")
        )

    def _without_a_word(self, query: Query) -> list[Candidate]:
        """Titles that all words but one lead to, without a typo, where all of them lead nowhere: "dune xyzzy"."""
        words = query.words.split()
        if not 1 < len(words) <= MOST_WORDS:
            return []
        shorter = ((*words[:at], *words[at + 1 :]) for at in range(len(words)))
        readings = [(" ".join(each), query.year) for each in shorter if any(len(word) > 3 for word in each)]
        near = (each for each in self._rank(readings, query.year) if each.cost < PEOPLE)
        return [replace(each, exact=False, cost=each.cost + FAR, score=each.score - FAR) for each in near]

    def _of_year(self, year: int) -> list[Candidate]:
        """Its best-known films, behind those that bear the year as their title."""
        rows = self._titles
        known = [(rows.movie_id[row], rows.popularity[row]) for row in rows.of_year(year, YEARS_BEST)]
        known += [(each.movie.movie_id, each.movie.popularity) for each in self._fresh if each.movie.year == year]
        return [_candidate(movie_id, popularity, "", YEAR_ALONE, 0.0, None) for movie_id, popularity in known]

    def _read(self, words: str, year: int | None, number: str) -> Iterator[Candidate]:
        """Candidates of one reading of the query: with a year, or with the year as a word of the title."""
        rows, fresh = self._titles, list(self._fresh)
        found = self._grams.candidates(words, CANDIDATES, number)
        found += self._people.candidates(words, PEOPLE_CANDIDATES, number)
        texts = [*map(rows.text, found), *(each.text for each in fresh)]
        people = [*map(bool, map(rows.people.__getitem__, found)), *(each.people for each in fresh)]
        for at, paid in enumerate(row_costs(typed(words), texts, people)):
            if paid == NEVER:
                continue
            if at < len(found):
                row = found[at]
                movie_id, popularity, of = rows.movie_id[row], rows.popularity[row], rows.year[row] or None
            else:
                movie = fresh[at - len(found)].movie
                movie_id, popularity, of = movie.movie_id, movie.popularity, movie.year
            yield _candidate(movie_id, popularity, texts[at], paid, year_bonus(year, of), year)


def _in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The likeliest first, each movie once."""
    best: dict[int, Candidate] = {}
    for each in candidates:
        known = best.get(each.movie_id)
        if known is None or (each.exact, each.score) > (known.exact, known.score):
            best[each.movie_id] = each
    return sorted(best.values(), key=lambda each: (-each.exact, -each.score, each.movie_id))


def _candidate(movie_id: int, popularity: int, text: str, paid: float, when: float, year: int | None) -> Candidate:
    exact = paid <= OTHER_ARTICLE and (year is None or when == YEAR_RIGHT)
    return Candidate(movie_id, exact, paid, prior(popularity) - paid + when, text)
