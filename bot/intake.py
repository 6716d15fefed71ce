"""Updates from Telegram to the handlers: stored before they are acknowledged, done only when handled."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import structlog
from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot import telemetry
from bot.arrival import Arrival, current, kind_of
from bot.attempts import LAST_TRY, Attempt, Attempts, pause_s
from bot.dispatch import Dispatcher
from bot.moments import Moments
from bot.updates import is_momentary, parsed, person_of, raw
from storage.errors import StorageError
from storage.service import Storage
from storage.values import InboxItem

log = structlog.get_logger("matinee.intake")

ADOPT_S = 5.0
"""How often to look for updates that an operator took out of quarantine."""
TURN_S = 0.1
"""How often to look whether another replica has finished what the same person did before."""
AWAY_S = 2.0
"""How long to wait before asking a database again that could not be written."""
SUSPECT = 2
"""An update that was at work when so many processes died may be why they died: it runs alone."""


class Intake:
    """The inbox's worker. What it has not finished when it stops, it runs again at the next start."""

    def __init__(
        self, attempts: Attempts, bot: Bot, storage: Storage, *, slots: int, moments: Moments | None = None
    ) -> None:
        self._moments = moments
        self._attempts = attempts
        self._bot = bot
        self._inbox = storage.inbox
        self._replicas = storage.replicas
        self._quarantine = storage.quarantine
        self._dispatcher = Dispatcher(self._handle, slots=slots)
        self._resumed: set[int] = set()  # left by a former process and not started yet
        self._tries: dict[int, int] = {}
        self._arrivals: dict[int, Arrival] = {}  # of what is taken and not finished
        self._verdicts: dict[int, tuple[str, str | None]] = {}  # (outcome, reason to give up), not written down yet
        telemetry.waiting.set_function(lambda: self.waiting)

    async def resume(self) -> None:
        """Run what a former process took and did not finish."""
        await self._inbox.purge()  # numbers begin anew after a week of silence: old ones must not be taken for them
        items = await self._claim()
        self._resumed.update(item.id for item in items)
        others = []
        for item in items:
            if item.deaths >= SUSPECT and await self._inbox.is_next(item):
                await self._run_alone(item)
            else:
                others.append(item)
        for item in others:
            self._dispatcher.put(item)

    async def _run_alone(self, item: InboxItem) -> None:
        while (pause := await self._handle(item)) is not None:  # noqa: ASYNC110
            await asyncio.sleep(pause)

    async def adopt_for_ever(self) -> None:
        """Take up what comes into the inbox by other hands."""
        while True:
            await asyncio.sleep(ADOPT_S)
            with suppress(StorageError):
                await self.adopt()

    async def adopt(self) -> None:
        for item in await self._claim():
            if item.begun:
                self._resumed.add(item.id)
            self._dispatcher.put(item)

    async def _claim(self) -> list[InboxItem]:
        return await self._inbox.claim(self._replicas.id, of_dead=self._replicas.sees_the_dead)

    async def take(self, updates: list[dict[str, Any]]) -> None:
        """Store a batch durably and begin to handle it; waits while too much is waiting already.

        What is worth nothing later is handled at once, and not stored.
        """
        for update in updates:
            if self._moments is not None and is_momentary(update):
                self._moments.put(update)
        arrived, kinds = time.monotonic(), {update["update_id"]: kind_of(update) for update in updates}
        kept = [update for update in updates if self._moments is None or not is_momentary(update)]
        if not kept:
            return
        rows = [(update["update_id"], person_of(update), raw(update)) for update in kept]
        for item in await self._inbox.take(rows, self._replicas.id):  # those that share a commit wake in its order
            telemetry.taken.inc()
            self._arrivals[item.id] = Arrival(item.update_id, item.key, kinds[item.update_id], arrived, item.payload)
            self._dispatcher.put(item)
        await self._dispatcher.room()

    @property
    def has_room(self) -> bool:
        """Whether not too much is waiting already."""
        return self._dispatcher.has_room

    async def room(self) -> None:
        """Wait while too much is waiting already."""
        await self._dispatcher.room()

    @property
    def waiting(self) -> int:
        """How many updates are taken and not finished."""
        return self._dispatcher.waiting

    async def stop(self, *, grace_s: float) -> None:
        if self._moments is not None:
            self._moments.stop()
        await self._dispatcher.stop(grace_s=grace_s)

    async def _handle(self, item: InboxItem) -> float | None:
        """Seconds to wait before it is handled again, or null when it is finished. Never raises."""
        resumed = Arrival(item.update_id, item.key, "other", None, item.payload)
        current.set(self._arrivals.setdefault(item.id, resumed))
        try:
            if item.id not in self._verdicts:
                pause = await self._try(item)
                if pause is not None:
                    return pause
            await self._finish(item, *self._verdicts[item.id])
        except Exception:
            log.exception("could not write down what became of an update", update_id=item.update_id)
            return AWAY_S
        return None

    async def _try(self, item: InboxItem) -> float | None:
        """Run the handlers once; null when there is a verdict."""
        if item.behind and not await self._inbox.is_next(item):
            return TURN_S
        if item.id in self._resumed:
            await self._inbox.begun_again(item.id, item.deaths + 1)
            self._resumed.discard(item.id)
            if item.deaths + 1 >= LAST_TRY:
                self._verdicts[item.id] = "failed", "the program ended while it was handled, again and again"
                return None
        number = self._tries.get(item.id, 0) + 1
        attempt = await self._attempt(item, number)
        if attempt.error is None:
            self._verdicts[item.id] = "done", None
            return None
        self._tries[item.id] = number - isinstance(attempt.error, RetryAfter)  # waiting is no failure
        if attempt.again:
            _note(item, attempt)
            return pause_s(attempt)
        reason = None if attempt.expected else f"{type(attempt.error).__name__}: {attempt.error}"
        self._verdicts[item.id] = "failed", reason
        return None

    async def _attempt(self, item: InboxItem, number: int) -> Attempt:
        try:
            update = parsed(item.payload, self._bot)
        except Exception as error:  # whatever python-telegram-bot raises for a shape it does not expect
            log.exception("unparsable update", update_id=item.update_id)
            return Attempt(number, error)
        with telemetry.handling.time():
            return await self._attempts.run(update, number)

    async def _finish(self, item: InboxItem, outcome: str, reason: str | None) -> None:
        if reason is None:
            await self._inbox.done(item.id)
        else:
            await self._quarantine.put(item, reason)
            log.error("update given up: matinee quarantine list", update_id=item.update_id, reason=reason)
        self._tries.pop(item.id, None)
        self._arrivals.pop(item.id, None)
        self._verdicts.pop(item.id, None)
        telemetry.handled.labels(outcome if reason is None else "quarantined").inc()


def _note(item: InboxItem, attempt: Attempt) -> None:
    telemetry.retried.inc()
    known = attempt.expected or isinstance(attempt.error, TelegramError)
    details = {"reason": str(attempt.error)} if known else {"exc_info": attempt.error}
    log.warning("tried in vain", update_id=item.update_id, number=attempt.number, **details)
