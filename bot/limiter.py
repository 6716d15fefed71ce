"""Every message and edit passes here: counted, and stopped while Telegram wants a pause.

What a person waits for goes straight out: the 30 a second are meant for broadcasts. What can wait leaves it room.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot import telemetry
from bot.pacer import Pacer
from handlers.edits import lane_of

PATIENT = "patient"
"""The `rate_limit_args` of what can wait."""
PACED = ("send", "edit", "copy", "forward")


class Limiter(BaseRateLimiter[str]):
    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Any:
        """Run the call when it may start. Raises RetryAfter, without asking, while Telegram wants a pause."""
        if not endpoint.startswith(PACED) or endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        chat_id = lane_of(data)
        await self._turn(chat_id, patient=rate_limit_args == PATIENT)
        call = self._pacer.begin(chat_id)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            telemetry.refused.inc()
            self._pacer.hold(chat_id, seconds_of(error))
            raise
        finally:
            self._pacer.end(call)

    async def _turn(self, chat_id: int, *, patient: bool) -> None:
        if held := self._pacer.held_s(chat_id):
            raise RetryAfter(timedelta(seconds=held))
        while patient and (wait := self._pacer.wait_all_s()):  # noqa: ASYNC110 - the clock decides, not an event
            await asyncio.sleep(wait)


def seconds_of(error: RetryAfter) -> float:
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
