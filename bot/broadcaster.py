"""The outbox's worker: sends what is owed, each message at most once, within Telegram's limits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot import notices, telemetry
from bot.failures import Failure, meaning_of
from bot.limiter import PATIENT
from bot.pacer import Pacer
from bot.pseudonyms import chat_name
from handlers.buttons import Keyboard
from storage.errors import StorageError
from storage.service import Storage
from storage.values import OutboxItem

log = structlog.get_logger("matinee.outbox")

LOOK_S = 5.0
"""How often to look for what another replica has queued; what this one queues wakes it."""
AT_ONCE = 40
"""Messages on their way at the same time: more than a second's worth would only wait for the limits."""
TOO_LATE = timedelta(hours=24)
LONGEST_BACKOFF_S = 30.0

for outcome in ("sent", *Failure):
    telemetry.posted.labels(str(outcome))  # from 0 on: Prometheus sees no increase in what appears with its first count


def _keyboard(item: OutboxItem) -> Keyboard | None:
    keyboard = item.payload["keyboard"]
    return Keyboard(keyboard["inline_keyboard"]) if keyboard else None


class Broadcaster:
    """One for each process. `run` serves for ever; `work_off` until nothing is left that can be sent now."""

    def __init__(self, storage: Storage, bot: ExtBot[str], pacer: Pacer) -> None:
        self._storage = storage
        self._bot = bot
        self._pacer = pacer
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._sending: set[asyncio.Task[None]] = set()
        self._unreachable = 0  # failed connections in a row

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; what is on its way then is waited for by `stop`."""
        at_start = True
        while True:
            self._wake.clear()
            try:
                abandoned = await self._storage.outbox.abandoned(at_start=at_start)
                telemetry.posted.labels(str(Failure.UNKNOWN)).inc(abandoned)
                at_start = False
                await self.work_off()
                await self._measure()
            except StorageError as error:
                log.warning("the outbox cannot be read now", reason=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)

    async def work_off(self, *, patience_s: float = float("inf")) -> None:
        """Send what waits. Pauses that Telegram asks for are kept; gives up after `patience_s` without a connection."""
        while True:
            on_their_way = bool(self._sending)  # before looking: one that comes back meanwhile was not seen
            heads = await self._storage.outbox.heads()
            if not heads and not on_their_way:
                break
            if not heads:
                await self._one_arrives()
            elif self._unreachable and self._pacer.wait_all_s() > patience_s:
                break
            elif not await self._round(heads):
                await asyncio.sleep(min([*(self._pacer.wait_s(chat) for _, chat in heads), 1.0]))

    async def _measure(self) -> None:
        backlog = await self._storage.outbox.backlog()
        telemetry.owed.set(backlog.waiting)
        telemetry.owed_age.set((self._storage.now() - backlog.oldest).total_seconds() if backlog.oldest else 0)

    async def stop(self, *, grace_s: float) -> None:
        """Let what is on its way arrive; a call that does not end in time has an unknown outcome."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=grace_s)

    async def _one_arrives(self) -> None:
        if self._sending:
            await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)

    async def _round(self, heads: list[tuple[int, int]]) -> int:
        """Start one message for each chat that may have one now; returns how many."""
        started = 0
        for message_id, chat_id in heads:
            if self._pacer.wait_s(chat_id) > 0:
                continue
            await self._slots.acquire()
            started += await self._start(message_id)
        return started

    async def _start(self, message_id: int) -> bool:
        """A message is taken from the queue when it can go out at once: at a kill, few have an unknown outcome."""
        try:
            while wait := self._pacer.wait_all_s():  # noqa: ASYNC110 - the clock decides, not an event
                await asyncio.sleep(wait)
            item = await self._storage.outbox.begin(message_id)
        except BaseException:
            self._slots.release()
            raise
        if item is None:
            self._slots.release()
            return False
        task = asyncio.create_task(self._guarded(item))
        self._sending.add(task)
        task.add_done_callback(self._sent)
        await asyncio.sleep(0)  # until its call counts
        return True

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._slots.release()

    async def _guarded(self, item: OutboxItem) -> None:
        try:
            await self._send(item)
        except StorageError as error:
            log.warning("the outbox cannot be written now", reason=str(error))
        except Exception:
            log.exception("sending failed", message=item.id)

    async def _send(self, item: OutboxItem) -> None:
        if self._storage.now() - item.created_at > TOO_LATE:
            await self._storage.outbox.finish(item.id, "failed", reason="more than a day late")
            return
        try:
            message = await self._bot.send_message(
                item.chat_id,
                item.payload["text"],
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(item),
                message_thread_id=item.thread_id,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                rate_limit_args=PATIENT,
            )
        except TelegramError as error:
            await self._failed(item, error)
            return
        self._unreachable = 0
        telemetry.posted.labels("sent").inc()
        self._note_lateness(item)
        await self._storage.outbox.finish(item.id, "sent", telegram_id=message.message_id)

    def _note_lateness(self, item: OutboxItem) -> None:
        if due := item.payload.get("due"):
            telemetry.digest_late.observe((self._storage.now() - datetime.fromisoformat(due)).total_seconds())

    async def _failed(self, item: OutboxItem, error: TelegramError) -> None:
        failure = meaning_of(error)
        telemetry.posted.labels(str(failure)).inc()
        if failure is not Failure.WAIT:
            log.warning("not posted", chat=chat_name(item.chat_id), meaning=str(failure), reason=str(error))
        await self._react[failure](self, item, error)

    async def _give_up(self, item: OutboxItem, error: TelegramError) -> None:
        await self._storage.outbox.finish(item.id, "failed", reason=str(error))

    async def _chat_gone(self, item: OutboxItem, error: TelegramError) -> None:
        await self._storage.clubs.set_active(item.chat_id, False, None)
        await self._give_up(item, error)

    async def _no_right(self, item: OutboxItem, error: TelegramError) -> None:
        await self._give_up(item, error)
        await notices.muted(self._storage, item.chat_id, str(error))
        self.wake()

    async def _migrated(self, item: OutboxItem, error: TelegramError) -> None:
        if not isinstance(error, ChatMigrated):
            await self._give_up(item, error)
            return
        await self._storage.clubs.migrate(item.chat_id, error.new_chat_id)
        await self._storage.outbox.release(item.id)

    async def _topic_gone(self, item: OutboxItem, error: TelegramError) -> None:
        if item.thread_id is None:  # General itself is closed
            await self._no_right(item, error)
            return
        notice = notices.topic_gone(self._storage, item.chat_id, item.thread_id)
        await self._storage.digests.leave_topic(item.chat_id, notice)
        await self._storage.outbox.release(item.id)

    async def _later(self, item: OutboxItem, _error: TelegramError) -> None:
        await self._storage.outbox.release(item.id)  # the pacer knows how long to wait

    async def _unreached(self, item: OutboxItem, _error: TelegramError) -> None:
        self._pacer.hold_all(min(0.25 * 2.0 ** min(self._unreachable, 10), LONGEST_BACKOFF_S))
        self._unreachable += 1
        await self._storage.outbox.release(item.id)

    async def _unknown(self, item: OutboxItem, error: TelegramError) -> None:
        await self._storage.outbox.finish(item.id, "unknown", reason=str(error))

    _react: dict[Failure, Callable[["Broadcaster", OutboxItem, TelegramError], Awaitable[None]]] = {  # noqa: RUF012
        Failure.GONE: _chat_gone,
        Failure.MIGRATED: _migrated,
        Failure.NO_TOPIC: _topic_gone,
        Failure.NO_RIGHT: _no_right,
        Failure.WAIT: _later,
        Failure.NOT_SENT: _unreached,
        Failure.REFUSED: _give_up,
        Failure.UNKNOWN: _unknown,
    }
