"""Ticks: every half a minute look for what is due. The due times themselves live in rows, never in memory."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger("matinee.schedule")


class Schedule:
    """Runs `tick` now, every `tick_s` seconds, and whenever `wake` is called; never twice at once."""

    def __init__(self, tick: Callable[[], Awaitable[object]], *, tick_s: float) -> None:
        self._tick = tick
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        # APScheduler's own default would skip a tick that a busy second delays.
        self._job = self._scheduler.add_job(
            self._run, "interval", seconds=tick_s, misfire_grace_time=None, coalesce=True,
            next_run_time=datetime.now(UTC),
        )  # fmt: skip
        self._running = False
        self._again = False

    def start(self) -> None:
        self._scheduler.start()

    def wake(self) -> None:
        """Look at once: the clock was moved, or a due time was changed."""
        self._again = True
        if self._scheduler.running and not self._running:
            self._job.modify(next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """No further tick; one that is under way is cancelled, which its claims survive."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self) -> None:
        self._running, self._again = True, False
        try:
            await self._tick()
        except Exception:
            log.exception("the scheduled scan failed; the next tick tries again")
        finally:
            self._running = False
        if self._again and self._scheduler.running:
            self.wake()
