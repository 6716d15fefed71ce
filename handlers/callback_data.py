"""Every shape a button can carry. Anybody can forge one, so decoding refuses whatever no button of ours would say.

A button carries the state to reach ("eight stars"), never a toggle, and nothing that the process has to remember: it
works after a restart and after a year. Telegram allows 64 bytes. `parts` has how they are spelled.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from telegram import Update

from handlers.parts import Part, Shape, flag, optional, part
from handlers.refusals import StaleButton
from storage.values import AuditFilter, MyOrder, Period

LARGEST_PAGE = 999
QUERY_BYTES = 54
"""What is left of 64 bytes for the words of a search."""
ASKED_QUERY_BYTES = 36
"""The same beside stars and who gives them."""
HIT_QUERY_BYTES = 39
"""The same beside a movie."""
STAR_QUERY_BYTES = 34
"""The same beside a movie and stars."""
CUT = "…"
AUTO = "auto"

ID = Part("[1-9][0-9]{0,17}", int)
CHAT = Part("-?[0-9]{1,16}", int)
STARS = Part("10|[0-9]", int)
PAGE = Part("[0-9]{1,3}", int)
ORDER = Part("|".join(MyOrder), MyOrder)
PERIOD = Part("|".join(Period), Period)
GENRE = optional(Part(r"[ -9;-~]{1,24}|[ -9;-~\u0080-\u07ff]{1,12}|[^:\x00-\x1f]{1,6}"))
"""At most 24 bytes in any script. A genre that is longer can be shown and not be chosen."""
DECADE = optional(Part("(?:18|19|20)[0-9]0", int))


def is_genre(name: str) -> bool:
    """Whether a button can carry it."""
    return bool(name) and re.fullmatch(GENRE.pattern, name) is not None


def data_of(update: Update) -> object:
    """What the pressed button carries; null for a game's button, or a forged one."""
    return update.callback_query.data if update.callback_query else None


@dataclass(frozen=True, slots=True)
class OpenCard(Shape):
    """Show a movie's card in place of the message, or below it where the message must stay."""

    LETTER: ClassVar[str] = "c"
    movie_id: int = part(ID)
    below: bool = part(flag("1", "0"), default=False)


@dataclass(frozen=True, slots=True)
class Rate(Shape):
    """Give a movie stars; 0 takes one's rating back."""

    LETTER: ClassVar[str] = "r"
    movie_id: int = part(ID)
    stars: int = part(STARS)


@dataclass(frozen=True, slots=True)
class Undo(Shape):
    """Bring one person's former stars back; 0: there were none."""

    LETTER: ClassVar[str] = "u"
    movie_id: int = part(ID)
    stars: int = part(STARS)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Suggest(Shape):
    """In the round of well-known films: stars (0: haven't seen) for this one, then the next."""

    LETTER: ClassVar[str] = "q"
    movie_id: int = part(ID)
    stars: int = part(STARS)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Search(Shape):
    """A page of a search."""

    LETTER: ClassVar[str] = "s"
    page: int = part(PAGE)
    query: str = part(Part(r"[\s\S]+"))


def fit_query(text: str, most: int = QUERY_BYTES) -> str:
    """A query as a button can carry it: single spaces; one that is cut ends in "…", which means nothing to a search."""
    words = " ".join(text.split())
    if len(words.encode()) <= most:
        return words
    return words.encode()[: most - len(CUT.encode())].decode(errors="ignore").rstrip() + CUT


@dataclass(frozen=True, slots=True)
class Hit(Shape):
    """A movie's card in place of that page of a search, with the way back to it."""

    LETTER: ClassVar[str] = "b"
    movie_id: int = part(ID)
    page: int = part(PAGE)
    query: str = part(Part(r"[\s\S]+"))


@dataclass(frozen=True, slots=True)
class SearchToRate(Shape):
    """A page of a search whose hits await one person's stars."""

    LETTER: ClassVar[str] = "w"
    stars: int = part(STARS)
    person_id: int = part(ID)
    page: int = part(PAGE)
    query: str = part(Part(r"[\s\S]+"))


@dataclass(frozen=True, slots=True)
class Give(Shape):
    """A hit that gets the stars which one person asked for; anybody else's press opens its card."""

    LETTER: ClassVar[str] = "g"
    movie_id: int = part(ID)
    stars: int = part(STARS)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class My(Shape):
    """A page of one person's ratings."""

    LETTER: ClassVar[str] = "m"
    order: MyOrder = part(ORDER)
    page: int = part(PAGE)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class MyMovie(Shape):
    """One of a person's own ratings, opened from that page of their list."""

    LETTER: ClassVar[str] = "o"
    movie_id: int = part(ID)
    order: MyOrder = part(ORDER)
    page: int = part(PAGE)
    person_id: int = part(ID)


