"""What the presses of a run must come to: computed from their order alone, knowing nothing of the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.plan import CLUBS, Step

Key = tuple[int, int]
"""A person and a film."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry of a rating."""

    update_id: int
    action: str
    before: Json | None
    after: Json | None


@dataclass(slots=True)
class Expected:
    """`ratings` are stars and the chat where they are shown; `trail` what led there, in order."""

    ratings: dict[Key, tuple[int, int]] = field(default_factory=dict)
    trail: dict[Key, list[Entry]] = field(default_factory=dict)

    def press(self, update_id: int, step: Step) -> None:
        stars = _stars_of(step)
        if stars is None:
            return
        key = step.person, step.film
        before, shown_in = self.ratings.get(key, (0, 0))
        if stars != before:
            self._note(key, Entry(update_id, _action(before, stars), _json(before), _json(stars)))
            self.ratings[key] = (stars, step.chat)
        elif stars and step.chat in CLUBS and step.chat != shown_in:
            self._note(key, Entry(update_id, "rating.share", {"chat": shown_in}, {"chat": step.chat}))
            self.ratings[key] = (stars, step.chat)
        if not stars:
            self.ratings.pop(key, None)

    def _note(self, key: Key, entry: Entry) -> None:
        self.trail.setdefault(key, []).append(entry)


def expected(steps: Iterable[tuple[int, Step]]) -> Expected:
    """From steps and the numbers of their updates, in any order."""
    found = Expected()
    for update_id, step in sorted(steps, key=lambda each: each[0]):
        if step.is_press:
            found.press(update_id, step)
    return found


def _stars_of(step: Step) -> int | None:
    """The stars that a press asks for, 0 to take them back; null for an undo that is somebody else's."""
    letter, _film, stars, *owner = step.text.split(":")
    return None if letter == "u" and int(owner[0]) != step.person else int(stars)


def _action(before: int, after: int) -> str:
    if not before:
        return "rating.create"
    return "rating.update" if after else "rating.delete"


def _json(stars: int) -> Json | None:
    return {"stars": stars} if stars else None
