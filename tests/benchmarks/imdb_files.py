"""Files in IMDb's own format, as large as one likes: the films that are really there, and invented ones beside them.

IMDb's files themselves may not be passed on. The invented titles are made of words of real ones, so that they crowd the
index as the real ones do: many share words, few are well known.
"""

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STARTER = Path(__file__).parents[2] / "storage" / "catalogue" / "starter_catalogue.tsv.gz"
FIRST_INVENTED = 20_000_000
BASICS = "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres"
AKAS = "titleId ordering title region language types attributes isOriginalTitle"


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    title: str
    original: str
    year: str
    fame: int
    others: tuple[str, ...] = ()


def write(directory: Path, films: int, seed: int = 1, episodes: int = 0) -> tuple[Path, Path, Path]:
    """title.basics, title.ratings and title.akas with so many films, and as many episodes that nobody wants."""
    directory.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    real = list(_real())
    rows = real + list(_invented(real, films - len(real), chance))
    chance.shuffle(rows)
    paths = (directory / "title.basics.tsv.gz", directory / "title.ratings.tsv.gz", directory / "title.akas.tsv.gz")
    with _opened(paths[0]) as basics, _opened(paths[1]) as ratings, _opened(paths[2]) as akas:
        print(*BASICS.split(), sep="\t", file=basics)
        print("tconst", "averageRating", "numVotes", sep="\t", file=ratings)
        print(*AKAS.split(), sep="\t", file=akas)
        for row in rows:
            name = f"tt{row.number:07d}"
            print(name, "movie", row.title, row.original, 0, row.year, r"\N", r"\N", "Drama", sep="\t", file=basics)
            if row.fame > 20:
                print(name, chance.randint(10, 99) / 10, _votes(row.fame), sep="\t", file=ratings)
            for order, title in enumerate((row.title, *row.others), 1):
                print(name, order, title, "US", "en", r"\N", r"\N", 0, sep="\t", file=akas)
        for number in range(episodes):
            name = f"tt{100_000_000 + number}"
            print(name, "tvEpisode", "Episode", "Episode", 0, 2001, r"\N", r"\N", "Talk-Show", sep="\t", file=basics)
    return paths


def _opened(path: Path):  # type: ignore[no-untyped-def]
    return gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="")


def _real() -> Iterator[_Row]:
    with gzip.open(STARTER, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["imdb"]:
                original = row["original_title"] or row["title"]
                others = tuple(filter(None, row["alt_titles"].split("|")))
                year, number = row["year"] or r"\N", int(row["imdb"][2:])
                yield _Row(number, row["title"], original, year, int(row["pop"] or 0), others)


def _invented(real: list[_Row], count: int, chance: random.Random) -> Iterator[_Row]:
    words = [word for row in real for word in row.title.split()]  # often used ones come often
    for number in range(FIRST_INVENTED, FIRST_INVENTED + max(0, count)):
        title = " ".join(chance.choices(words, k=chance.choice((1, 2, 2, 3, 3, 3, 4, 5))))
        yield _Row(number, title, title, str(chance.randint(1900, 2026)), chance.randint(0, 200))


def _votes(fame: int) -> int:
    return int(3_000_000 ** (fame / 1000)) + 5
