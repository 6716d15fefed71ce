"""How a button's data is spelled: a letter and its parts, "r:17:8". Which shapes there are says `callback_data`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Self

from handlers.refusals import StaleButton


@dataclass(frozen=True, slots=True)
class Part:
    """How one value is spelled in a button: what may stand there, and the way in and out."""

    pattern: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str


def optional(kind: Part) -> Part:
    """The same, or nothing for null."""
    return Part(
        f"(?:{kind.pattern})?",
        lambda text: kind.read(text) if text else None,
        lambda value: "" if value is None else kind.write(value),
    )


def flag(yes: str, no: str) -> Part:
    return Part(f"{yes}|{no}", lambda text: text == yes, lambda value: yes if value else no)


def part(kind: Part, **also: Any) -> Any:
    """A dataclass field that is spelled in that way."""
    return field(metadata={"part": kind}, **also)


class Shape:
    """A frozen dataclass whose fields are parts; `LETTER` tells the shapes apart."""

    LETTER: ClassVar[str]

    @classmethod
    @cache
    def pattern(cls) -> re.Pattern[str]:
        """What the whole of such a button's data matches. Digits are ASCII only."""
        patterns = (f"({each.pattern})" for each in cls.parts().values())
        return re.compile(":".join([cls.LETTER, *patterns]), re.ASCII)

    @classmethod
    @cache
    def parts(cls) -> dict[str, Part]:
        """By the names of the fields."""
        return {each.name: each.metadata["part"] for each in fields(cls)}  # type: ignore[arg-type]

    def encode(self) -> str:
        return ":".join([self.LETTER, *[kind.write(getattr(self, name)) for name, kind in self.parts().items()]])

    @classmethod
    def decode(cls, data: object) -> Self:
        """Raises StaleButton."""
        found = cls.pattern().fullmatch(data) if isinstance(data, str) else None
        if found is None:
            raise StaleButton(data)
        values = zip(cls.parts().items(), found.groups(), strict=True)
        return cls(**{name: kind.read(text) for (name, kind), text in values})
