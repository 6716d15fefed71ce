"""What people are told when something cannot be done: one table, and one handler for what nobody expected."""

import secrets
from functools import partial

import structlog
from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ApplicationHandlerStop

from handlers import screen, texts
from handlers.context import Context, Say
from handlers.refusals import ActsAsChat, ForeignButton, StaleButton
from storage.errors import (
    BadStars,
    CatalogueNotReady,
    DatabaseUnavailable,
    MovieNotFound,
    StorageError,
    UnknownZone,
)

log = structlog.get_logger("matinee.handlers")

EXPLAINED: dict[type[Exception], Say] = {
    StaleButton: texts.stale_button,
    ForeignButton: texts.foreign_button,
    ActsAsChat: texts.as_yourself,
    MovieNotFound: texts.movie_gone,
    BadStars: texts.bad_stars,
    UnknownZone: texts.unknown_zone,
    CatalogueNotReady: texts.catalogue_loading,
    DatabaseUnavailable: texts.database_down,
}


async def on_error(update: object, context: Context) -> None:
    """Tell the person, in a sentence; log what was not expected, with an id they can quote. Never raises."""
    error = context.error
    if isinstance(error, Forbidden):
        await _note_gone(update, context)
        return
    explain = EXPLAINED.get(type(error)) if error else None
    if explain is None:
        reference = secrets.token_hex(4)
        log.error("handler failed", reference=reference, exc_info=error)
        explain = partial(texts.our_fault, reference)
    if isinstance(update, Update) and not isinstance(error, ApplicationHandlerStop):
        await tell(update, context, explain)


async def _note_gone(update: object, context: Context) -> None:
    """Blocked or removed since the person wrote: nothing is owed to that chat until they return."""
    chat = update.effective_chat if isinstance(update, Update) else None
    if chat is None:
        return
    try:
        await context.storage.clubs.set_active(chat.id, False, None)
    except StorageError as error:  # the next message to that chat will tell it again
        log.warning("a chat that is gone could not be noted", reason=str(error))


async def tell(update: Update, context: Context, say: Say) -> None:
    """A sentence where the person looks: over the pressed message, or in the chat. Never raises for Telegram."""
    try:
        if update.callback_query is not None:
            await context.answer(update, say, alert=True)
        elif update.message is not None:
            await screen.send(update, context, say())
    except TelegramError as error:
        log.warning("the person could not be told", reason=str(error))
