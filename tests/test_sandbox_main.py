"""`python -m bot.sandbox`, as a program."""

import asyncio
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest


async def started(*arguments: str) -> asyncio.subprocess.Process:
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot.sandbox", *arguments, **pipes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_its_address_and_stops_cleanly_in_the_middle_of_a_poll(tmp_path: Path, number: int) -> None:
    process = await started("--port", "0", "--state", str(tmp_path / "state.json"), "--seed", "--key", "sesame")
    address = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    async with aiohttp.ClientSession() as http, http.get(address) as page:
        assert page.status == 200
        poll = asyncio.create_task(http.get(f"http://{urlsplit(address).netloc}/bot1:x/getUpdates?timeout=50"))
        await asyncio.sleep(0.1)
        process.send_signal(number)
        code = await asyncio.wait_for(process.wait(), 5)
        assert (await poll).status == 500

    assert (code, address.endswith("/?key=sesame"), (tmp_path / "state.json").exists()) == (0, True, True)


async def test_a_port_that_there_cannot_be_is_wrong_usage() -> None:
    process = await started("--port", "99999")
    _, errors = await asyncio.wait_for(process.communicate(), 20)

    assert (process.returncode, b"99999 is not in the range 0 to 65535" in errors) == (2, True)


async def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await started("--port", str(taken.getsockname()[1]))
        _, errors = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 1
    assert errors.decode().startswith("The sandbox cannot start: ")
    assert errors.count(b"\n") == 1
