"""Films that are newer than the index: few, looked through one by one, until the next build has them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.search.titles import IndexedTitle, rows_of

MOST = 5_000
"""Above so many a build is due."""


@dataclass(frozen=True, slots=True)
class Row:
    """A folded text of a film, or its title and names where `people`."""

    movie: IndexedTitle
    text: str
    people: bool


class Fresh:
    """Added to by one thread and read by others: a list is replaced, never changed."""

    def __init__(self) -> None:
        self._movies: tuple[IndexedTitle, ...] = ()
        self._rows: tuple[Row, ...] = ()

    def __len__(self) -> int:
        return len(self._movies)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def add(self, movies: Sequence[IndexedTitle]) -> None:
        rows = [Row(movie, text, people) for movie in movies for text, people in rows_of(movie)]
        self._movies, self._rows = (*self._movies, *movies), (*self._rows, *rows)

    def by_id(self, imdb_id: str | None, tmdb_id: int | None) -> int | None:
        for movie in self._movies:
            if imdb_id is not None and movie.imdb_id == imdb_id:
                return movie.movie_id
            if tmdb_id is not None and movie.tmdb_id == tmdb_id:
                return movie.movie_id
        return None
