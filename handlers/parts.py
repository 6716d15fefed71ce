"""How one value is spelled in a button's data; which values a button carries says `callback_data`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


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
