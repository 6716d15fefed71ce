"""Queries made from the catalogue by rule: the ways in which people mistype, and what they know of a film instead."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ARTICLES = ("the ", "a ", "an ")


@dataclass(frozen=True, slots=True)
class Film:
    """A catalogue row; `fame` is 0..1000, `people` begin with the directors, `others` are titles elsewhere."""

    id: int
    title: str
    year: int | None
    fame: int
    imdb_id: str | None = None
    people: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


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


def spelt_number(film: Film, _: random.Random) -> str | None:
    """Roman numerals and words for digits, and the other way round."""
    words = film.title.lower().split()
    turned = [SPELT.get(word, word) for word in words]
    return " ".join(turned) if turned != words and len(words) > 1 else None


def other_title(film: Film, chance: random.Random) -> str | None:
    titles = [title for title in film.others if title.lower() != film.title.lower() and len(title) > 3]
    return chance.choice(titles) if titles else None


def director_and_year(film: Film, _: random.Random) -> str | None:
    return f"{film.people[0].split()[-1]} {film.year}" if film.people and film.year else None


def title_and_person(film: Film, chance: random.Random) -> str | None:
    if not film.people:
        return None
    return f"{_mistype(film.title, chance) if len(film.title) > 6 else film.title} {film.people[0].split()[-1]}"


def link(film: Film, _: random.Random) -> str | None:
    return f"https://m.imdb.com/title/{film.imdb_id}/?ref_=x" if film.imdb_id else None


MISTYPED: tuple[Rule, ...] = (
    exact, half_typed, without_marks, other_order, one_typo, two_typos, no_article, with_year,
    half_typed_with_typo, joined,
)  # fmt: skip
"""Kinds that a title alone is enough for, as every way of searching knows them."""
KNOWN: tuple[Rule, ...] = (spelt_number, other_title, director_and_year, title_and_person, link)
SPELT = {
    "ii": "2", "iii": "3", "iv": "4", "v": "5", "2": "ii", "3": "iii", "4": "iv", "twelve": "12", "seven": "7",
    "two": "2", "three": "3", "four": "4", "12": "twelve", "&": "and", "and": "&",
}  # fmt: skip


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
