"""Every shape a button can carry. Anybody can forge one, so decoding refuses whatever no button of ours would say.

A button carries the state to reach ("eight stars"), never a toggle, and nothing that the process has to remember: it
works after a restart and after a year. Telegram allows 64 bytes.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from telegram import Update

from handlers.refusals import StaleButton
from storage.values import MyOrder, Period

LARGEST_PAGE = 999
QUERY_BYTES = 54
"""What is left of 64 bytes for the words of a search."""

_ID = r"([1-9][0-9]{0,17})"
_PAGE = r"([0-9]{1,3})"


def _match(pattern: re.Pattern[str], data: object) -> re.Match[str]:
    found = pattern.fullmatch(data) if isinstance(data, str) else None
    if found is None:
        raise StaleButton(data)
    return found


@dataclass(frozen=True, slots=True)
class OpenCard:
    """Show a movie's card in place of the message, "c:<movie>", or below it, "n:<movie>", where that must stay."""

    PATTERN: ClassVar = re.compile(rf"([cn]):{_ID}", re.ASCII)
    movie_id: int
    below: bool = False

    def encode(self) -> str:
        return f"{'n' if self.below else 'c'}:{self.movie_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[2]), found[1] == "n")


@dataclass(frozen=True, slots=True)
class Rate:
    """Give a movie stars: "r:<movie>:<stars>"; stars 0 take one's rating back."""

    PATTERN: ClassVar = re.compile(rf"r:{_ID}:(10|[0-9])", re.ASCII)
    movie_id: int
    stars: int

    def encode(self) -> str:
        return f"r:{self.movie_id}:{self.stars}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Undo:
    """Bring one person's former stars back: "u:<movie>:<stars>:<person>"; stars 0: there were none."""

    PATTERN: ClassVar = re.compile(rf"u:{_ID}:(10|[0-9]):{_ID}", re.ASCII)
    movie_id: int
    stars: int
    person_id: int

    def encode(self) -> str:
        return f"u:{self.movie_id}:{self.stars}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class Suggest:
    """In the round of well-known films: stars (0: haven't seen), then the next: "q:<movie>:<stars>:<person>"."""

    PATTERN: ClassVar = re.compile(rf"q:{_ID}:(10|[0-9]):{_ID}", re.ASCII)
    movie_id: int
    stars: int
    person_id: int

    def encode(self) -> str:
        return f"q:{self.movie_id}:{self.stars}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class Search:
    """A page of a search: "s:<page>:<query>"."""

    PATTERN: ClassVar = re.compile(rf"s:{_PAGE}:(.+)", re.ASCII | re.DOTALL)
    page: int
    query: str

    def encode(self) -> str:
        return f"s:{self.page}:{self.query}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), found[2])


def fit_query(text: str) -> str:
    """A query as a button can carry it: single spaces, cut at a whole character."""
    return " ".join(text.split()).encode()[:QUERY_BYTES].decode(errors="ignore").strip()


@dataclass(frozen=True, slots=True)
class My:
    """A page of one person's ratings: "m:<newest|best>:<page>:<person>"."""

    PATTERN: ClassVar = re.compile(rf"m:(newest|best):{_PAGE}:{_ID}", re.ASCII)
    order: MyOrder
    page: int
    person_id: int

    def encode(self) -> str:
        return f"m:{self.order}:{self.page}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(MyOrder(found[1]), int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class MyMovie:
    """One of a person's own ratings, opened from their list: "o:<movie>:<newest|best>:<page>:<person>"."""

    PATTERN: ClassVar = re.compile(rf"o:{_ID}:(newest|best):{_PAGE}:{_ID}", re.ASCII)
    movie_id: int
    order: MyOrder
    page: int
    person_id: int

    def encode(self) -> str:
        return f"o:{self.movie_id}:{self.order}:{self.page}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), MyOrder(found[2]), int(found[3]), int(found[4]))


@dataclass(frozen=True, slots=True)
class History:
    """A page of one person's history: "h:<page>:<person>"."""

    PATTERN: ClassVar = re.compile(rf"h:{_PAGE}:{_ID}", re.ASCII)
    page: int
    person_id: int

    def encode(self) -> str:
        return f"h:{self.page}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Top:
    """A top list: "t:<here|all>:<period>:<genre>:<decade>:<page>"; empty genre and decade: any."""

    PATTERN: ClassVar = re.compile(
        rf"t:(here|all):(week|month|year|all):([^:]{{0,24}}):((?:18|19|20)[0-9]0)?:{_PAGE}", re.ASCII
    )
    here: bool
    period: Period = Period.ALL
    genre: str | None = None
    decade: int | None = None
    page: int = 0

    def encode(self) -> str:
        return f"t:{'here' if self.here else 'all'}:{self.period}:{self.genre or ''}:{self.decade or ''}:{self.page}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        decade = int(found[4]) if found[4] else None
        return cls(found[1] == "here", Period(found[2]), found[3] or None, decade, int(found[5]))


@dataclass(frozen=True, slots=True)
class TopChoice:
    """Choose a genre ("g") or a decade ("d") for a top list: "k<g|d>" before the list's own data."""

    PATTERN: ClassVar = re.compile(r"k([gd])(t:.+)", re.ASCII)
    what: str
    top: Top

    def encode(self) -> str:
        return f"k{self.what}{self.top.encode()}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(found[1], Top.decode(found[2]))


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest setting to reach, or a question to show: "d:<what>:<value>"."""

    PATTERN: ClassVar = re.compile(r"d:(show|on|weekday|minute|region|zone|topic):([A-Za-z0-9_/+-]{0,40})", re.ASCII)
    what: str
    value: str = ""

    def encode(self) -> str:
        return f"d:{self.what}:{self.value}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(found[1], found[2])

    @property
    def number(self) -> int:
        """The value as a number. Raises StaleButton."""
        if not self.value.isdecimal() or len(self.value) > 18:
            raise StaleButton(self.encode())
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Show or hide one's name, or leave a club: "p:<show|hide|leave>:<chat>:<person>"."""

    PATTERN: ClassVar = re.compile(rf"p:(show|hide|leave):(-?[0-9]{{1,16}}):{_ID}", re.ASCII)
    what: str
    chat_id: int
    person_id: int

    def encode(self) -> str:
        return f"p:{self.what}:{self.chat_id}:{self.person_id}"

    @classmethod
    def decode(cls, data: object) -> Self:
        found = _match(cls.PATTERN, data)
        return cls(found[1], int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class Page:
    """A page that needs nothing else, such as the help: "x:<name>"."""

    PATTERN: ClassVar = re.compile(r"x:(help|rate|top|week|my)", re.ASCII)
    name: str

    def encode(self) -> str:
        return f"x:{self.name}"

    @classmethod
    def decode(cls, data: object) -> Self:
        return cls(_match(cls.PATTERN, data)[1])


def data_of(update: Update) -> object:
    """What the pressed button carries; null for a game's button, or a forged one."""
    return update.callback_query.data if update.callback_query else None
