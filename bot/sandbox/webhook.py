"""Delivery by webhook: one update of a queue at a time, repeated until it is accepted or too old.

A queue is a chat's messages, a person's presses, or a chat's memberships; queues do not wait for each other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import orjson

from bot.sandbox.clock import Clock
from bot.sandbox.updates import Update, Updates

log = logging.getLogger("sandbox")

TIMEOUT_S = 60.0
LONGEST_PAUSE_S = 60.0
LONGEST_RETRY_AFTER_S = 3600
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

Execute = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """The settings of setWebhook; no `url` means that the bot polls."""

    url: str = ""
    secret: str = ""
    connections: int = 40


@dataclass(slots=True)
class Trouble:
    """The last failure, as getWebhookInfo tells it. `at` is virtual Unix time."""

    at: int
    text: str


@dataclass(slots=True)
class Webhook:
    """`execute` runs a call that the bot puts into its answer. `speed` divides the pauses between tries."""

    updates: Updates
    clock: Clock
    execute: Execute | None = None
    speed: float = 1.0
    hook: Hook = Hook()
    trouble: Trouble | None = None
    _queues: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))

    @property
    def url(self) -> str:
        return self.hook.url

    async def use(self, hook: Hook) -> None:
        """Deliver there from now on, or nowhere."""
        await self.stop()
        self.hook, self.trouble = hook, None
        self._slots = asyncio.Semaphore(hook.connections)
        self.wake()

    def wake(self) -> None:
        """Start on every queue that has something and is at rest."""
        if not self.hook.url:
            return
        for key in dict.fromkeys(update.key for update in self.updates.waiting):
            if key not in self._queues:
                task = self._queues[key] = asyncio.create_task(self._deliver_queue(key))
                task.add_done_callback(partial(self._rested, key))

    def _rested(self, key: str, task: asyncio.Task[None]) -> None:
        """An update that came while the task was ending must not wait for the next one."""
        del self._queues[key]
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("delivery to the webhook stopped", exc_info=error)
            return
        self.wake()

    async def stop(self) -> None:
        tasks = list(self._queues.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _deliver_queue(self, key: str) -> None:
        while (update := self._first_of(key)) is not None:
            await self._deliver(update)

    def _first_of(self, key: str) -> Update | None:
        self.updates.expire()
        return next((update for update in self.updates.waiting if update.key == key), None)

    async def _deliver(self, update: Update) -> None:
        pause = 0.0
        while update.expires > self.clock.now() + pause:
            await asyncio.sleep(pause / self.speed)
            async with self._slots:
                wanted = await self._try(update)
            if wanted is None:
                break
            pause = wanted or (min(pause * 2, LONGEST_PAUSE_S) if pause else 2.0)
        self.updates.forget(update)

    async def _try(self, update: Update) -> float | None:
        """None when the bot took it, else the seconds after which it wants it again, 0 when it did not say."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers[SECRET_HEADER] = self.hook.secret
        try:
            async with self._session.post(self.hook.url, data=update.body, headers=headers) as response:
                body = await response.read()
                if 200 <= response.status < 300:
                    await self._obey(body)
                    return None
                self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                return _retry_after(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0

    async def _obey(self, body: bytes) -> None:
        """A call in the body of the answer is made, without a result."""
        try:
            call = orjson.loads(body) if body else None
        except orjson.JSONDecodeError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str) and self.execute is not None:
            await self.execute(call)

    def _failed(self, text: str) -> None:
        self.trouble = Trouble(self.clock.date(), text)


def _retry_after(response: aiohttp.ClientResponse) -> float:
    value = response.headers.get("Retry-After", "")
    return float(min(int(value), LONGEST_RETRY_AFTER_S)) if value.isdecimal() else 0.0
