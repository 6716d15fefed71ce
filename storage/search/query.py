"""What people type, taken apart: an id or link, a year, and words."""

import re
from dataclasses import dataclass

from storage.search.fold import fold

LONGEST = 256
"""Characters of a query that are looked at; no title is longer."""

_IMDB = re.compile(r"\b(tt\d{7,10})\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(18[89]\d|19\d\d|20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Query:
    """`words` is folded and without the year; `whole` keeps it, for films such as "2001" and "1917"."""

    whole: str
    words: str
    year: int | None
    imdb_id: str | None


def parse(text: str) -> Query:
    """Never raises; a query of nothing has no words."""
    text = text[:LONGEST]
    whole = fold(text)
    imdb = _IMDB.search(text)
    years = _YEAR.findall(whole)
    year = int(years[-1]) if years else None
    words = whole if year is None else " ".join(_YEAR.sub(" ", whole).split())
    return Query(whole, words or whole, year if words else None, imdb[1].lower() if imdb else None)
