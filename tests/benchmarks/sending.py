"""Digests through a server that enforces Telegram's limits: how many a second, and how often it had to refuse.

`python -m tests.benchmarks.sending [--chats 5000] [--refuse 0]`. `--refuse P` makes the server answer P % of the calls
with 429 on top. Exit code 1 if fewer than 28 a second go out, if a 429 comes that was not ordered, if a digest is lost,
or if a chat has two.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import sqlalchemy as sa

from bot.broadcaster import Broadcaster
from bot.config import Settings
from bot.digest import queue_due
from bot.pacer import Pacer
from bot.sandbox.faults import Fault
from bot.sandbox.membership import add_private_chat
from bot.sandbox.server import serving
from bot.sandbox.state import User
from bot.sandbox.world import Options, World
from bot.telegram_bot import build_bot
from storage.models import chat, digest_setting, movie, person, rating
from storage.service import Storage, StorageSettings
from tests.benchmarks.measures import PYTHON, RIVALS, Measure

FIRST = 5_000_000_001
TOKEN = "1000000001:bench"


def populate(world: World, chats: int, refuse: float) -> None:
    """People who have started the bot; every now and then the server asks for a pause that nobody earned."""
    for number in range(chats):
        profile = {"id": FIRST + number, "is_bot": False, "first_name": f"P{number}"}
        world.state.users[FIRST + number] = User(profile, has_started=True)
        add_private_chat(world, profile)
    chance = random.Random(1)
    details = {"code": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1}
    fault = Fault("sendmessage", "status", 1, {}, details)
    world.faults.strike = lambda method, _: (  # type: ignore[method-assign, assignment]
        fault if method == "sendMessage" and chance.random() * 100 < refuse else None
    )


async def serve(chats: int, refuse: float) -> None:
    """The server, in a process of its own; on a word from outside it tells what happened."""
    async with serving(Options(pedantic=True, rates="enforce"), port=0) as sandbox:
        populate(sandbox.world, chats, refuse)
        calls: list[tuple[float, int, str]] = []
        record = sandbox.world.journal.record

        def keep(method: str, params: dict[str, str], status: int, body: bytes, ms: float) -> object:
            if method == "sendMessage":
                calls.append((asyncio.get_running_loop().time(), status, str(params["chat_id"])))
            return record(method, params, status, body, ms)

        sandbox.world.journal.record = keep  # type: ignore[method-assign, assignment]
        print(sandbox.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        problems = [problem for problem in sandbox.world.journal.problems if problem["kind"] == "rate"]
        sys.stdout.buffer.write(orjson.dumps({"calls": calls, "early": len(problems)}))


@asynccontextmanager
async def server(chats: int, refuse: float) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = ("-m", "tests.benchmarks.sending", "--serve", "--chats", str(chats), "--refuse", str(refuse))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        limit=2**28,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def people_with_digests(storage: Storage, chats: int) -> None:
    """Everybody rated something and has a digest that is due."""
    now = storage.now()
    earlier = now - timedelta(hours=1)
    ids = range(FIRST, FIRST + chats)

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(movie), [{"id": 1, "title": "Dune", "year": 2021, "source": "bench"}])
        connection.execute(sa.insert(person), [{"id": i, "name": "P", "first_seen_at": now} for i in ids])
        connection.execute(sa.insert(chat), [{"id": i, "type": "private", "first_seen_at": now} for i in ids])
        rated = {"movie_id": 1, "stars": 8, "source": "button", "created_at": earlier, "rated_at": earlier}
        rows = [{"person_id": i, "chat_id": i, **rated} for i in ids]
        connection.execute(sa.insert(rating), rows)
        setting = {"enabled": True, "weekday": now.weekday(), "minute": 0, "zone": "UTC", "next_run_at": now}
        connection.execute(sa.insert(digest_setting), [{"chat_id": i, **setting} for i in ids])

    await storage.database.write(work)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a server that enforces the limits saw, and the sender's seconds of CPU for each message."""

    sent: int
    per_s: float
    early: int
    refused: int
    twice: int
    unfinished: int = 0
    cpu_s: float = 0.0


