"""Ratings that somebody brings from elsewhere."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One rating as another service gave it out: 1..10 stars, the film by its ids or its title, and when (UTC)."""

    stars: int
    title: str = ""
    year: int | None = None
    imdb_id: str | None = None
    tmdb_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A brought rating and the film of the catalogue that it is about."""

    movie_id: int
    brought: Brought


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is brought beside what a person has: films without stars yet, with others, with the same, and unknown."""

    new: tuple[Recognised, ...] = ()
    other: tuple[Recognised, ...] = ()
    same: tuple[Recognised, ...] = ()
    unknown: tuple[Brought, ...] = ()
