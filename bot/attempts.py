"""What a failing handler means. python-telegram-bot swallows its exception, so an error handler keeps it."""

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationHandlerStop, CallbackContext

from bot.failures import Failure, meaning_of
from bot.transport import may_have_been_sent
from storage.errors import DatabaseUnavailable, StorageError

LAST_TRY = 5
"""After so many failures an update is given up; the person is told at the last one only."""

LAST_TRY_UNREACHED = 60
"""While Telegram cannot be reached nothing is wrong with an update: this is half an hour."""

DEADLINE_S = 60
"""How long the handlers of one update may take."""

UNMENDABLE = {Failure.GONE, Failure.MIGRATED, Failure.NO_TOPIC, Failure.NO_RIGHT, Failure.UNKNOWN}
"""What a refused answer may mean without anything being wrong here."""


@dataclass(slots=True)
class Attempt:
    """One run of the handlers for one update, the first being number 1."""

    number: int
    error: Exception | None = None
    again: bool = False
    expected: bool = False
    """The error has an answer of its own, or nobody is left to hear one: nothing that an operator could mend."""


_current: ContextVar[Attempt] = ContextVar("attempt")


class Attempts:
    """Runs updates through an application. `final` are errors that have an answer of their own and will stay."""

    def __init__(self, application: Application, final: tuple[type[Exception], ...] = ()) -> None:  # type: ignore[type-arg]
        self._application = application
        self._final = final
        application.add_error_handler(self._keep_error)

    async def run(self, update: Update, number: int) -> Attempt:
        """Handle `update` and report what its handlers raised, if anything."""
        attempt = Attempt(number)
        _current.set(attempt)
        try:
            async with asyncio.timeout(DEADLINE_S):
                await self._application.process_update(update)
        except TimeoutError as error:
            attempt.number = LAST_TRY  # what hangs once hangs again, and holds up the person's other updates
            await self._application.process_error(update, error)
        except Exception as error:  # out of python-telegram-bot itself: an update of a shape that it does not expect
            attempt.error = error
        return attempt

    async def _keep_error(self, update: object, context: CallbackContext) -> None:  # type: ignore[type-arg]
        """The first error handler: while another try is to come, those that tell the person stay silent."""
        attempt = _current.get(None)
        if attempt is None or context.error is None:
            return
        attempt.error = context.error
        attempt.again = self._worth_repeating(context.error, update, attempt.number)
        attempt.expected = self._is_expected(context.error)
        if attempt.again and attempt.number != LAST_TRY:
            raise ApplicationHandlerStop

    def _worth_repeating(self, error: Exception, update: object, number: int) -> bool:
        """Whether the same update may succeed later without doing harm twice. Some causes pass for certain: a pause
        that Telegram asks for, a database that is away.

        A change is applied once however often it runs, but a message whose fate is unknown would be sent twice;
        a button's edit or answer would not.
        """
        if isinstance(error, DatabaseUnavailable | RetryAfter):
            return True
        if isinstance(error, TelegramError) and meaning_of(error) is Failure.NOT_SENT:
            return number < LAST_TRY_UNREACHED
        if number >= LAST_TRY:
            return False
        if isinstance(error, (StorageError, Forbidden, BadRequest, ChatMigrated, *self._final)):
            return False
        if isinstance(error, TelegramError) and may_have_been_sent(error):
            return isinstance(update, Update) and update.callback_query is not None
        return True

    def _is_expected(self, error: Exception) -> bool:
        if isinstance(error, TelegramError):
            return meaning_of(error) in UNMENDABLE
        return isinstance(error, (StorageError, *self._final))


def pause_s(attempt: Attempt) -> float:
    """How long to wait before the next try: what Telegram asks for, else 0.5, 1, 2, 4, … 30 seconds."""
    if isinstance(attempt.error, RetryAfter):
        wait = attempt.error.retry_after
        return min(wait.total_seconds() if isinstance(wait, timedelta) else wait, 60.0)
    return min(2.0 ** min(attempt.number - 2, 10), 30.0)
