"""What the index costs before anybody searches: to be built, and to be opened."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from storage.search.index import SearchIndex
from storage.search.titles import IndexedTitle, rows_of
from tests.benchmarks.measures import Measure
from tests.benchmarks.queries import Film
from tests.benchmarks.ways import BruteForce


def costs(films: Sequence[Film]) -> list[Measure]:
    """Beside FTS5 of the same rows, and beside the folded titles that rapidfuzz looks through, in a list."""
    size = f"{len(films):,} films"
    titles = [
        IndexedTitle(film.id, (film.title, *film.others), film.year, film.fame, film.imdb_id, people=film.people)
        for film in films
    ]
    with tempfile.TemporaryDirectory() as folder:
        built = _ms(lambda: SearchIndex.build(Path(folder), titles, stamp="bench"))
        fts5 = _ms(lambda: _fts5(titles))
        opened = _ms(lambda: SearchIndex.of(Path(folder)))
    return [
        Measure(f"index of {size} built / FTS5 of the same", built, fts5, 2.2, False, "ms", 20_000),
        Measure("index opened / rapidfuzz's list made", opened, _ms(lambda: BruteForce(films)), 0.5, False, "ms", 100),
    ]


def _fts5(titles: Sequence[IndexedTitle]) -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE t USING fts5(title, fame UNINDEXED, year UNINDEXED, prefix='2 3')")
        rows = ((text, film.popularity, film.year) for film in titles for text, _ in rows_of(film))
        database.executemany("INSERT INTO t (title, fame, year) VALUES (?, ?, ?)", rows)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
