"""Side by side with other replicas: each shows that it lives, takes its share of the limits, and leaves in order."""

from functools import partial

import structlog

from bot.chores import every
from bot.pacer import Pacer
from storage.errors import StorageError
from storage.service import Storage

log = structlog.get_logger("matinee.replicas")

BEAT_S = 5.0
"""Three of them may be missed before the others take over."""


async def beat(storage: Storage, pacer: Pacer) -> None:
    """Show a sign of life, and hear how many there are."""
    pacer.share(await storage.replicas.beat())


async def beat_for_ever(storage: Storage, pacer: Pacer) -> None:
    await every(BEAT_S, "show a sign of life", partial(beat, storage, pacer))


async def leave(storage: Storage) -> None:
    """What is unfinished here is free for the others at once; without this they wait for the lease to end."""
    try:
        await storage.replicas.leave()
    except StorageError as error:
        log.warning("the other replicas will wait before they take over", reason=str(error))
