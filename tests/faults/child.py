"""The bot as a child process that dies now and then, and is started again on the same data."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conversations import TOKEN
from tests.program import started

SETTINGS = {"token": TOKEN, "flood": "off", "tick_s": "1", "poll_timeout_s": "5", "seal_s": "1"}
STOP_S = 10.0
"""How long it may take to end once it is told to."""


class EndedBadly(AssertionError):
    """The bot ended by itself, too late, or with the wrong exit code."""


class Child:
    """`log` is all that its processes wrote, `ends` the signals that ended them so far, one for each process."""

    def __init__(self, data_dir: Path, api_url: str, **more: str) -> None:
        self._data_dir, self._settings = data_dir, {**SETTINGS, "api_url": api_url, **more}
        self._process: asyncio.subprocess.Process | None = None
        self._signal: signal.Signals | None = None
        self._told_at = 0.0
        self._last = False
        self.log: list[str] = []
        self.ends: list[signal.Signals] = []
        self.slowest_stop_s = 0.0

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def lives(self) -> bool:
        """Whether there is a process, and no signal on its way to it."""
        return self._signal is None and self._process is not None and self._process.returncode is None

    def end(self, by: signal.Signals) -> bool:
        """Whether there was a process to end."""
        if self._process is None or not self.lives:
            return False
        self._signal, self._told_at = by, time.monotonic()
        self._process.send_signal(by)
        return True

    async def keep(self) -> None:
        """Start a new process whenever one has ended, until `stop`. Raises EndedBadly."""
        while not self._last:
            code = await self._once()
            self._judge(code)

    async def _once(self) -> int:
        async with started(self._data_dir, "run", **self._settings) as process:
            self._process, self._signal = process, None
            pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe]
            written = await asyncio.gather(*(pipe.read() for pipe in pipes))
            self.log.append(b"".join(written).decode())
            return await process.wait()

    def _judge(self, code: int) -> None:
        words = self.log[-1][-2000:]
        if self._signal is None:
            raise EndedBadly(f"the bot ended by itself, exit code {code}: {words}")
        self.ends.append(self._signal)
        if self._signal is signal.SIGTERM:
            took = time.monotonic() - self._told_at
            self.slowest_stop_s = max(self.slowest_stop_s, took)
            if code != 0 or took > STOP_S:
                raise EndedBadly(f"SIGTERM ended the bot after {took:.1f} s, exit code {code}: {words}")

    async def stop(self, keeping: "asyncio.Task[None]") -> None:
        """As a host does, for good. Raises EndedBadly; TimeoutError when even twice the time is not enough."""
        self._last = True
        self.end(signal.SIGTERM)
        await asyncio.wait_for(keeping, 2 * STOP_S)


@asynccontextmanager
async def kept(child: Child) -> AsyncIterator["asyncio.Task[None]"]:
    """The child at work; its task ends early only with an error. Nothing of it is left after the block."""
    keeping = asyncio.create_task(child.keep())
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
