"""The token appears in nothing that the program writes, whatever goes wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import program, stub_telegram
from tests.stub_telegram import TOKEN
from tests.test_intake import message

SECRET = TOKEN.partition(":")[2]

MISHAPS = """
import asyncio, logging, threading, warnings
import structlog
from bot import log
from bot.redact import redact

redact.learn(TOKEN)
log.set_up(STYLE)
url = f"https://api.telegram.org/bot{TOKEN}/getMe"

def fail():
    try:
        raise ConnectionError(f"no route to {url}")
    except ConnectionError as error:
        raise RuntimeError(url) from error

try:
    fail()
except RuntimeError as error:
    logging.getLogger("anyone").exception("as an argument: %s", url)
    structlog.get_logger().exception("as a field", url=url, error=error, nested={"deep": [url]})
logging.getLogger("httpx").info("HTTP Request: POST %s", url)
logging.getLogger("httpx").warning("HTTP Request: POST %s", url)
warnings.warn(url)
thread = threading.Thread(target=fail)
thread.start()
thread.join()

async def forgotten():
    log.watch(asyncio.get_running_loop())
    asyncio.create_task(asyncio.to_thread(fail))
    await asyncio.sleep(0.05)
    import gc; gc.collect()

asyncio.run(forgotten())

class Unraisable:
    def __del__(self):
        fail()

Unraisable()
fail()
"""


@pytest.mark.parametrize("style", ["text", "json"])
def test_every_way_to_the_log_hides_the_token(style: str) -> None:
    script = f"TOKEN = {TOKEN!r}; STYLE = {style!r}\n{MISHAPS}"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    written = child.stdout + child.stderr
    assert child.returncode == 1
    assert written.count("no route to") >= 6
    assert "HTTP Request" in written
    assert SECRET not in written


def everything_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


@pytest.mark.parametrize("log", ["text", "json"])
async def test_a_run_in_which_everything_fails_hides_the_token(log: str, tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    async with stub_telegram.running() as stub:
        unauthorized = stub_telegram.error(401, "Unauthorized")
        tells = stub_telegram.error(500, f"Internal Server Error: {stub.url}/bot{TOKEN}/sendMessage broke")
        stub.script["getMe"] = [stub_telegram.drop, tells]
        stub.script["sendMessage"] = [tells] * 20
        stub.script["getUpdates"] = [tells, stub_telegram.drop]
        stub.updates = [message(1, "/start"), {"update_id": 2, "message": "no object"}]
        settings = {"token": TOKEN, "api_url": stub.url, "log": log, "listen": "127.0.0.1:0"}
        async with program.started(data_dir, "run", **settings) as process:
            await stub.wait_for("sendMessage", 2)
            stub.script["getUpdates"] = [unauthorized] * 3
            end = await program.ended(process)

    assert (end.code, end.err.splitlines()[-1]) == (
        1, "matinee: Telegram refuses the token: check MATINEE_TOKEN, or get a new one from @BotFather"
    )  # fmt: skip
    assert "unparsable update" in end.err
    assert SECRET not in end.out + end.err
    assert SECRET.encode() not in everything_in(data_dir)


@pytest.mark.parametrize("log", ["text", "json"])
async def test_a_run_without_a_telegram_names_its_address_and_hides_the_token(log: str, tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    api_url = "http://ann:hunter2@127.0.0.1:9/a/path"
    async with program.started(data_dir, "run", token=TOKEN, api_url=api_url, log=log) as process:
        assert process.stderr is not None
        first = await process.stderr.readline()
        end = await program.terminated(process)

    assert (end.code, b"Telegram does not answer" in first, b"http://127.0.0.1:9" in first) == (0, True, True)
    assert [word for word in (SECRET, "hunter2", "a/path") if word in first.decode() + end.out + end.err] == []


async def test_the_doctor_hides_the_token(tmp_path: Path) -> None:
    data_dir = await program.small_world(tmp_path / "data")
    async with stub_telegram.running() as stub:
        stub.script["getMe"] = [stub_telegram.error(500, f"{stub.url}/bot{TOKEN}/getMe broke")]
        end = await program.matinee(data_dir, "doctor", token=TOKEN, api_url=stub.url)

    assert (end.code, "failed   token" in end.out) == (1, True)
    assert SECRET not in end.out + end.err