Back = Search | My
"""The list that a card came from."""


def _back(text: str) -> Back:
    return Search.decode(text) if text.startswith(Search.LETTER) else My.decode(text)


@dataclass(frozen=True, slots=True)
class RateFrom(Shape):
    """The same on a card that came from a list, with the way back to it."""

    LETTER: ClassVar[str] = "v"
    movie_id: int = part(ID)
    stars: int = part(STARS)
    back: Back = part(Part(r"[sm]:[\s\S]+", _back, lambda back: back.encode()))


@dataclass(frozen=True, slots=True)
class History(Shape):
    """A page of one person's history."""

    LETTER: ClassVar[str] = "h"
    page: int = part(PAGE)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Top(Shape):
    """A top list: this club's or everyone's; null genre and decade: any."""

    LETTER: ClassVar[str] = "t"
    here: bool = part(flag("here", "all"))
    period: Period = part(PERIOD, default=Period.ALL)
    genre: str | None = part(GENRE, default=None)
    decade: int | None = part(DECADE, default=None)
    page: int = part(PAGE, default=0)


@dataclass(frozen=True, slots=True)
class TopChoice(Shape):
    """Choose a genre ("g") or a decade ("d") for a top list."""

    LETTER: ClassVar[str] = "k"
    what: str = part(Part("[gd]"))
    top: Top = part(Part("t:.+", Top.decode, Top.encode))


@dataclass(frozen=True, slots=True)
class Digest(Shape):
    """A digest setting to reach, or a choice to show."""

    LETTER: ClassVar[str] = "d"
    what: str = part(Part("show|on|weekday|minute|region|zone|topic"))
    value: str = part(Part("[A-Za-z0-9_/+-]{0,40}"), default="")

    @property
    def number(self) -> int:
        """The value as a number. Raises StaleButton."""
        if not self.value.isdecimal() or len(self.value) > 18:
            raise StaleButton(self.encode())
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Language(Shape):
    """The language to speak in this chat; "auto": whichever one's Telegram speaks."""

    LETTER: ClassVar[str] = "l"
    tag: str = part(Part(f"{AUTO}|[a-z]{{2,3}}"))


@dataclass(frozen=True, slots=True)
class Privacy(Shape):
    """Show or hide one's name, or leave a club."""

    LETTER: ClassVar[str] = "p"
    what: str = part(Part("show|hide|leave"))
    chat_id: int = part(CHAT)
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Forget(Shape):
    """Erase a person, or do not; asked at that minute (since 1970)."""

    LETTER: ClassVar[str] = "f"
    what: str = part(Part("erase|keep"))
    minute: int = part(Part("[0-9]{1,10}", int))
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Import(Shape):
    """Take the ratings of the file that this answers to: of films without stars ("new"), of others too, or none."""

    LETTER: ClassVar[str] = "i"
    what: str = part(Part("new|all|none"))
    person_id: int = part(ID)


@dataclass(frozen=True, slots=True)
class Audit(Shape):
    """A page of the audit trail: what is older than an entry (0: the newest), filtered."""

    LETTER: ClassVar[str] = "a"
    before: int = part(Part("[0-9]{1,18}", int))
    person_id: int | None = part(optional(Part("[0-9]{1,16}", int)))
    movie_id: int | None = part(optional(ID))
    day: int | None = part(optional(Part("[12][0-9]{7}", int)))

    @classmethod
    def of(cls, wanted: AuditFilter, before: int | None) -> Self:
        day = int(f"{wanted.day:%Y%m%d}") if wanted.day else None
        return cls(before or 0, wanted.person_id, wanted.movie_id, day)

    @property
    def wanted(self) -> AuditFilter:
        """Raises StaleButton for a day that there is not."""
        try:
            day = datetime.strptime(str(self.day), "%Y%m%d").date() if self.day else None  # noqa: DTZ007
        except ValueError:
            raise StaleButton(self.encode()) from None
        return AuditFilter(self.person_id, self.movie_id, day)


@dataclass(frozen=True, slots=True)
class Page(Shape):
    """A page that needs nothing else, such as the help."""

    LETTER: ClassVar[str] = "x"
    name: str = part(Part("help|rate|top|week|my|lang|digest|privacy"))
