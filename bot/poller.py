"""Long polling: fetch raw updates, store them durably, then ask for the next, which acknowledges them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import structlog
from telegram.error import NetworkError

from bot import telemetry
from bot.errors import TokenRefused
from bot.transport import explain, proxy_for
from bot.updates import ACCEPTED, is_id
from storage.errors import DatabaseUnavailable

log = structlog.get_logger("matinee.poller")

GRACE_S = 15
"""How much longer than the poll itself an answer may take before the connection counts as dead."""

REFUSALS = 3
"""As many 401 in a row mean a wrong token; a single one has been seen from a healthy Telegram."""

BACKOFF_S = 30.0

ANOTHER = (
    "another instance of this bot is polling, and Telegram gives each update to one of them only: stop the other one;"
    " if you know of none, somebody has your token: revoke it with @BotFather"
)


def backoff_s(failures: int) -> float:
    """How long to wait after so many failures in a row: a quarter of a second, doubled up to half a minute."""
    return min(0.25 * 2.0 ** min(failures - 1, 10), BACKOFF_S)


class PollFailed(Exception):
    """Telegram answered, but not with updates. `status` is the HTTP status."""

    def __init__(self, status: int, description: str, retry_after: float | None) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.retry_after = retry_after


Json = dict[str, Any]
Take = Callable[[list[Json]], Awaitable[None]]


class Poller:
    """Calls `take` with every batch. When `take` raises, the batch is not acknowledged and comes again."""

    def __init__(self, base_url: str, take: Take, *, timeout_s: int) -> None:
        self._url = f"{base_url}/getUpdates"
        self._take = take
        self._timeout_s = timeout_s
        self._heard = False
        self._offset = 0  # 0: the oldest that is not acknowledged; else one more than the last taken
        self._session: aiohttp.ClientSession | None = None
        self._failures = 0
        self._refusals = 0

    async def run(self) -> None:
        """Poll until cancelled. Raises TokenRefused."""
        try:
            while True:
                await self._once()
        finally:
            await self._hang_up()

    async def _once(self) -> None:
        try:
            updates = await self._fetch()
        except PollFailed as failure:
            await self._refused(failure)
        except (aiohttp.ClientError, OSError) as error:
            failed, _ = explain(error)
            await self._broken(failed)
        else:
            self._failures = self._refusals = 0
            self._heard = True
            telemetry.pulse.beat()
            await self._accept(updates)

    async def _fetch(self) -> list[Json]:
        """The first waits for nothing: else a host would hear for half a minute of a quiet day that nobody is ready."""
        wait_s = self._timeout_s if self._heard else 0
        timeout = aiohttp.ClientTimeout(total=wait_s + GRACE_S, connect=10)
        parameters = {"offset": self._offset, "timeout": wait_s, "limit": 100}
        form = {**parameters, "allowed_updates": orjson.dumps(ACCEPTED).decode()}
        async with self._connection().post(self._url, data=form, timeout=timeout) as response:
            return _updates(response.status, await response.read())

    async def _accept(self, updates: list[Json]) -> None:
        if not updates:
            self._offset = 0  # all is acknowledged; numbers may begin anew, and lower, after a week of silence
            return
        try:
            await self._take(updates)
        except Exception as error:
            unexpected = not isinstance(error, DatabaseUnavailable)
            log.error("updates could not be stored; Telegram keeps them", error=str(error), exc_info=unexpected)
            await self._pause()
            return
        self._offset = max(update["update_id"] for update in updates) + 1

    async def _refused(self, failure: PollFailed) -> None:
        telemetry.poll_errors.labels(str(failure.status)).inc()
        self._refusals = self._refusals + 1 if failure.status in {401, 404} else 0
        if self._refusals >= REFUSALS:
            raise TokenRefused
        if failure.status == 409 and "webhook" in str(failure).lower():
            log.error("a webhook is set, so Telegram answers no poll: matinee webhook delete", telegram=str(failure))
        elif failure.status == 409:
            log.error(ANOTHER, telegram=str(failure))
        else:
            log.warning("poll refused", telegram=str(failure))
        await self._pause(failure.retry_after)

    async def _broken(self, error: NetworkError) -> None:
        """A connection that failed once may hang for ever; the next poll gets a fresh one."""
        telemetry.poll_errors.labels("network").inc()
        log.warning("poll failed", error=str(error), failures=self._failures + 1)
        await self._hang_up()
        await self._pause()

    async def _pause(self, retry_after: float | None = None) -> None:
        self._failures += 1
        await asyncio.sleep(retry_after or backoff_s(self._failures))

    def _connection(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=1, keepalive_timeout=30)
            self._session = aiohttp.ClientSession(connector=connector, proxy=proxy_for(self._url))
        return self._session

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _updates(status: int, body: bytes) -> list[Json]:
    """The updates of an answer that carry a number; others can be neither stored nor acknowledged."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise PollFailed(status, "an answer that is not JSON", None) from None
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), list):
        raise _failure(status, answer if isinstance(answer, dict) else {})
    found = answer["result"]
    numbered = [update for update in found if isinstance(update, dict) and is_id(update.get("update_id"))]
    if found and not numbered:
        raise PollFailed(status, "updates without numbers", None)
    return numbered


def _failure(status: int, answer: Json) -> PollFailed:
    parameters = answer.get("parameters")
    retry_after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    wait = float(retry_after) if isinstance(retry_after, int | float) else None
    return PollFailed(status, str(answer.get("description")), wait)
