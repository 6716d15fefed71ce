"""`matinee demo`, whole: the page, the bot, its past, the page's clock and the digest that comes when it jumps."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests import program

Json = dict[str, Any]
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Page:
    """A running demo as the page sees it."""

    process: asyncio.subprocess.Process
    address: str
    started_s: float
    http: aiohttp.ClientSession
    said: str

    async def get(self, path: str) -> Any:
        async with self.http.get(path) as answer:
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self.http.post(path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def until(self, path: str, met: Callable[[Any], bool], *, within_s: float = 180) -> Any:
        """The first answer of `path` for which `met` holds."""
        async with asyncio.timeout(within_s):
            while not met(answer := await self.get(path)):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return answer


@asynccontextmanager
async def demo(data_dir: Path, port: int = 0) -> AsyncIterator[Page]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with program.started(data_dir, "demo", "--port", str(port)) as process:
        assert process.stdout is not None
        said = ""
        while "http://" not in said:
            line = await asyncio.wait_for(process.stdout.readline(), 20)
            assert line, (await process.communicate())[1].decode()
            said += line.decode()
        address = "http://" + said.split("http://")[1].split()[0]
        server, key = address.split("/?key=")
        async with aiohttp.ClientSession(server, headers={"X-Sim-Key": key}) as http:
            async with http.get("/") as page:
                assert page.status == 200
            yield Page(process, address, loop.time() - began, http, said)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for the whole file: its catalogue is imported once."""
    return tmp_path_factory.mktemp("demo") / "data"


def club_of(state: Json) -> Json:
    return next(chat for chat in state["chats"] if chat["type"] in {"group", "supergroup"})


def landmark(state: Json) -> int | None:
    return next((each["at"] for each in state["landmarks"] if each["name"] == "Next digest"), None)


async def test_the_first_demo_serves_its_page_at_once_and_posts_the_digest_when_the_clock_jumps(data_dir: Path) -> None:
    async with demo(data_dir) as page:
        assert page.started_s < 10  # the import of the catalogue goes on behind the page
        state = await page.until("/sim/state", lambda each: landmark(each) is not None)
        club = club_of(state)["id"]
        before = len((await page.get(f"/sim/chat/{club}"))["messages"])
        await page.post("/sim/clock", to=landmark(state) + 3 * DAY_S)  # in one jump that is too late for a digest
        chat = await page.until(f"/sim/chat/{club}", lambda each: len(each["messages"]) > before)
        end = await program.terminated(page.process)

    assert chat["messages"][-1]["from"]["is_bot"]
    assert (end.code, "Traceback" in end.err) == (0, False)


async def test_the_second_demo_is_up_soon_with_what_was(data_dir: Path) -> None:
    async with demo(data_dir) as page:
        state = await page.get("/sim/state")
        user = next(user for user in state["users"] if not user["is_bot"])["id"]
        await page.post("/sim/message", chat_id=user, user_id=user, text="/top")
        chat = await page.until(f"/sim/chat/{user}", lambda each: each["messages"][-1]["from"]["is_bot"], within_s=60)

    assert page.started_s < 15  # 1.5 s where nothing else runs; the first one imports for longer than this
    assert "Godfather" in chat["messages"][-1]["text"]


async def test_somebody_there_is_an_operator(data_dir: Path) -> None:
    def shows_the_trail(chat: Json) -> bool:
        return any(message.get("text", "").startswith("🧾 Audit trail") for message in chat["messages"])

    async with demo(data_dir) as page:
        user = next(user for user in (await page.get("/sim/state"))["users"] if not user["is_bot"])["id"]
        await page.post("/sim/message", chat_id=user, user_id=user, text="/audit")
        await page.until(f"/sim/chat/{user}", shows_the_trail, within_s=60)


async def test_ctrl_c_ends_the_demo_and_its_child(data_dir: Path) -> None:
    async with demo(data_dir) as page:
        page.process.send_signal(signal.SIGINT)
        end = await program.ended(page.process, within_s=60)
        with pytest.raises(aiohttp.ClientConnectionError):
            await page.get("/sim/state")

    assert (end.code, "Traceback" in end.err) == (0, False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's end")
async def test_a_killed_demo_leaves_no_child_behind(data_dir: Path) -> None:
    async with demo(data_dir) as page:
        page.process.kill()
        with pytest.raises(aiohttp.ClientConnectionError):
            await page.until("/sim/state", lambda _: False, within_s=5)


async def test_it_says_when_it_is_ready(data_dir: Path) -> None:
    async with demo(data_dir) as page:
        assert page.process.stdout is not None
        said = await asyncio.wait_for(page.process.stdout.readuntil(b"films."), 60)

    assert said.decode().split() == ["Ctrl-C", "stops", "it.", "Ready,", "with", "123,818", "films."]


async def test_a_busy_port_is_replaced_and_said(data_dir: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        async with demo(data_dir, port) as page:
            end = await program.terminated(page.process)

    assert f"Port {port} is taken" in page.said
    assert (end.code, f":{port}/" in page.address) == (0, False)
