"""Who acts, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Privacy:
    """What a person has chosen: whether clubs see their name, and in which clubs they count."""

    name_hidden: bool
    clubs: tuple[tuple[int, str], ...]
    ratings: int
