"""Films, ratings and lists as they are shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from unicodedata import category

PAGE = 10
"""Lines on a page, in every list; their numbers go on from page to page."""


class Source(StrEnum):
    """How a rating was made; imported ones do not count as rated this week."""

    BUTTON = "button"
    COMMAND = "command"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Score:
    """The ratings of one movie in one scope: how many, their sum, and the sort key of top lists."""

    count: int
    total: int
    weighted: float

    @property
    def mean(self) -> float:
        return self.total / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """A catalogue entry. Countries are ISO 3166 codes, runtime is minutes, a poster is an address.

    IMDb's score is in stars, its votes are how many gave them.
    """

    id: int
    title: str
    original_title: str | None = None
    year: int | None = None
    runtime: int | None = None
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    imdb_id: str | None = None
    imdb_score: float | None = None
    imdb_votes: int | None = None
    poster: str | None = None
    overview: str | None = None


MOST_VOTES = 3_000_000


def popularity_of(votes: int) -> int:
    """Votes as fame, 0..1000: a logarithm, so that each step means as many times more people."""
    return min(1000, round(1000 * math.log1p(votes) / math.log1p(MOST_VOTES)))


LONGEST_TITLE = 500
UNFIT = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's control characters, halves of characters, and ends of lines and paragraphs."""


def is_title(text: str) -> bool:
    """Whether a film can be called that: something to be seen, in one line."""
    return bool(text.strip()) and len(text) <= LONGEST_TITLE and UNFIT.isdisjoint(map(category, text))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFilm:
    """A film to be added; popularity is 0..1000."""

    title: str
    year: int | None = None
    original_title: str | None = None
    other_titles: tuple[str, ...] = ()
    runtime: int | None = None
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    imdb_id: str | None = None
    tmdb_id: int | None = None
    popularity: int = 100
    poster: str | None = None
    overview: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Stars that a member of a club gave in that club's chat; a hidden name is empty."""

    name: str
    stars: int


@dataclass(frozen=True, slots=True)
class Card:
    """Everything one message about a movie shows. `here` is the club's score: null in a private chat."""

    movie: Movie
    everyone: Score | None
    here: Score | None
    my_stars: int | None
    voices: tuple[Voice, ...] = ()


@dataclass(frozen=True, slots=True)
class Rated:
    """The outcome of a rating: the card as it is now, and what the person's stars were and are."""

    card: Card
    before: int | None
    after: int | None

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieLine:
    """A movie in a list. `score` is the one of the list's scope: null where nobody has rated it."""

    id: int
    title: str
    year: int | None
    directors: tuple[str, ...] = ()
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits, best first. `clear` names the one movie that was clearly meant; `exact`: by just its title.

    `good`: the best hit is near to what was typed, not just alike in parts. `numbered`: the numbers that were typed
    may be a title's. `likelihood` (by movie id) orders the hits of one query and says nothing across queries.
    """

    query: str
    lines: tuple[MovieLine, ...]
    page: int
    more: bool
    clear: int | None
    exact: bool = False
    good: bool = True
    numbered: bool = False
    likelihood: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MyRating:
    line: MovieLine
    stars: int
    rated_at: datetime


class MyOrder(StrEnum):
    NEWEST = "newest"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class MyPage:
    """One person's ratings. `total` counts all of them, `mean` is null without any."""

    ratings: tuple[MyRating, ...]
    order: MyOrder
    page: int
    total: int
    mean: float | None
    more: bool


class Period(StrEnum):
    """Which ratings a top list counts, by when they were last changed."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopQuery:
    """A top list: `scope` is 0 for everyone or a chat id; `decade` its first year."""

    scope: int
    period: Period = Period.ALL
    genre: str | None = None
    decade: int | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class TopPage:
    """Lines by weighted rating, then count, then title; a film needs `minimum` ratings to be listed."""

    query: TopQuery
    lines: tuple[MovieLine, ...]
    more: bool
    minimum: int


@dataclass(frozen=True, slots=True)
class CatalogueImport:
    """One import that changed the catalogue: `rows` read from the source, `new` of them films not known before."""

    source: str
    rows: int
    new: int
    at: datetime
