"""The other way in: Telegram brings an update to `POST /telegram`, and hears 200 once it is stored durably.

No answer has a body: Telegram would run a method call in it, and a stranger shall learn nothing from it.
"""

import asyncio
import hmac
from time import monotonic
from typing import Any

import orjson
import structlog
from aiohttp import web
from telegram import Bot

from bot import telemetry
from bot.hook import Hook, look_at_hook
from bot.intake import Intake
from bot.updates import is_id
from storage.errors import DatabaseUnavailable

log = structlog.get_logger("matinee.webhook")

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LARGEST_BODY = 1 << 20

PATIENCE_S = 5.0
"""How long a delivery waits for room. Telegram gives up after 60 s, and keeps what was not taken."""

RETRY_AFTER_S = 5
"""When Telegram shall bring it again; left to itself it waits longer each time, and a press lives 150 s."""


TELL_S = 10.0
"""How often the log tells of a database that is away; each delivery would be a line, and Telegram brings thousands."""


class Refused(Exception):
    """`status` is all that the sender hears."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Receiver:
    """Takes deliveries while `run` runs; before and after, Telegram is asked to come again."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook
        self._intake: Intake | None = None
        self._unstored = 0
        self._told_at = -TELL_S

    @property
    def is_open(self) -> bool:
        return self._intake is not None

    async def run(self, intake: Intake, bot: Bot) -> None:
        """Take deliveries until cancelled."""
        self._intake = intake
        try:
            await look_at_hook(bot, self._hook)
            await asyncio.Event().wait()
        finally:
            self._intake = None

    async def receive(self, request: web.Request) -> web.Response:
        try:
            self._check_secret(request)
            await self._take(_update(await _body(request)))
        except Refused as refused:
            telemetry.deliveries_refused.labels(str(refused.status)).inc()
            return _answer(refused.status)
        telemetry.pulse.beat()
        return _answer(200)

    def _check_secret(self, request: web.Request) -> None:
        """Before anything of the body is read."""
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._hook.secret.encode()):
            raise Refused(403)

    async def _take(self, update: dict[str, Any]) -> None:
        """What has begun to be stored is not cut short: stored and not begun, it would wait for the next start."""
        intake = self._intake
        if intake is None:
            raise Refused(503)
        if not intake.has_room:  # asked first, for a timer would be a hundredth of all that a press costs
            await _wait_for_room(intake)
        try:
            await intake.take([update])
        except Exception as error:
            self._tell(error)
            raise Refused(503) from None

    def _tell(self, error: Exception) -> None:
        self._unstored += 1
        expected = isinstance(error, DatabaseUnavailable)
        if expected and monotonic() - self._told_at < TELL_S:
            return
        message = "updates could not be stored; Telegram keeps them"
        log.error(message, deliveries=self._unstored, error=str(error), exc_info=not expected)
        self._unstored, self._told_at = 0, monotonic()


async def _wait_for_room(intake: Intake) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await intake.room()
    except TimeoutError:
        raise Refused(503) from None


async def _body(request: web.Request) -> bytes:
    """The server reads LARGEST_BODY at most; what declares more is not read at all."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused(413)
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413) from None
    except (web.RequestPayloadError, ConnectionError):  # it broke off; whoever sent it hears nothing
        raise Refused(400) from None


def _update(body: bytes) -> dict[str, Any]:
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400) from None
    if not isinstance(update, dict) or not is_id(update.get("update_id")):
        raise Refused(400)
    return update


def _answer(status: int) -> web.Response:
    return web.Response(status=status, headers={"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None)
