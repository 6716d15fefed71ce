"""Fetching a large file: goes on where a former try broke off, and keeps what the server has not changed since."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp

from bot.errors import Halt
from bot.transport import proxy_for

Progress = Callable[[str, int, int], None]
CHUNK = 1 << 18
SILENCE_S = 60.0
"""A server that sends nothing for so long is given up."""


class DownloadFailed(Halt):
    """What is there stays there; the next try goes on from it."""


class _Place:
    """The file, what of it has come so far, and by which name the server knows that version."""

    def __init__(self, into: Path) -> None:
        self.into = into
        self.part, self._mark = into.with_name(into.name + ".part"), into.with_name(into.name + ".etag")
        into.parent.mkdir(parents=True, exist_ok=True)

    def asking(self) -> dict[str, str]:
        """The headers that ask for what is missing."""
        identity = {"Accept-Encoding": "identity"}  # the bytes as they are: they are counted
        known = self._mark.read_text() if self._mark.exists() else ""
        if known and self.begun():
            return identity | {"Range": f"bytes={self.begun()}-", "If-Range": known}
        return identity | ({"If-None-Match": known} if known and self.into.exists() else {})

    def begun(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def begin(self, mark: str) -> None:
        self.part.unlink(missing_ok=True)
        self._mark.write_text(mark)


async def download(url: str, into: Path, progress: Progress) -> None:
    """The whole file at `into`, or DownloadFailed. What was written before is not asked for again."""
    try:
        place = await asyncio.to_thread(_Place, into)
        if await _fetch(url, place, lambda done, total: progress(into.name, done, total)):
            await asyncio.to_thread(place.part.replace, into)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DownloadFailed(
            f"{url} broke off: {error or type(error).__name__}. Run the command again: it goes on from here."
        ) from error
    except OSError as error:
        raise DownloadFailed(f"{into} cannot be written: {error}") from error


async def _fetch(url: str, place: _Place, report: Callable[[int, int], None]) -> bool:
    """Complete the part; false if the file that is there already is the server's."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
    async with (
        aiohttp.ClientSession(proxy=proxy_for(url), timeout=timeout) as session,
        session.get(url, headers=await asyncio.to_thread(place.asking)) as response,
    ):
        if response.status == 304:
            return False
        if response.status == 416:  # the part is longer than what the server has now
            await asyncio.to_thread(place.begin, "")
            raise DownloadFailed(f"{url} has changed. Run the command again: it begins anew.")
        if response.status not in {200, 206}:
            raise DownloadFailed(f"{url} answered {response.status} {response.reason}")
        if response.status == 200:
            await asyncio.to_thread(place.begin, response.headers.get("ETag", ""))
        await _receive(response, place, report)
    return True


async def _receive(response: aiohttp.ClientResponse, place: _Place, report: Callable[[int, int], None]) -> None:
    done = place.begun()
    total = done + (response.content_length or 0)
    with place.part.open("ab") as file:
        async for piece in response.content.iter_chunked(CHUNK):
            await asyncio.to_thread(file.write, piece)
            done += len(piece)
            report(done, max(done, total))
    if done < total:
        raise aiohttp.ClientPayloadError(f"{done:,} of {total:,} bytes came")
