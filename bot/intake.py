"""Updates from Telegram to the handlers: stored before they are acknowledged, done only when handled."""

from typing import Any

import orjson
import structlog
from telegram import Bot, Update

from bot import telemetry
from bot.attempts import LAST_TRY, Attempts, pause_s
from bot.dispatch import Dispatcher
from bot.updates import person_of, slim
from storage.inbox import Inbox
from storage.values import InboxItem

log = structlog.get_logger("matinee.intake")


class Intake:
    """The inbox's worker. What it has not finished when it stops, it runs again at the next start."""

    def __init__(self, attempts: Attempts, bot: Bot, inbox: Inbox, *, slots: int) -> None:
        self._attempts = attempts
        self._bot = bot
        self._inbox = inbox
        self._dispatcher = Dispatcher(self._handle, slots=slots)
        self._tries: dict[int, int] = {}
        telemetry.waiting.set_function(lambda: self.waiting)

    async def resume(self) -> None:
        """Run what a former process took and did not finish.

        Each resumption counts as a try, so that an update that kills the process is given up in the end.
        """
        for item in await self._inbox.undone():
            self._tries[item.id] = await self._inbox.failed(item.id)
            if self._tries[item.id] >= LAST_TRY:
                await self._finish(item, "failed")
            else:
                self._dispatcher.put(item)

    async def take(self, updates: list[dict[str, Any]]) -> None:
        """Store a batch durably and begin to handle it; waits while too much is waiting already."""
        rows = [(update["update_id"], person_of(update), orjson.dumps(update)) for update in updates]
        for item in await self._inbox.take(rows):
            telemetry.taken.inc()
            self._dispatcher.put(item)
        await self._dispatcher.room()

    @property
    def waiting(self) -> int:
        """How many updates are taken and not finished."""
        return self._dispatcher.waiting

    async def stop(self, *, grace_s: float) -> None:
        await self._dispatcher.stop(grace_s=grace_s)

    async def _handle(self, item: InboxItem) -> float | None:
        try:
            return await self._try(item)
        except Exception:
            log.exception("update left for the next start", update_id=item.update_id)
            return None

    async def _try(self, item: InboxItem) -> float | None:
        number = self._tries.get(item.id, 0) + 1
        try:
            update = Update.de_json(slim(item.payload), self._bot)
        except Exception:  # whatever python-telegram-bot raises for a shape it does not expect
            return await self._unparsable(item)
        with telemetry.handling.time():
            attempt = await self._attempts.run(update, number)
        if attempt.error is None:
            await self._finish(item, "done")
            return None
        self._tries[item.id] = await self._inbox.failed(item.id)
        if not attempt.again:
            await self._finish(item, "failed")
            return None
        telemetry.retried.inc()
        log.warning("handler failed", update_id=item.update_id, number=number, exc_info=attempt.error)
        return pause_s(attempt)

    async def _unparsable(self, item: InboxItem) -> float | None:
        self._tries[item.id] = await self._inbox.failed(item.id)
        log.exception("unparsable update", update_id=item.update_id, number=self._tries[item.id])
        if self._tries[item.id] < LAST_TRY:
            return 0.0
        await self._finish(item, "unparsable")
        return None

    async def _finish(self, item: InboxItem, outcome: str) -> None:
        await self._inbox.done(item.id)
        self._tries.pop(item.id, None)
        telemetry.handled.labels(outcome).inc()
