"""Ways of searching the same titles, to be asked beside ours: each takes a query and gives the ids of five films."""

import sqlite3
from collections.abc import Callable, Iterable

from rapidfuzz import fuzz, process

from storage.search.fold import fold
from storage.search.index import SearchIndex
from storage.search.query import parse
from storage.search.rerank import costs, prior, typed, year_bonus
from storage.search.words import NEVER
from tests.benchmarks.queries import Film

Search = Callable[[str], list[int]]
CANDIDATES = 100


class Ours:
    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def __call__(self, query: str) -> list[int]:
        return [hit.movie_id for hit in self._index.search(query, 5).hits]


class Oracle:
    """The same rerank over every title there is: nothing is missed, and nothing is quick."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._all = list(range(len(index._titles.movie_id)))

    def __call__(self, query: str) -> list[int]:
        grams, people = self._index._grams, self._index._people
        kept = grams.candidates, people.candidates
        grams.candidates, people.candidates = lambda *_: self._all, lambda *_: []  # type: ignore[method-assign]
        try:
            return [hit.movie_id for hit in self._index.search(query, 5).hits]
        finally:
            grams.candidates, people.candidates = kept  # type: ignore[method-assign]


class Fts5:
    """SQLite's FTS5 as well as it can be tuned: no marks, half words, any word where all fail, fame, and our rerank."""

    def __init__(self, films: Iterable[Film]) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute("CREATE VIRTUAL TABLE t USING fts5(title, fame UNINDEXED, year UNINDEXED, prefix='2 3')")
        rows = ((film.id, fold(film.title), film.fame, film.year) for film in films)
        self._database.executemany("INSERT INTO t (rowid, title, fame, year) VALUES (?, ?, ?, ?)", rows)

    def __call__(self, query: str) -> list[int]:
        words = parse(query).words.split()
        if not words:
            return []
        quoted = [f'"{word}"' for word in words]
        found = self._match(" ".join(quoted) + "*") or self._match(" OR ".join(quoted))
        return _reranked(query, found)

    def _match(self, words: str) -> list[tuple[int, str, int, int | None]]:
        ranked = "SELECT rowid, title, fame, year FROM t WHERE t MATCH ? ORDER BY bm25(t) - fame / 250.0 LIMIT ?"
        return self._database.execute(ranked, (words, CANDIDATES)).fetchall()


class BruteForce:
    """rapidfuzz over all the titles, then our rerank of the likest."""

    def __init__(self, films: Iterable[Film]) -> None:
        self._films = list(films)
        self._titles = [fold(film.title) for film in self._films]

    def __call__(self, query: str) -> list[int]:
        best = process.extract(parse(query).words, self._titles, scorer=fuzz.ratio, limit=CANDIDATES)
        films = ((title, self._films[at]) for title, _, at in best)
        return _reranked(query, ((film.id, title, film.fame, film.year) for title, film in films))


def _reranked(query: str, found: Iterable[tuple[int, str, int, int | None]]) -> list[int]:
    asked, films = parse(query), list(found)
    scored = [
        (prior(fame) - paid + year_bonus(asked.year, year), film_id)
        for paid, (film_id, _, fame, year) in zip(
            costs(typed(asked.words), [title for _, title, _, _ in films]), films, strict=True
        )
        if paid < NEVER
    ]
    return [film_id for _, film_id in sorted(scored, reverse=True)[:5]]
