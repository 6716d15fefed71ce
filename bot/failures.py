"""What Telegram's refusal of a message means for the next one. The texts are those that Telegram sends."""

from enum import StrEnum

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.transport import NotSent


class Failure(StrEnum):
    """Certainly not posted, but for UNKNOWN."""

    GONE = "gone"  # blocked, kicked, deleted: nothing can be posted there until they return
    MIGRATED = "migrated"  # the group has a new id
    NO_TOPIC = "no topic"  # deleted or closed: General is left
    NO_RIGHT = "no right"  # the bot is there and may not write
    WAIT = "wait"  # too much at once
    NOT_SENT = "not sent"  # Telegram cannot be reached
    REFUSED = "refused"  # our mistake: the same again would fail again
    UNKNOWN = "unknown"  # perhaps posted


REASONS = (
    ("chat not found", Failure.GONE),
    ("upgraded to a supergroup", Failure.MIGRATED),
    ("thread not found", Failure.NO_TOPIC),
    ("topic_closed", Failure.NO_TOPIC),
    ("topic_deleted", Failure.NO_TOPIC),
    ("not enough rights", Failure.NO_RIGHT),
    ("need administrator rights", Failure.NO_RIGHT),
    ("have no write access", Failure.NO_RIGHT),
    ("chat_write_forbidden", Failure.NO_RIGHT),
)


def meaning_of(error: TelegramError) -> Failure:
    """Which of them an error is."""
    if isinstance(error, Forbidden):
        return Failure.GONE
    if isinstance(error, ChatMigrated):
        return Failure.MIGRATED
    if isinstance(error, RetryAfter):
        return Failure.WAIT
    reason = str(error).lower()
    if isinstance(error, BadRequest):  # python-telegram-bot counts it among the network's errors
        return next((failure for text, failure in REASONS if text in reason), Failure.REFUSED)
    turned_away = isinstance(error, NetworkError) and "bad gateway" in reason
    return Failure.NOT_SENT if turned_away or isinstance(error.__cause__, NotSent) else Failure.UNKNOWN
