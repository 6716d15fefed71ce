"""deploy/nginx: what the site lets through, and that no delivery is lost when a replica dies behind it."""

import asyncio
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import orjson

from tests import nginx, program, stub_telegram
from tests.deliveries import HEADER, SECRET
from tests.nginx import STRANGER, Proxy, needs_nginx, proxying
from tests.program import free_port
from tests.stub_telegram import TOKEN
from tests.test_intake import message


class Replica:
    """A stand-in that can be killed; `taken` is what it stored."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._file = home / f"inbox-{self.port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def taken(self) -> list[int]:
        return [int(line) for line in self._file.read_text("utf-8").split()] if self._file.exists() else []

    async def start(self) -> None:
        command = (sys.executable, "-m", "tests.replica", str(self.port), str(self._file))
        self._process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        assert await asyncio.wait_for(self._process.stdout.readline(), 10)

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def replicas(home: Path) -> AsyncIterator[tuple[Replica, Replica]]:
    first, second = Replica(home), Replica(home)
    await asyncio.gather(first.start(), second.start())
    try:
        yield first, second
    finally:
        await asyncio.gather(first.kill(), second.kill())


async def delivered(proxy: Proxy, number: int, statuses: Counter[int]) -> None:
    """As Telegram does it: again and again until it hears 200."""
    while True:
        status, _ = await proxy.asks("/telegram", data=orjson.dumps({"update_id": number}))
        statuses[status] += 1
        if status == 200:
            return
        await asyncio.sleep(0.01)


def test_only_telegrams_own_addresses_are_let_in() -> None:
    allowed = re.findall(r"^\s*(allow|deny) (.*);$", nginx.SITE.read_text("utf-8"), re.MULTILINE)

    assert allowed == [("allow", "149.154.160.0/20"), ("allow", "91.108.4.0/22"), ("deny", "all"), ("deny", "all")]


@needs_nginx
def test_nginx_finds_no_fault_in_the_site(tmp_path: Path) -> None:
    main = nginx.configured(tmp_path, Proxy(tmp_path, free_port(), free_port()), [free_port(), free_port()])

    checked = subprocess.run(nginx.command(main, "-t"), capture_output=True, text=True, check=False)

    assert (checked.returncode, "[warn]" in checked.stderr) == (0, False), checked.stderr


@needs_nginx
async def test_a_bot_behind_it_gets_deliveries_and_nothing_else(tmp_path: Path) -> None:
    data_dir, port = await program.small_world(tmp_path / "data"), free_port()
    own = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "listen": f"127.0.0.1:{port}"}
    shown = {HEADER: SECRET}
    body = orjson.dumps(message(1, "/start"))
    async with (
        stub_telegram.running() as stub,
        program.started(data_dir, "run", token=TOKEN, api_url=stub.url, **own),
        proxying(tmp_path, port) as proxy,
    ):
        await stub.wait_for("getWebhookInfo")  # its door is open then
        taken = await proxy.asks("/telegram", data=body, headers=shown)
        await stub.wait_for("sendMessage")
        statuses = {
            "stranger": (await proxy.asks("/telegram", data=body, headers=shown, by=STRANGER))[0],
            "no secret": (await proxy.asks("/telegram", data=body))[0],
            "GET": (await proxy.asks("/telegram", method="GET", headers=shown))[0],
            "large": (await proxy.asks("/telegram", data=bytes((1 << 20) + 1), headers=shown))[0],
        }
        inside = [(await proxy.asks(path, method="GET"))[0] for path in ("/healthz", "/readyz", "/metrics", "/")]

    assert taken == (200, "")
    assert statuses == {"stranger": 403, "no secret": 403, "GET": 403, "large": 413}
    assert inside == [404] * 4


@needs_nginx
async def test_lets_encrypt_finds_its_answer_and_nobody_finds_more(tmp_path: Path) -> None:
    async with proxying(tmp_path, free_port()) as proxy, aiohttp.ClientSession() as http:
        challenge = tmp_path / "webroot" / ".well-known" / "acme-challenge" / "abc"
        challenge.parent.mkdir(parents=True)
        challenge.write_text("abc.def")
        answers = {}
        for path in ("/.well-known/acme-challenge/abc", "/telegram", "/metrics"):
            async with http.get(f"http://127.0.0.1:{proxy.http_port}{path}") as answer:
                answers[path] = (answer.status, await answer.text() if answer.status == 200 else "")

    assert answers == {
        "/.well-known/acme-challenge/abc": (200, "abc.def"), "/telegram": (404, ""), "/metrics": (404, "")
    }  # fmt: skip


@needs_nginx
async def test_a_replica_killed_under_load_loses_nothing(tmp_path: Path) -> None:
    statuses: Counter[int] = Counter()
    numbers, under_load = iter(range(600)), asyncio.Event()

    async def deliver(proxy: Proxy) -> None:
        for number in numbers:
            await delivered(proxy, number, statuses)
            if number == 200:
                under_load.set()

    async with (
        asyncio.timeout(30),
        replicas(tmp_path) as (first, second),
        proxying(tmp_path, first.port, second.port) as proxy,
    ):
        load = asyncio.gather(*(deliver(proxy) for _ in range(16)))
        await under_load.wait()
        await first.kill()
        before = len(first.taken)
        await load

    assert set(first.taken) | set(second.taken) == set(range(600))
    assert (before > 0, statuses[200], set(statuses) - {200} <= {502}) == (True, 600, True)


@needs_nginx
async def test_a_replica_that_is_down_is_passed_over_unnoticed(tmp_path: Path) -> None:
    """It was not reached, so the POST may go to the other one."""
    statuses: Counter[int] = Counter()
    async with replicas(tmp_path) as (first, second), proxying(tmp_path, first.port, second.port) as proxy:
        await first.kill()
        for number in range(6):
            await delivered(proxy, number, statuses)

    assert (second.taken, statuses) == (list(range(6)), {200: 6})


@needs_nginx
async def test_a_delivery_that_a_replica_may_have_stored_is_repeated_by_telegram_only(tmp_path: Path) -> None:
    async with replicas(tmp_path) as (first, second), proxying(tmp_path, first.port, second.port) as proxy:
        status, _ = await proxy.asks("/telegram", data=b'{"update_id": 7, "break": true}')
        again, _ = await proxy.asks("/telegram", data=b'{"update_id": 7}')

    assert (status, again) == (502, 200)
    assert len(first.taken + second.taken) == 2
