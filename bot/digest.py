"""Posting digests: claim, send, mark. A crash in between skips one chat's digest and never repeats one."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from telegram import Bot, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.transport import NotSent
from handlers import i18n, keyboards, texts
from storage.service import Storage
from storage.values import ClaimedDigest

log = structlog.get_logger(__name__)

PACE_S = 1 / 28
"""Telegram takes about 30 messages a second from a bot; answers to people need some of them."""
LONGEST_HOLD_S = 300


class Outcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # certainly not posted, and trying again would not help
    UNKNOWN = "unknown"  # perhaps posted: never repeated
    LATER = "later"  # certainly not posted; given back for the next scan


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What became of every digest that was due, by chat."""

    outcomes: tuple[tuple[int, Outcome], ...] = field(default=())

    def count(self, outcome: Outcome) -> int:
        return Counter(each for _, each in self.outcomes)[outcome]


async def post_due(storage: Storage, bot: Bot) -> DigestReport:
    """Post every digest that is due by the storage's clock; returns when none is left."""
    outcomes: list[tuple[int, Outcome]] = []
    while claims := await storage.digests.claim_due():
        for claim in claims:
            outcomes.append((claim.digest.chat_id, await _post(storage, bot, claim)))
            await asyncio.sleep(PACE_S)
        if any(outcome is Outcome.LATER for _, outcome in outcomes):
            break  # the network is down: the next tick, not this one, tries again
    return DigestReport(tuple(outcomes))


async def _post(storage: Storage, bot: Bot, claim: ClaimedDigest) -> Outcome:
    chat_id = claim.digest.chat_id
    outcome, message = await _send(storage, bot, claim)
    if outcome is Outcome.LATER:
        await storage.digests.give_back(chat_id, claim.week)
    else:
        message_id = message.message_id if message else None
        await storage.digests.mark(chat_id, claim.week, str(outcome), message_id)
    log.info("digest", chat=chat_id, week=claim.week, outcome=str(outcome))
    return outcome


async def _send(storage: Storage, bot: Bot, claim: ClaimedDigest) -> tuple[Outcome, Message | None]:
    chat_id = claim.digest.chat_id
    try:
        return Outcome.SENT, await _send_in_topic(bot, claim)
    except RetryAfter as error:
        return await _send_after(error, storage, bot, claim)
    except Forbidden as error:
        await storage.clubs.set_active(chat_id, False, None)
        log.warning("the bot cannot write to this chat any more", chat=chat_id, reason=str(error))
    except (BadRequest, ChatMigrated) as error:
        log.warning("Telegram refused the digest", chat=chat_id, reason=str(error))
    except TelegramError as error:
        return _after_failure(error), None
    return Outcome.FAILED, None


async def _send_in_topic(bot: Bot, claim: ClaimedDigest) -> Message:
    try:
        return await _send_message(bot, claim, claim.thread_id)
    except BadRequest as error:
        if claim.thread_id is None or "thread not found" not in str(error).lower():
            raise
        return await _send_message(bot, claim, None)  # the topic was deleted


async def _send_message(bot: Bot, claim: ClaimedDigest, thread_id: int | None) -> Message:
    with i18n.speaking(claim.language):
        return await bot.send_message(
            claim.digest.chat_id,
            texts.digest(claim.digest),
            parse_mode=ParseMode.HTML,
            reply_markup=keyboards.digest(claim.digest),
            message_thread_id=thread_id,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )


async def _send_after(
    error: RetryAfter, storage: Storage, bot: Bot, claim: ClaimedDigest
) -> tuple[Outcome, Message | None]:
    pause = error.retry_after
    seconds = pause if isinstance(pause, int | float) else pause.total_seconds()
    if seconds > LONGEST_HOLD_S:
        return Outcome.LATER, None
    await asyncio.sleep(seconds)
    return await _send(storage, bot, claim)


def _after_failure(error: TelegramError) -> Outcome:
    """A send that never left, or that Telegram's own gateway turned away, is tried again; any other is not."""
    turned_away = isinstance(error, NetworkError) and "bad gateway" in str(error).lower()
    return Outcome.LATER if turned_away or isinstance(error.__cause__, NotSent) else Outcome.UNKNOWN
