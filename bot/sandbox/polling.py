"""getUpdates: one long poll at a time, woken by the next update."""

import asyncio
import time

import orjson

from bot.sandbox.errors import ApiError
from bot.sandbox.updates import Update, Updates

LONGEST_S = 50
TAKEN_OVER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Polling:
    """Times here are the wall's: a bot's patience does not travel with the virtual clock."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._waiter: asyncio.Future[None] | None = None
        self._last_offset = 0
        self._last_start = 0.0
        self._stopped = False

    async def poll(self, offset: int, limit: int, timeout_s: int) -> orjson.Fragment:
        """The waiting updates as a JSON array. Raises ApiError when another poll takes over."""
        self._end(ApiError(409, TAKEN_OVER))
        limit, timeout_s = self._slow_down(offset, limit, timeout_s)
        self._updates.confirm(offset)
        batch = self._updates.batch(limit)
        if not batch and timeout_s and not self._stopped:
            await self._wait(timeout_s)
            batch = self._updates.batch(limit)
        return as_array(batch)

    def _slow_down(self, offset: int, limit: int, timeout_s: int) -> tuple[int, int]:
        """A bot that asks the same again and again is made to wait, as Telegram does."""
        since = time.monotonic() - self._last_start
        limit = limit if 1 <= limit <= 100 else 100
        timeout_s = max(0, min(timeout_s, LONGEST_S))
        if offset == self._last_offset and timeout_s < 3 and since < 3:
            timeout_s = 3
            limit = 1 if since < 0.5 else limit
        self._last_offset, self._last_start = offset, time.monotonic()
        return limit, timeout_s

    async def _wait(self, timeout_s: float) -> None:
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await waiter
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def conflict(self, reason: str) -> None:
        self._end(ApiError(409, reason))

    def _end(self, error: ApiError) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self._waiter = None

    def stop(self) -> None:
        """Let go of the bot, so that the server can end."""
        self._stopped = True
        self._end(ApiError(500, "Internal Server Error: restart"))


def as_array(updates: list[Update]) -> orjson.Fragment:
    return orjson.Fragment(b"[" + b",".join(update.body for update in updates) + b"]")
