"""Questions that are worth nothing in ten seconds: typed after the bot's name, or asked of it as a guest.

They pass by the inbox. A commit for each letter that somebody types would slow down what must be kept, and one that is
found again after a crash is too old to be answered. When too many come, the new ones are dropped.
"""

import asyncio
import time
from collections import deque
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.ext import Application

from bot import telemetry
from bot.arrival import Arrival, current, kind_of
from bot.updates import person_of
from handlers.latest import Latest

log = structlog.get_logger("matinee.moments")

WORTH_S = 10.0
"""Telegram takes no answer to an inline query after that."""
SLOTS = 8
"""At once: enough for a thousand people who type, few enough to leave the handlers their share."""
MOST = 200
"""As many may wait."""
REMEMBERED = 1_000
"""Numbers of updates; a batch that could not be stored comes again, with what was answered."""


class Moments:
    """Handles each at once or never. One that a newer question of the same person overtook is dropped."""

    def __init__(self, application: "Application[Any, Any, Any, Any, Any, Any]", bot: Bot, latest: Latest) -> None:
        self._application, self._bot, self._latest = application, bot, latest
        self._slots = asyncio.Semaphore(SLOTS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: deque[int] = deque(maxlen=REMEMBERED)

    def put(self, raw: dict[str, Any]) -> None:
        """Never raises, never waits."""
        number = raw["update_id"]
        if number in self._seen:
            return
        self._seen.append(number)
        if len(self._tasks) >= MOST:
            telemetry.moments.labels("dropped").inc()
            return
        arrival = Arrival(number, person_of(raw) or 0, kind_of(raw), time.monotonic(), raw)
        token = current.set(arrival)
        try:
            update = Update.de_json(raw, self._bot)
        except Exception as error:  # whatever python-telegram-bot raises for a shape it does not expect
            log.warning("a question that cannot be read", reason=repr(error))
            return
        finally:
            current.reset(token)
        if update.inline_query is not None:
            self._latest.put(update.inline_query.from_user.id, update.inline_query.id)
        task = asyncio.create_task(self._handle(update, arrival), name=f"question {number}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, update: Update, arrival: Arrival) -> None:
        current.set(arrival)
        try:
            async with asyncio.timeout(WORTH_S), self._slots:
                if self._is_overtaken(update):
                    telemetry.moments.labels("overtaken").inc()
                    return
                await self._application.process_update(update)
        except TimeoutError:
            telemetry.moments.labels("too late").inc()
            return
        telemetry.moments.labels("handled").inc()
        telemetry.answering.observe(time.monotonic() - (arrival.at or 0))

    def _is_overtaken(self, update: Update) -> bool:
        asked = update.inline_query
        return asked is not None and not self._latest.has(asked.from_user.id, asked.id)

    @property
    def waiting(self) -> int:
        """How many are not finished."""
        return len(self._tasks)

    def stop(self) -> None:
        """Nobody will miss the answers."""
        for task in self._tasks:
            task.cancel()
