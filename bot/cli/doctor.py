"""`matinee doctor`: looks at every part the bot needs and says what is wrong."""

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.cli import queues
from bot.cli.common import settings, storage_of, wait_for, wall_clock
from bot.cli.findings import Findings

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.service import Storage

SKEW_S = 10.0
"""More difference to Telegram's clock than this makes digests early or late by as much."""


def doctor() -> None:
    """Check configuration, database, films, queues, seals, backups, Telegram and clock. Exit code 1: mend something."""
    findings = Findings()
    given = settings()
    findings.good("configuration", f"read; data in {given.data_dir}")

    async def work() -> int:
        await _storage(given, findings)
        await _telegram(given, findings)
        return 0 if findings.well else 1

    wait_for(work())


async def _storage(given: "Settings", findings: Findings) -> None:
    from storage.errors import StorageError

    try:
        async with storage_of(given) as storage:
            findings.good("database", "opens, and its tables are this program's")
            await _catalogue(storage, findings)
            await queues.look(storage, given, findings)
    except StorageError as error:
        findings.bad("database", str(error))


async def _catalogue(storage: "Storage", findings: Findings) -> None:
    count = await storage.catalogue.count()
    if not count:
        findings.bad("catalogue", "empty: matinee catalogue import starter")
        return
    findings.good("catalogue", f"{count:,} films")
    began = time.perf_counter()
    await storage.catalogue.load_index(lambda *_: None)
    findings.good("search index", f"opened in {(time.perf_counter() - began) * 1000:.0f} ms")


async def _telegram(given: "Settings", findings: Findings) -> None:
    from telegram.error import TelegramError

    from bot.pacer import Pacer
    from bot.telegram_bot import build_bot

    if given.token is None:
        findings.bad("telegram", "no token: set MATINEE_TOKEN")
        return
    try:
        async with build_bot(given, Pacer()) as bot:
            findings.good("telegram", f"knows the bot as @{bot.username}")
        await _clock(given, findings)
    except TelegramError as error:
        findings.bad("telegram", str(error))


async def _clock(given: "Settings", findings: Findings) -> None:
    """Compare this machine's clock with the Date of an answer, which is exact to a second."""
    import aiohttp

    from bot.transport import proxy_for

    url = given.api_url
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, proxy=proxy_for(url)) as answer,
    ):
        date = answer.headers.get("Date")
    if date is None:
        findings.good("clock", "not compared: no Date in the answer")
        return
    skew_s = abs((wall_clock() - parsedate_to_datetime(date)).total_seconds())
    judge = findings.good if skew_s <= SKEW_S else findings.bad
    judge("clock", f"{skew_s:.0f} s beside Telegram's")
