"""The composition: the only file that knows every part, and puts them together."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder, ContextTypes, ExtBot

import handlers
from bot import replicas, server
from bot.attempts import Attempts
from bot.broadcaster import Broadcaster
from bot.chores import chores
from bot.clock import Clock
from bot.config import Settings, token_of, webhook_of
from bot.database import open_storage
from bot.digest import queue_due
from bot.hook import hook_of
from bot.intake import Intake
from bot.measure import watch
from bot.moments import Moments
from bot.pacer import Pacer
from bot.poller import Poller
from bot.progress import progress_bars
from bot.schedule import Schedule
from bot.signals import until_told_to_stop
from bot.telegram_bot import build_bot, connect
from bot.tmdb import Tmdb
from bot.webhook import Receiver
from handlers import commands
from handlers.context import BotData, Context
from handlers.edits import Edits
from handlers.errors import EXPLAINED
from handlers.flood import Flood
from storage.service import Storage

log = structlog.get_logger("matinee")

GRACE_S = 6
"""For handlers that are at work when the program is told to stop; all of stopping takes less than 10 s."""


@dataclass(frozen=True, slots=True)
class Running:
    """What goes on beside the bot may use: the demo seeds the storage and shows when a digest is due."""

    storage: Storage
    schedule: Schedule


Beside = Callable[[Running], Coroutine[Any, Any, None]]


async def run(settings: Settings, *, clock: Clock) -> None:
    """Serve until SIGTERM or SIGINT. Raises Halt and StorageError for what the operator has to mend."""
    token_of(settings)
    if settings.webhook_url:
        webhook_of(settings, serving=True)
    await until_told_to_stop(serve(settings, clock))


async def serve(settings: Settings, clock: Clock, beside: Beside | None = None) -> None:
    """Serve until cancelled, and `beside` with it."""
    async with AsyncExitStack() as stack:
        storage = await open_storage(settings, clock.now)
        stack.push_async_callback(storage.close)
        watch(storage)
        receiver = Receiver(hook_of(settings)) if settings.webhook_url else None
        if settings.listen:
            runner = await server.start(storage, settings.listen, receiver)
            stack.push_async_callback(runner.cleanup)
        with progress_bars() as progress:
            await storage.catalogue.ensure(progress)
        pacer = Pacer()
        bot = build_bot(settings, pacer)
        stack.push_async_callback(bot.shutdown)
        await connect(bot, settings.api_url)
        broadcaster = Broadcaster(storage, bot, pacer)
        stack.push_async_callback(broadcaster.stop, grace_s=GRACE_S)
        edits = Edits(pacer.wait_edit_s)
        stack.push_async_callback(edits.finish, grace_s=1)
        stack.push_async_callback(replicas.leave, storage)
        tmdb = Tmdb(settings.tmdb_url, settings.tmdb_key.get_secret_value()) if settings.tmdb_key else None
        if tmdb:
            stack.push_async_callback(tmdb.close)
        intake = await _intake(settings, storage, bot, edits, tmdb)
        stack.push_async_callback(intake.stop, grace_s=GRACE_S)
        schedule = Schedule(partial(_tick, storage, broadcaster), tick_s=settings.tick_s)
        schedule.start()
        stack.push_async_callback(schedule.stop)
        clock.on_move(schedule.wake)
        await replicas.beat(storage, pacer)
        await intake.resume()
        calm_collector()
        log.info("ready", bot=bot.username, films=await storage.catalogue.count())
        updates = receiver.run(intake, bot) if receiver else _poller(settings, intake).run()
        beats = replicas.beat_for_ever(storage, pacer)
        side = broadcaster.run(), intake.adopt_for_ever(), chores(storage, settings), beats, _publish(bot, storage)
        works = [updates, *side]
        await _together(*works, *([beside(Running(storage, schedule))] if beside else []))


def _poller(settings: Settings, intake: Intake) -> Poller:
    base_url = f"{settings.api_url}/bot{token_of(settings)}"
    return Poller(base_url, intake.take, timeout_s=settings.poll_timeout_s)


async def _intake(settings: Settings, storage: Storage, bot: ExtBot[str], edits: Edits, lookup: Tmdb | None) -> Intake:
    """The handlers in an application of which only the routing is used."""
    application = (
        ApplicationBuilder()
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context, bot_data=BotData))
        .build()
    )
    data = application.bot_data
    data.storage, data.edits, data.flood = storage, edits, Flood(settings.flood)
    data.operators, data.lookup = frozenset(settings.operators), lookup
    attempts = Attempts(application, final=tuple(EXPLAINED))  # first, to hear of an error before the person does
    handlers.register(application)
    await application.initialize()
    moments = Moments(application, bot, data.latest)
    return Intake(attempts, bot, storage, slots=settings.handlers_at_once, moments=moments)


async def _tick(storage: Storage, broadcaster: Broadcaster) -> None:
    if await queue_due(storage):
        broadcaster.wake()


async def _publish(bot: ExtBot[str], storage: Storage) -> None:
    """The command lists are a comfort: without them the bot still serves, and the next start tries again."""
    try:
        await commands.publish(bot, storage)
    except TelegramError as error:
        log.warning("the command lists could not be set", reason=str(error))


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Until the first of them fails; its error alone is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failed:
        raise _first(failed) from None


def _first(failed: BaseException) -> BaseException:
    while isinstance(failed, BaseExceptionGroup):
        failed = failed.exceptions[0]
    return failed


def calm_collector() -> None:
    """What is loaded by now stays; looking through it over and over cost a third of the throughput."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
