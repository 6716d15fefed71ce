"""The local Telegram as the demo uses it: a child process, reached by HTTP only."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
import orjson

from bot.errors import Halt

START_S = 20
STOP_S = 5
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class LocalTelegram:
    """A running `bot.sandbox`. `address` opens the page, `api_url` is where the bot finds its Telegram."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self._process = process
        self.address = address
        parts = urlsplit(address)
        self.api_url = f"{parts.scheme}://{parts.netloc}"
        self._http = aiohttp.ClientSession(self.api_url, headers={"X-Sim-Key": parse_qs(parts.query)["key"][0]})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child; at SIGTERM it saves its state."""
        await self._http.close()
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def ended(self) -> None:
        """Raises Halt when the child ends by itself."""
        code = await self._process.wait()
        raise Halt(f"the local Telegram ended by itself with exit code {code}")

    async def world(self) -> dict[str, Any]:
        """People, chats and the clock, as /sim/state gives them."""
        async with self._http.get("/sim/state") as answer:
            answer.raise_for_status()
            state: dict[str, Any] = orjson.loads(await answer.read())
        return state

    async def show_landmarks(self, landmarks: list[dict[str, Any]]) -> None:
        """Offer instants (`name`, `at` in Unix seconds) to which the page's clock can jump."""
        async with self._http.post("/sim/landmarks", json={"landmarks": landmarks}) as answer:
            answer.raise_for_status()

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What happens there, until the connection ends."""
        timeout = aiohttp.ClientTimeout(total=None, connect=5)
        async with self._http.get("/sim/events", timeout=timeout) as answer:
            async for line in answer.content:
                if line.startswith(b"data:"):
                    yield orjson.loads(line.removeprefix(b"data:"))


@asynccontextmanager
async def local_telegram(state: Path, port: int, *, meanwhile: Callable[[], object]) -> AsyncIterator[LocalTelegram]:
    """Start it with its people and chats, on `port` or, where that is taken, on a free one.

    `meanwhile` is called while the child starts.
    """
    # A session of its own: Ctrl-C reaches the demo alone, which stops the bot before its Telegram.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", str(port if is_free(port) else 0),
        "--state", str(state), "--seed",
        stdout=asyncio.subprocess.PIPE, start_new_session=True, env=_without_settings(), preexec_fn=_end_with_parent(),
    )  # fmt: skip
    try:
        meanwhile()
        address = await _first_line(process)
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    async with LocalTelegram(process, address) as telegram:
        yield telegram


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def _first_line(process: asyncio.subprocess.Process) -> str:
    output = cast(asyncio.StreamReader, process.stdout)  # a pipe was asked for
    try:
        line = await asyncio.wait_for(output.readline(), START_S)
    except TimeoutError:
        raise Halt(f"the local Telegram did not start within {START_S} s") from None
    if not line:
        raise Halt(f"the local Telegram did not start: exit code {await process.wait()}")
    return line.decode().strip()


def _end_with_parent() -> Callable[[], object] | None:
    """On Linux the child is told to end when the demo is killed, or it would keep the port for ever."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return partial(prctl, PR_SET_PDEATHSIG, signal.SIGTERM)


def _without_settings() -> dict[str, str]:
    """The child needs no secret of the operator's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_")}
