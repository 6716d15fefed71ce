"""Fetching large files from a local server that breaks off, changes its mind, and refuses."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from bot.download import DownloadFailed, download
from tests.catalogues import quiet

WHOLE = bytes(range(256)) * 4000


class Files:
    """One file, with an ETag; sends `most` bytes of an answer and then hangs up."""

    def __init__(self) -> None:
        self.body, self.tag, self.most = WHOLE, '"one"', len(WHOLE)
        self.asked: list[str | None] = []
        self.sent = 0
        self.url = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("Range"))
        if request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304)
        begin = self._begin(request)
        response = web.StreamResponse(status=206 if begin else 200, headers={"ETag": self.tag})
        response.content_length = len(self.body) - begin
        await response.prepare(request)
        piece = self.body[begin : begin + self.most]
        self.sent += len(piece)
        await response.write(piece)
        if len(piece) < len(self.body) - begin and request.transport is not None:
            await asyncio.sleep(0.2)  # aiohttp forgets what it has not yet handed on when the connection breaks
            request.transport.close()
        return response

    def _begin(self, request: web.Request) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        return int(asked[1]) if asked and request.headers.get("If-Range") == self.tag else 0


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    made, application = Files(), web.Application()
    application.router.add_get("/{name}", made.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/basics.gz"
    yield made
    await runner.cleanup()


async def breaks_off(files: Files, into: Path) -> None:
    files.most = 300_000
    with pytest.raises(DownloadFailed, match="goes on from here"):
        await download(files.url, into, quiet)
    files.most = len(WHOLE)


async def test_the_whole_file_arrives_with_progress(files: Files, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    note: Callable[[str, int, int], None] = lambda *said: seen.append(said)  # noqa: E731 - one line
    await download(files.url, tmp_path / "deep" / "basics.gz", note)

    assert (tmp_path / "deep" / "basics.gz").read_bytes() == WHOLE
    assert seen[-1] == ("basics.gz", len(WHOLE), len(WHOLE))


async def test_what_broke_off_goes_on(files: Files, tmp_path: Path) -> None:
    into = tmp_path / "basics.gz"
    await breaks_off(files, into)
    assert not into.exists()
    await download(files.url, into, quiet)

    assert into.read_bytes() == WHOLE
    assert re.fullmatch(r"bytes=[1-9]\d+-", files.asked[-1] or "")


async def test_what_changed_meanwhile_begins_anew(files: Files, tmp_path: Path) -> None:
    into = tmp_path / "basics.gz"
    await breaks_off(files, into)
    files.body, files.tag = WHOLE[::-1], '"two"'
    await download(files.url, into, quiet)

    assert into.read_bytes() == WHOLE[::-1]


async def test_what_is_there_already_is_not_fetched_again(files: Files, tmp_path: Path) -> None:
    into = tmp_path / "basics.gz"
    await download(files.url, into, quiet)
    await download(files.url, into, quiet)

    assert (files.sent, into.read_bytes()) == (len(WHOLE), WHOLE)


async def test_a_refusal_is_named(tmp_path: Path, files: Files) -> None:
    with pytest.raises(DownloadFailed, match="answered 404"):
        await download(f"{files.url}/no", tmp_path / "x", quiet)
    with pytest.raises(DownloadFailed, match="broke off"):
        await download("http://127.0.0.1:9/x", tmp_path / "x", quiet)
