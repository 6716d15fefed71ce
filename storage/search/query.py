"""What people type, taken apart: an id or link, a year, and words."""

import re
from dataclasses import dataclass

from storage.search.fold import fold
from storage.search.spelling import in_short

LONGEST = 256
"""Characters of a query that are looked at; no title is longer."""

_IMDB = re.compile(r"\b(tt\d{7,10})\b", re.IGNORECASE)
_TMDB = re.compile(r"(?:themoviedb\.org/movie/|\btmdb[ :]?)(\d{1,9})\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(18[89]\d|19\d\d|20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """`words` is folded and without the year; `whole` keeps it, for films such as "2001" and "1917".

    `readings` are (words, year) as it may be meant: with the year or as a title of its own, also in the short spelling.
    """

    whole: str
    words: str
    year: int | None
    imdb_id: str | None
    tmdb_id: int | None = None

    @property
    def only_year(self) -> int | None:
        """The year, if nothing else was typed; it may be a title all the same."""
        return int(self.whole) if _YEAR.fullmatch(self.whole) else None

    @property
    def readings(self) -> list[tuple[str, int | None]]:
        meant = [(self.words, self.year)] + ([(self.whole, None)] if self.year is not None else [])
        short = [(in_short(words), year) for words, year in meant]
        return list(dict.fromkeys([*meant, *short]))


def parse(text: str) -> Query:
    """Never raises; a query of nothing has no words."""
    text = text[:LONGEST]
    whole = fold(text)
    imdb = _IMDB.search(text)
    years = _YEAR.findall(whole)
    year = int(years[-1]) if years else None
    words = whole if year is None else " ".join(_YEAR.sub(" ", whole).split())
    tmdb = _TMDB.search(text)
    ids = imdb[1].lower() if imdb else None, int(tmdb[1]) if tmdb else None
    return Query(whole, words or whole, year if words else None, *ids)
