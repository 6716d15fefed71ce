"""Reports to Sentry, beside a local stand-in: which error and where in the code, and nothing of anybody."""

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import sentry
from bot.config import Settings
from bot.errors import ConfigError
from bot.sandbox.seed import ANN, PEOPLE
from tests import program
from tests.conversations import TOKEN
from tests.test_log import fault, logged

KEY = "0123456789abcdef0123456789abcdef"
TEXT = "lonely hearts and secrets"


class StandIn:
    """Keeps whole requests, unpacked: what a listener on the way would see."""

    def __init__(self) -> None:
        self.dsn = ""
        self.envelopes: asyncio.Queue[str] = asyncio.Queue()
        self.seen = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        content = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        self.seen += f"{request.path_qs} {dict(request.headers)}\n{content.decode()}"
        self.envelopes.put_nowait(content.decode())
        return web.json_response({})

    async def event(self) -> dict[str, Any]:
        """The next report; an envelope is a line of its own, then a line about each item, then the item."""
        async with asyncio.timeout(15):
            _, item, event, *_ = (json.loads(line) for line in (await self.envelopes.get()).splitlines())
        assert item["type"] == "event"
        return dict(event)


@pytest.fixture
async def there() -> AsyncIterator[StandIn]:
    made = StandIn()
    server = web.Application(client_max_size=2**24)
    server.router.add_post("/api/1/envelope/", made.take)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.dsn = f"http://{KEY}@127.0.0.1:{runner.addresses[0][1]}/1"
    yield made
    await runner.cleanup()


async def test_the_bot_reports_a_handler_that_failed_and_nothing_of_anybody(there: StandIn, tmp_path: Path) -> None:
    data_dir, lines = await program.small_world(tmp_path / "data"), []
    async with logged(data_dir, lines, sentry_dsn=there.dsn) as client:
        ann = await client.open(ANN)
        await ann.asks("/start")
        await fault(client, "sendMessage", 400, f"Bad Request: odd {TOKEN} {TEXT}")
        await ann.says(TEXT)
        event = await there.event()

    (error,) = event["exception"]["values"]
    functions = {(frame["module"], frame["function"]) for frame in error["stacktrace"]["frames"]}
    assert (event["message"], event["level"], event["logger"]) == ("handler failed", "error", "matinee.handlers")
    assert (error["type"], ("handlers.search", "on_text") in functions) == ("BadRequest", True)
    ids = {str(line["update_id"]) for line in lines if "update_id" in line}
    names = {str(part) for each in PEOPLE for part in each[:4]}
    secret = {TOKEN, TEXT, "lonely", "odd", str(tmp_path), "p-"}
    assert [word for word in names | ids | secret if word in there.seen] == []
    assert ids


def test_of_an_event_only_what_is_allowed_is_left() -> None:
    secret = "secret"
    frame = {"module": "m", "function": "f", "lineno": 3, "vars": {"text": secret}, "abs_path": f"/home/{secret}"}
    value = {
        "type": "ValueError",
        "module": None,
        "value": secret,
        "stacktrace": {"frames": [frame]},
        "mechanism": secret,
    }
    parts = ("user", "request", "extra", "contexts", "tags", "breadcrumbs", "server_name", "modules", "threads")
    event = {"event_id": "1", "exception": {"values": [value]}, **{key: {secret: secret} for key in parts}}
    left = sentry.scrub(event, {})  # type: ignore[arg-type]

    where = {"frames": [{"module": "m", "function": "f", "lineno": 3}]}
    error = {"type": "ValueError", "module": None, "stacktrace": where}
    assert left == {"event_id": "1", "exception": {"values": [error]}}


LAST_WORDS = """
import logging
from bot import log, sentry
from bot.config import Settings

log.set_up("json")
sentry.start(Settings(sentry_dsn=DSN))
logging.getLogger("a.library").error("cannot read %s", TEXT)
raise ValueError(TEXT) from KeyError(TEXT)
"""


async def test_what_ends_the_program_is_reported_before_it_ends(there: StandIn) -> None:
    """With the cause; of another library's line only that there was one."""
    script = f"DSN, TEXT = {there.dsn!r}, {TEXT!r}\n{LAST_WORDS}"
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stderr=subprocess.DEVNULL)
    await asyncio.wait_for(child.wait(), 30)
    first, last = await there.event(), await there.event()

    assert (first["logger"], "message" in first, first["exception"]["values"]) == ("a.library", False, [])
    assert (last["level"], [each["type"] for each in last["exception"]["values"]]) == (
        "critical",
        ["KeyError", "ValueError"],
    )
    assert [word for word in (TEXT, "lonely", "raise ValueError") if word in there.seen] == []


def test_without_a_dsn_the_package_is_not_even_loaded() -> None:
    code = "from bot import app, sentry; from bot.config import Settings; sentry.start(Settings())"
    check = "import sys; sys.exit('sentry_sdk' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", f"{code}; {check}"], check=False).returncode == 0


def test_a_dsn_without_the_package_is_one_line_that_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ConfigError, match="pip install 'sentry-sdk<3'") as refused:
        sentry.start(Settings(sentry_dsn=f"https://{KEY}@sentry.example/1"))

    assert KEY not in str(refused.value)
