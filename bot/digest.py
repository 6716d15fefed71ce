"""The weekly scan: seal the audit trail, queue what is due, and have it sent."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from bot.broadcaster import Broadcaster
from handlers import i18n, keyboards, texts
from storage.service import Storage
from storage.values import ClaimedDigest

log = structlog.get_logger("matinee.digest")

PATIENCE_S = 2.0
"""How long `post_due` waits for a Telegram that cannot be reached; the bot itself waits for ever."""


class Outcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # certainly not posted, and trying again would not help
    UNKNOWN = "unknown"  # perhaps posted: never repeated
    LATER = "later"  # certainly not posted yet; it stays in the outbox


@dataclass(frozen=True, slots=True)
class DigestReport:
    """What became of every digest that was due, by chat."""

    outcomes: tuple[tuple[int, Outcome], ...] = field(default=())

    def count(self, outcome: Outcome) -> int:
        return Counter(each for _, each in self.outcomes)[outcome]


def render(claim: ClaimedDigest) -> Mapping[str, Any] | None:
    """A digest as a message, in the language of its chat, and when it was due; null where that fails."""
    try:
        with i18n.speaking(claim.language):
            keyboard = keyboards.digest(claim.digest)
            message = {"text": texts.digest(claim.digest), "keyboard": keyboard.to_dict() if keyboard else None}
    except Exception:  # a fault of ours in one chat's words must not cost all others theirs
        log.exception("a digest cannot be put into words", week=claim.week)
        return None
    return {**message, "due": claim.digest.end.isoformat()}


async def queue_due(storage: Storage) -> list[int]:
    """Put every digest that is due by the storage's clock into the outbox; their chats."""
    if not await storage.digests.any_due():
        return []
    await storage.audit.seal()  # so that they carry a witness of all that they tell
    queued: list[int] = []
    while (found := await storage.digests.queue_due(render))[0]:
        queued += found[1]
    if queued:
        log.info("digests queued", chats=len(queued))
    return queued


async def post_due(storage: Storage, broadcaster: Broadcaster) -> DigestReport:
    """Queue and send; returns when nothing is left that can be sent now."""
    chats = await queue_due(storage)
    await broadcaster.work_off(patience_s=PATIENCE_S)
    runs = await storage.digests.runs(chats)
    return DigestReport(tuple((chat, _outcome(runs.get(chat))) for chat in chats))


def _outcome(status: str | None) -> Outcome:
    return Outcome.LATER if status in {None, "claimed"} else Outcome(status)
