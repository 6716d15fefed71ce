"""What storage hands out and takes in: frozen values, free of tables and of Telegram."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Now = Callable[[], datetime]
"""The clock, as an argument: returns an aware UTC instant, so that tests and the demo can move it."""

SYSTEM = 0
"""The actor of changes that no person caused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, where, and by which update. `update_id` is null for work that no update began."""

    person_id: int
    name: str
    chat_id: int
    chat_type: str = "private"
    chat_title: str = ""
    language: str | None = None
    update_id: int | None = None

    @property
    def in_club(self) -> bool:
        return self.chat_type in {"group", "supergroup"}


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
    """A catalogue entry. Countries are ISO 3166 codes, runtime is minutes."""

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


@dataclass(frozen=True, slots=True)
class Voice:
    """Stars that a member of a club gave in that club's chat; a hidden name is empty."""

    name: str
    stars: int


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """A movie in a list. `score` is the one of the list's scope, where enough have rated."""

    id: int
    title: str
    year: int | None
    directors: tuple[str, ...] = ()
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits, best first. `clear` names the one movie that was clearly meant; `exact`: by just its title.

    `likelihood` (by movie id) orders the hits of one query and says nothing across queries.
    """

    query: str
    lines: tuple[MovieLine, ...]
    page: int
    more: bool
    clear: int | None
    exact: bool = False
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change. `actor` is null when the entry's content has been erased, 0 when the program acted."""

    id: int
    at: datetime
    actor: int | None
    chat_id: int | None
    action: str | None
    subject: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    update_id: int | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One of a person's own audit entries, with the movie it speaks of, if any."""

    entry: AuditEntry
    title: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    lines: tuple[HistoryLine, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a person has chosen: whether clubs see their name, and in which clubs they count."""

    name_hidden: bool
    clubs: tuple[tuple[int, str], ...]
    ratings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSetting:
    """When a chat gets its digest: weekday 0 Monday..6 Sunday, local minute of the day, IANA zone, topic."""

    chat_id: int
    enabled: bool = False
    weekday: int = 4
    minute: int = 18 * 60
    zone: str = "UTC"
    thread_id: int | None = None
    next_run_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """A movie in a digest: the week's mean stars, how many rated, the distance of lowest and highest."""

    id: int
    title: str
    year: int | None
    mean: float
    count: int
    spread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A chat's week. Lines are null where nothing qualifies; `films` 0 means there is nothing to say."""

    chat_id: int
    start: datetime
    end: datetime
    zone: str
    films: int
    people: int
    ratings: int
    best: tuple[DigestLine, ...] = ()
    most_rated: DigestLine | None = None
    most_argued: DigestLine | None = None
    newcomer: tuple[int, MovieLine] | None = None  # rank in the club's all-time top, movie


@dataclass(frozen=True, slots=True)
class ClaimedDigest:
    """A digest that this process, and no other, may post now."""

    week: str
    digest: Digest
    thread_id: int | None
    language: str | None


@dataclass(frozen=True, slots=True)
class InboxItem:
    """An update taken from Telegram and not finished. `key` orders: one key's items run one after another."""

    id: int
    update_id: int
    key: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class CatalogueImport:
    """One import that changed the catalogue: `rows` read from the source, `new` of them films not known before."""

    source: str
    rows: int
    new: int
    at: datetime
