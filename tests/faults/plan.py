"""What happens in one run of chaos, all of it chosen by a seed: who presses what, and when the process is killed.

Pure: the same seed gives the same plan. What is left to the machine is how the work falls between the kills.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

PEOPLE = tuple(range(5_100_000_001, 5_100_000_201))
CLUBS = (-1_001_100_000_001, -1_001_100_000_002)
FILMS = tuple(range(1, 41))
WORDS = ("dune", "heat", "film 17", "amelie", "nothing of that name")

IN_CLUBS = 0.7
"""Of the steps. Cards in a club change at most twenty times a minute, so they cost less of the 30 calls a second."""
MESSAGES = 0.03
FOREIGN = 0.02
SENT_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """A press on the card of a film with the data of a button, or, without a film, a message."""

    person: int
    chat: int
    text: str
    film: int = 0

    @property
    def is_press(self) -> bool:
        return self.film != 0


FOUNDING_STARS = 8
FOUNDING = tuple(Step(PEOPLE[0], club, f"r:{film}:{FOUNDING_STARS}", film) for film, club in enumerate(CLUBS, start=1))
"""What happened before: each club has something to read in its first digest. Updates 0 and 1."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`kills` and `stops` are numbers of calls: the process gets its SIGKILL or SIGTERM while the sandbox has that
    call in its hands.

    Every club's digest is due at the start, and again at every such end, when nobody may get another, for it is the
    same week. Some processes also die at the very call that posts the first digest. When everything has come in,
    `crashes` processes in a row die at their first poll, as in a crash loop.
    """

    seed: int
    steps: tuple[Step, ...]
    kills: tuple[int, ...]
    stops: tuple[int, ...]
    dies_at_digest: bool
    crashes: int

    @property
    def killed(self) -> int:
        """How many processes are killed in all."""
        return len(self.kills) + self.dies_at_digest + self.crashes


def plan(seed: int, updates: int, *, kills: int = 2, stops: int = 0, crashes: int = 0) -> Plan:
    """Two kills at least. There are more calls than updates, so all of them come."""
    dice = random.Random(seed)
    steps = tuple(islice(_sent_again(dice, _steps(dice)), updates))
    dies_at_digest = dice.random() < 0.5
    ends = dice.sample(range(updates // 20, updates), kills - dies_at_digest + stops)
    return Plan(seed, steps, tuple(sorted(ends[stops:])), tuple(sorted(ends[:stops])), dies_at_digest, crashes)


def _steps(dice: random.Random) -> Iterator[Step]:
    while True:
        person = dice.choice(PEOPLE)
        chat = dice.choice(CLUBS) if dice.random() < IN_CLUBS else person
        yield _message(dice, person, chat) if dice.random() < MESSAGES else _press(dice, person, chat)


def _message(dice: random.Random, person: int, chat: int) -> Step:
    return Step(person, chat, dice.choice(WORDS) if chat == person else "/top")


def _press(dice: random.Random, person: int, chat: int) -> Step:
    """Mostly stars; some are taken back, some go back to former ones, some try to undo for somebody else."""
    film, stars = _film(dice), dice.choice((0, *range(1, 11)))
    if dice.random() > 0.1:
        return Step(person, chat, f"r:{film}:{stars}", film)
    owner = dice.choice(PEOPLE) if dice.random() < FOREIGN else person
    return Step(person, chat, f"u:{film}:{stars}:{owner}", film)


def _film(dice: random.Random) -> int:
    """A few are pressed by everybody, again and again, most now and then."""
    return dice.choice(FILMS[:4] if dice.random() < 0.5 else FILMS)


def _sent_again(dice: random.Random, steps: Iterator[Step]) -> Iterator[Step]:
    """A share of presses comes a second time, some at once and some after others of the same person."""
    late: list[Step] = []
    for step in steps:
        yield step
        if step.is_press and dice.random() < SENT_AGAIN:
            if dice.random() < 0.5:
                yield step
            else:
                late.append(step)
        if late and dice.random() < 0.1:
            yield late.pop(0)
