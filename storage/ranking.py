"""The weighted rating: one formula for numbers and for SQL columns."""

from dataclasses import dataclass
from typing import Any

from storage.models import EVERYONE


@dataclass(frozen=True, slots=True)
class Prior:
    """`count` imaginary ratings at `mean` stars that every movie starts with; lists show it from `minimum` ratings."""

    count: int
    mean: float
    minimum: int

    def weighted(self, total: Any, count: Any) -> Any:
        """Pull a mean toward the prior's while there are few ratings.

        `total` adds up `count` ratings of 1..10 stars. Returns unrounded stars, 1.0..10.0; SQL columns work as
        well as numbers, so that lists are sorted by the same formula. Source: the "true Bayesian estimate" that
        IMDb published for its Top 250.
        """
        return (total + self.count * self.mean) / (count + self.count)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The priors of the two kinds of scope."""

    everyone: Prior
    club: Prior

    def of(self, scope: int) -> Prior:
        return self.everyone if scope == EVERYONE else self.club
