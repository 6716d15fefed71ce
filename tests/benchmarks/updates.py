"""Presses a second, the whole way: in by webhook, stored with score and audit entry, answered, card changed.

`python -m tests.benchmarks.updates [--seconds 6] [--json FILE]`. The real bot, beside python-telegram-bot and aiogram
as their documentation shows them, with SQLAlchemy's ORM. They run in an environment of their own (`make rivals`).
Exit code 1 if a target is missed.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests import program
from tests.benchmarks.measures import PYTHON, RIVALS, STEADY, Measure, middle, report, rounds
from tests.benchmarks.telegram import Courier, Heard, api, press
from tests.benchmarks.writing import opened, who_what_how

CONNECTIONS, AT_ONCE = 64, 256
TOKEN = "1000000001:bench"
SECRET = "Quite_a-secret"


@dataclass
class Bot:
    """A running one; `stored` counts the ratings in its database."""

    heard: Heard
    couriers: list[Courier]
    file: Path
    numbers: Iterator[int]

    def stored(self) -> int:
        with sqlite3.connect(self.file) as database:
            counted: int = database.execute("SELECT count(*) FROM audit_entry").fetchone()[0]
        return counted


@asynccontextmanager
async def running(name: str, folder: Path, *, at_once: int = 1, latency_s: float = 0.0) -> AsyncIterator[Bot]:
    """ "matinee", or one of the rivals: "stock" or "aio"."""
    home, file = folder / f"{name}-{at_once}-{latency_s}", "films.db"
    home.mkdir()
    if name == "matinee":
        async with opened(home) as storage:
            await storage.catalogue.load_index(lambda *_: None)
        file = "matinee.db"
    async with serving(name, home, at_once=at_once, latency_s=latency_s) as (heard, couriers):
        yield Bot(heard, couriers, home / file, count(1))


@asynccontextmanager
async def serving(
    name: str, home: Path, *, at_once: int = 1, latency_s: float = 0.0
) -> AsyncIterator[tuple[Heard, list[Courier]]]:
    """The process, with its database in `home`, and connections to it."""
    heard, port = Heard(latency_s=latency_s), program.free_port()
    async with api(heard) as url:
        command = [str(PYTHON), str(RIVALS / f"{name}.py"), str(port), url, str(home / "films.db"), str(at_once)]
        if name == "matinee":
            command = [*program.PYTHON_M_BOT, "run"]
        hook = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "flood": "off"}
        env = program.environment(home, token=TOKEN, api_url=url, listen=f"127.0.0.1:{port}", **hook)
        with (home / "log").open("wb") as log:
            child = await asyncio.create_subprocess_exec(*command, env=env, stdout=log, stderr=log)
        heard.pid = child.pid
        try:
            yield heard, [await _connected(port) for _ in range(CONNECTIONS)]
        finally:
            child.terminate()
            await child.wait()


async def _connected(port: int) -> Courier:
    for _ in range(1500):
        try:
            _, courier = await asyncio.get_running_loop().create_connection(Courier, "127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            return courier
    raise TimeoutError("the bot does not listen; see its log")


async def full(bots: Mapping[str, Bot], seconds: float, times: int) -> dict[str, float]:
    """Presses a second with AT_ONCE of them on the way at any time; all of them are stored in the end.

    About `seconds` for each bot, in so many rounds: in turn, for the machine is not always as quick.
    """
    quick = {name: await _flood(bot, AT_ONCE // 2) for name, bot in bots.items()}
    paces: dict[str, list[float]] = {name: [] for name in bots}
    for _ in range(times):
        for name, bot in bots.items():
            paces[name].append(await _flood(bot, max(AT_ONCE, int(quick[name] * seconds / times))))
    return {name: middle(found) for name, found in paces.items()}


async def _flood(bot: Bot, presses: int) -> float:
    room = asyncio.Semaphore(AT_ONCE)
    bot.heard.done = room.release
    edits, stored = bot.heard.edits, bot.stored()
    numbers, began = iter(range(presses)), time.perf_counter()

    async def bring(courier: Courier) -> None:
        for _ in numbers:
            await room.acquire()
            number = next(bot.numbers)
            await courier.bring(press(number, *who_what_how(number)))

    await asyncio.gather(*map(bring, bot.couriers))
    while bot.heard.edits < edits + presses:  # noqa: ASYNC110 - looked at while the last few come
        await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    if bot.stored() - stored != presses:
        raise AssertionError(f"{presses} presses, {bot.stored() - stored} audit entries")
    return presses / took


async def steady(bot: Bot, rate: float, seconds: float) -> float:
    """The p99 from a press's arrival to its answer, in milliseconds, at so many presses a second."""
    loop, dice, sent = asyncio.get_running_loop(), random.Random(1), dict[int, float]()
    free: asyncio.Queue[Courier] = asyncio.Queue()
    for courier in bot.couriers:
        free.put_nowait(courier)

    async def bring(number: int) -> None:
        sent[number] = time.perf_counter()
        courier = await free.get()
        await courier.bring(press(number, *who_what_how(number)))
        free.put_nowait(courier)

    due, end, tasks = loop.time(), loop.time() + seconds, []
    while due < end:
        tasks.append(asyncio.create_task(bring(next(bot.numbers))))
        due += dice.expovariate(rate)
        await asyncio.sleep(max(0.0, due - loop.time()))
    await asyncio.gather(*tasks)
    while not bot.heard.answered.keys() >= sent.keys():  # noqa: ASYNC110 - looked at while the last few come
        await asyncio.sleep(0.01)
    return statistics.quantiles([1000 * (bot.heard.answered[n] - at) for n, at in sent.items()], n=100)[98]


async def measure(seconds: float) -> list[Measure]:
    return [*await near(seconds), *await far(seconds)]


async def near(seconds: float) -> list[Measure]:
    """Telegram answers at once."""
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            names = "stock", "aio", "matinee"
            bots = {each: await stack.enter_async_context(running(each, Path(folder))) for each in names}
            fast = await full(bots, seconds, rounds(seconds))
    return [
        Measure("presses / python-telegram-bot and ORM", fast["matinee"], fast["stock"], 6),
        Measure("presses / aiogram and ORM", fast["matinee"], fast["aio"], 5),
    ]


async def far(seconds: float) -> list[Measure]:
    """It is 50 ms away; the others as quick as they can be then."""
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            bots = dict[str, Bot]()
            for each, at_once in (("stock", AT_ONCE), ("aio", 1), ("matinee", 1)):
                far_away = running(each, Path(folder), at_once=at_once, latency_s=0.05)
                bots[each] = await stack.enter_async_context(far_away)
            close = {name: bots[name] for name in ("stock", "matinee")}
            slow = await full(close, 2 * seconds, rounds(seconds, STEADY))
            slow |= await full({"aio": bots["aio"]}, seconds, 1)  # many times slower, whatever the round
            p99 = await steady(bots["matinee"], slow["matinee"] / 2, seconds)
    return [
        Measure("the same, Telegram 50 ms away / python-telegram-bot", slow["matinee"], slow["stock"], 10),
        Measure("the same, Telegram 50 ms away / aiogram", slow["matinee"], slow["aio"], 1.2),
        Measure("from press to answer at half load, p99 / 50 ms", p99, 50, 10, least=False, unit="ms"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    return report(asyncio.run(measure(options.seconds)), options.json)


if __name__ == "__main__":
    sys.exit(main())
