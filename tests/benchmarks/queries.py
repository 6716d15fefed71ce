"""Queries made from catalogue titles by rule: ten kinds of the ways in which people mistype."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ARTICLES = ("the ", "a ", "an ")


@dataclass(frozen=True, slots=True)
class Film:
    """A catalogue row: every title it is known by, and how famous it is (0..1000)."""

    id: int
    title: str
    year: int | None
    fame: int


Rule = Callable[[Film, random.Random], str | None]
"""Makes a query for a film; null if the film does not suit the rule."""


def exact(film: Film, _: random.Random) -> str:
    return film.title


def half_typed(film: Film, chance: random.Random) -> str | None:
    length = len(film.title)
    return film.title[: chance.randint(max(4, length // 2), length - 1)].strip() if length > 6 else None


def without_marks(film: Film, _: random.Random) -> str | None:
    plain = unicodedata.normalize("NFKD", film.title).encode("ascii", "ignore").decode().upper()
    return plain if plain.lower() != film.title.lower() and len(plain) > 2 else None


def other_order(film: Film, chance: random.Random) -> str | None:
    words = film.title.split()
    if len(words) < 2:
        return None
    chance.shuffle(words)
    return " ".join(words)


def one_typo(film: Film, chance: random.Random) -> str | None:
    return _mistype(film.title, chance) if len(film.title) > 4 else None


def two_typos(film: Film, chance: random.Random) -> str | None:
    return _mistype(_mistype(film.title, chance), chance) if len(film.title) > 8 else None


def no_article(film: Film, _: random.Random) -> str | None:
    lower = film.title.lower()
    return next((lower[len(article) :] for article in ARTICLES if lower.startswith(article)), None)


def with_year(film: Film, _: random.Random) -> str | None:
    return f"{film.title} {film.year}" if film.year else None


def half_typed_with_typo(film: Film, chance: random.Random) -> str | None:
    part = half_typed(film, chance)
    return _mistype(part, chance) if part is not None and len(part) > 7 else None


def joined(film: Film, _: random.Random) -> str | None:
    return film.title.replace(" ", "") if " " in film.title else None


RULES: tuple[Rule, ...] = (
    exact, half_typed, without_marks, other_order, one_typo, two_typos, no_article, with_year,
    half_typed_with_typo, joined,
)  # fmt: skip


def _mistype(text: str, chance: random.Random) -> str:
    """One slip of a finger: a letter left out, doubled, exchanged, or swapped with its neighbour."""
    at = chance.randrange(len(text) - 1)
    return chance.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + chance.choice(LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )


def queries(films: list[Film], rule: Rule, count: int, seed: int) -> list[tuple[str, Film]]:
    """`count` (query, film meant) pairs; well-known films are drawn more often, as in life."""
    chance = random.Random(f"{seed}/{rule.__name__}")
    weights = [10 ** (film.fame / 250) for film in films]
    made: list[tuple[str, Film]] = []
    while len(made) < count:
        for film in chance.choices(films, weights, k=count):
            query = rule(film, chance)
            if query is not None and len(made) < count:
                made.append((query, film))
    return made
