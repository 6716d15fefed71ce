"""Digests: when they come and what they say."""

from dataclasses import dataclass
from datetime import datetime

from storage.values.films import MovieLine


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
    others: tuple[DigestLine, ...] = ()  # instead of the best, where no film was rated by enough people
    most_rated: DigestLine | None = None
    most_argued: DigestLine | None = None
    newcomer: tuple[int, MovieLine] | None = None  # rank in the club's all-time top, movie
    seal: str | None = None  # the fingerprint of the audit trail's newest seal


@dataclass(frozen=True, slots=True)
class ClaimedDigest:
    """A digest that this process, and no other, may post now."""

    week: str
    digest: Digest
    thread_id: int | None
    language: str | None