Send = Callable[[str], Awaitable[tuple[int, float]]]
"""Sends a message to every chat through the server with this address; how many it did not, and its CPU for each."""


async def sent_by(send: Send, chats: int, refuse: float = 0.0) -> Sent:
    async with server(chats, refuse) as process:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        unfinished, cpu_s = await send(url)
        out, _ = await process.communicate(b"done\n")
    told = orjson.loads(out)
    calls = told["calls"]
    sent = [call for call in calls if call[1] == 200]
    return Sent(
        sent=len(sent),
        per_s=(len(sent) - 1) / (sent[-1][0] - sent[0][0]),
        early=told["early"],
        refused=sum(call[1] == 429 for call in calls),
        twice=sum(count > 1 for count in Counter(call[2] for call in sent).values()),
        unfinished=unfinished,
        cpu_s=cpu_s,
    )


def ours(chats: int) -> Send:
    async def send(url: str) -> tuple[int, float]:
        began = datetime.now(UTC).replace(hour=0, minute=0, second=0)
        with tempfile.TemporaryDirectory() as directory:
            storage = await Storage.open(StorageSettings(data_dir=Path(directory)), now=lambda: began)
            await people_with_digests(storage, chats)
            storage.database.now = lambda: datetime.now(UTC)
            pacer = Pacer()
            async with build_bot(Settings(token=TOKEN, api_url=url), pacer) as bot:
                await queue_due(storage)
                spent = time.process_time()
                await Broadcaster(storage, bot, pacer).work_off()
                cpu_s = (time.process_time() - spent) / chats
            backlog = await storage.outbox.backlog()
            await storage.close()
        return backlog.waiting + backlog.unknown, cpu_s

    return send


def rate_limiter(chats: int) -> Send:
    """python-telegram-bot's own."""

    async def send(url: str) -> tuple[int, float]:
        command = (str(PYTHON), str(RIVALS / "limiter.py"), url, str(FIRST), str(chats))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        return 0, float(out)

    return send


async def measure(chats: int) -> list[Measure]:
    mine, theirs = await sent_by(ours(chats), chats), await sent_by(rate_limiter(chats), chats)
    return [
        Measure("digests sent a second / Telegram's 30", mine.per_s, 30, 0.985),
        Measure("the same / python-telegram-bot's AIORateLimiter", mine.per_s, theirs.per_s, 1),
        Measure("429s on the way / AIORateLimiter's", mine.refused, max(1, theirs.refused), 0, least=False, unit=""),
        Measure("CPU for each / AIORateLimiter's", 1000 * mine.cpu_s, 1000 * theirs.cpu_s, 0.8, least=False, unit="ms"),
    ]


def report(mine: Sent, chats: int, *, ordered: bool) -> int:
    print(f"{mine.sent:,} of {chats:,} digests sent at {mine.per_s:.2f}/s ({mine.per_s / 30:.1%} of 30/s)")
    print(
        f"{mine.early} sent too early for the limits, {mine.refused} answered 429, {mine.unfinished} unfinished,"
        f" {mine.twice} chats twice; {30 * mine.cpu_s:.1%} of a core at 30 a second"
    )
    well = mine.sent == chats and not (mine.early or mine.unfinished or mine.twice)
    return 0 if well and (ordered or mine.per_s >= 28.0) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=5000)
    parser.add_argument("--refuse", type=float, default=0.0, metavar="PERCENT")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.chats, given.refuse))
        return 0
    mine = asyncio.run(sent_by(ours(given.chats), given.chats, given.refuse))
    return report(mine, given.chats, ordered=given.refuse > 0)


if __name__ == "__main__":
    sys.exit(main())
