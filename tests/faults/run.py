"""One run of chaos: the bot, its sandbox and its plan, from the first update to the last promise."""

import asyncio
import signal
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.server import running
from tests.conversations import TOKEN
from tests.faults import world
from tests.faults.child import Child, EndedBadly, kept
from tests.faults.invariants import broken, unfinished
from tests.faults.model import expected
from tests.faults.plan import CLUBS, FOUNDING, Plan
from tests.faults.stage import DIGEST, Stage
from tests.faults.weather import Weather
from tests.program import matinee, storage_settings

PATIENCE_S = 240
"""For working everything off."""


@dataclass(slots=True)
class Report:
    """What a run came to. `broken` are the promises that were not kept."""

    plan: Plan
    broken: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        figures = ", ".join(f"{name} {value}" for name, value in self.figures.items())
        return f"seed {self.plan.seed}: {figures}" + "".join(f"\n  BROKEN {fault}" for fault in self.broken)


class Run:
    """`data_dir` is prepared, and stays as the run leaves it."""

    def __init__(self, plan: Plan, data_dir: Path) -> None:
        self._plan, self._data_dir = plan, data_dir
        self._weather = Weather(plan.seed, self._at_call)
        self._kills, self._stops = list(plan.kills), list(plan.stops)
        self._dies_at_digest, self._crashes = plan.dies_at_digest, plan.crashes
        self._heard = 0  # the process that called last
        self.report = Report(plan)

    async def to_its_end(self) -> Report:
        began = time.monotonic()
        async with running(token=TOKEN) as sandbox:
            sandbox.world.faults = self._weather
            self._stage, self._child = Stage(sandbox.world), Child(self._data_dir, sandbox.url)
            try:
                await self._work()
            except (EndedBadly, TimeoutError) as error:
                self.report.broken.append(f"{type(error).__name__}: {error}")
            self._check()
        self._note(seconds=round(time.monotonic() - began, 1))
        return self.report

    async def _work(self) -> None:
        async with kept(self._child) as keeping:
            began, pushing = time.monotonic(), asyncio.create_task(self._push())
            try:
                await self._worked_off(keeping, pushing)
            finally:
                pushing.cancel()
            rate = len(self._stage.pushed) / (time.monotonic() - began)
            await self._child.stop(keeping)
        self._note(rate=f"{rate:.0f}/s", stop=f"{self._child.slowest_stop_s:.1f} s")
        verified = await matinee(self._data_dir, "audit", "verify")
        if verified.code != 0:
            self.report.broken.append(f"audit verify: {verified.out or verified.err}")

    async def _push(self) -> None:
        """After the digests: in a club where all press at once, other messages wait for a minute."""
        world.make_digests_due(self._data_dir)
        while self._digests_open():  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.1)
        await self._stage.push(self._plan.steps)

    def _digests_open(self) -> bool:
        with closing(world.open_database(self._data_dir)) as database:
            (settled,) = database.execute("SELECT count(*) FROM digest_run WHERE status != 'claimed'").fetchone()
            return int(settled) < len(CLUBS)

    async def _worked_off(self, keeping: "asyncio.Task[None]", pushing: "asyncio.Task[None]") -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not (pushing.done() and self._is_done()):
                if keeping.done():
                    keeping.result()
                await asyncio.sleep(0.1)
        pushing.result()

    def _is_done(self) -> bool:
        """All that was pushed has come in, everything is finished, every signal was sent, and a process is at work."""
        at_work = self._child.lives and self._heard == self._child.pid
        if self._kills or self._stops or self._crashes or not at_work:
            return False
        with closing(world.open_database(self._data_dir)) as database:
            (taken,) = database.execute("SELECT count(*) FROM inbox").fetchone()
            return taken >= len(self._stage.pushed) and not unfinished(database)

    def _at_call(self, number: int, method: str, params: Mapping[str, Any]) -> None:
        """Send the signal that the plan has for this call."""
        self._heard = self._child.pid
        if self._kills and number >= self._kills[0]:
            if self._end(signal.SIGKILL):
                self._kills.pop(0)
        elif self._stops and number >= self._stops[0]:
            if self._end(signal.SIGTERM):
                self._stops.pop(0)
        elif self._dies_at_digest and DIGEST in str(params.get("text", "")):
            self._dies_at_digest = not self._end(signal.SIGKILL)
        elif self._crashes and method == "getUpdates" and self._all_taken():
            self._crashes -= self._end(signal.SIGKILL)

    def _end(self, by: signal.Signals) -> bool:
        ended = self._child.end(by)
        if ended:
            world.make_digests_due(self._data_dir)
        return ended

    def _all_taken(self) -> bool:
        pushed = len(self._stage.pushed) == len(self._plan.steps)
        return pushed and len(self._stage.world.updates.waiting) < 100

    def _check(self) -> None:
        pushed = self._stage.pushed
        wanted = expected([*enumerate(FOUNDING), *pushed])
        with closing(world.open_database(self._data_dir)) as database:
            ranking = storage_settings(self._data_dir).ranking
            self.report.broken += broken(database, wanted, {number for number, _ in pushed}, ranking)
        digests = [self._stage.digests(club) for club in CLUBS]
        self.report.broken += [f"digests: {count} of one week in one club" for count in digests if count > 1]
        self._note(updates=len(pushed), calls=self._weather.calls, faults=self._weather.struck)
        self._note(changes=sum(map(len, wanted.trail.values())), digests=sum(digests))
        self._note(kills=self._child.ends.count(signal.SIGKILL), stops=self._child.ends.count(signal.SIGTERM))

    def _note(self, **figures: Any) -> None:
        self.report.figures |= figures
