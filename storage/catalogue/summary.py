"""What an import did."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Rows read, and films: new to the catalogue, as they were, changed, removed; rows left out, by reason."""

    source: str
    rows: int
    new: int
    unchanged: int
    changed: int = 0
    removed: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def did_something(self) -> bool:
        return bool(self.new or self.changed or self.removed)
