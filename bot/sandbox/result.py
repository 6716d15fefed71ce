"""A result that comes with words."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Described:
    """`description` stands beside `result` in the answer."""

    result: Any
    description: str
