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
class Unreadable:
    """A row of a file that cannot be used: its stars, as they stand there, are none, or nothing says of which film."""

    title: str
    stars: str


@dataclass(frozen=True, slots=True)
class RatingFile:
    """What is in a file: the films' ratings, and the rows that were meant to be some."""

    ratings: tuple[Brought, ...]
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognised:
    """A brought rating and the film of the catalogue that it is about; `had`: the stars that it has here."""

    movie_id: int
    brought: Brought
    had: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is brought beside what a person has: films without stars yet, with others, with the same, and unknown.

    `unsure`: several films may be meant, or one whose title or year is a little other.
    """

    new: tuple[Recognised, ...] = ()
    other: tuple[Recognised, ...] = ()
    same: tuple[Recognised, ...] = ()
    unknown: tuple[Brought, ...] = ()
    unsure: tuple[Brought, ...] = ()

    @property
    def total(self) -> int:
        """How many films were brought."""
        return len(self.new) + len(self.other) + len(self.same) + len(self.unknown) + len(self.unsure)
