"""Telegram by webhook, played as it is: of one person it brings an update only when the one before was acknowledged.

What was not acknowledged it brings again.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import orjson

from tests.databases import FILMS
from tests.deliveries import HEADER, SECRET

FIRST_PERSON = 5_100_000_000
AGAIN_S = 0.2


@dataclass(slots=True)
class Press:
    update_id: int
    person: int
    movie: int
    stars: int
    sent: float = 0.0
    """When Telegram brought it for the first time."""


@dataclass(slots=True)
class Telegram:
    """Brings presses to one of the addresses, and hears the answers."""

    urls: Sequence[str]
    think_s: float
    answered: dict[int, float] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    async def bring(self, http: aiohttp.ClientSession, presses: list[Press]) -> None:
        """One person's, one after another; between two of them they think."""
        dice = random.Random(presses[0].update_id)
        for press in presses:
            await asyncio.sleep(dice.uniform(0, 2 * self.think_s))
            press.sent = time.monotonic()
            while not await self._acknowledged(http, press):  # noqa: ASYNC110 - Telegram, too, comes again
                await asyncio.sleep(AGAIN_S)

    async def _acknowledged(self, http: aiohttp.ClientSession, press: Press) -> bool:
        url, secret = random.choice(self.urls), {HEADER: SECRET}
        try:
            async with http.post(f"{url}/telegram", data=update(press), headers=secret) as answer:
                outcome = str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            outcome = type(error).__name__
        if outcome != "200":
            self.refused[outcome] += 1
        return outcome == "200"

    def hears(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "answerCallbackQuery":
            self.answered.setdefault(int(parameters["callback_query_id"]), time.monotonic())


def update(press: Press) -> bytes:
    who = {"id": press.person, "is_bot": False, "first_name": f"P{press.person % 10_000}"}
    chat = {"id": press.person, "type": "private", "first_name": who["first_name"]}
    message = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "text": "a card"}
    query = {"id": str(press.update_id), "from": who, "message": message, "chat_instance": "1"}
    return orjson.dumps(
        {"update_id": press.update_id, "callback_query": query | {"data": f"r:{press.movie}:{press.stars}"}}
    )


def plan(presses: int, people: int, seed: int) -> dict[int, list[Press]]:
    """Who presses what, in order."""
    dice, numbers = random.Random(seed), count(1)
    planned: dict[int, list[Press]] = defaultdict(list)
    for _ in range(presses):
        person = FIRST_PERSON + dice.randrange(people)
        planned[person].append(Press(next(numbers), person, dice.choice(FILMS)["id"], dice.randint(1, 10)))
    return planned


def changes(presses: list[Press]) -> Iterator[tuple[str, int]]:
    """What a person's presses change: the same stars again change nothing."""
    stars: dict[int, int] = {}
    for press in presses:
        if stars.get(press.movie) != press.stars:
            yield f"movie:{press.movie}", press.stars
        stars[press.movie] = press.stars
