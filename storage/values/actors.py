"""Who acts, and the clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    present: bool = True
    """Whether the bot is in the chat. A card sent by inline mode is in one that nobody knows: it counts as private."""
    language: str | None = None
    update_id: int | None = None

    @property
    def in_club(self) -> bool:
        return self.chat_type in {"group", "supergroup"}


@dataclass(frozen=True, slots=True)
class Held:
    """How much is held about a person; `known`: they are in the list of persons at all."""

    known: bool
    ratings: int
    clubs: int
    entries: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """All that is held about a person: rows as they are in the tables, instants aware and in UTC."""

    person_id: int
    at: datetime
    profile: Sequence[Mapping[str, Any]]
    ratings: Sequence[Mapping[str, Any]]
    history: Sequence[Mapping[str, Any]]
    clubs: Sequence[Mapping[str, Any]]
    digest: Sequence[Mapping[str, Any]]
    digests: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    updates: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a person has chosen: whether clubs see their name, and in which clubs they count.

    `known`: they are in the list of persons at all.
    """

    name_hidden: bool
    clubs: tuple[tuple[int, str], ...]
    ratings: int
    known: bool = True
