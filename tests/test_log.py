"""The log: which update and whose, by a pseudonym; never a name, a text or an id of a person, whatever goes wrong."""

import io
import json
import logging
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from bot import log
from bot.pseudonyms import chat_name, pseudonym
from bot.said import hide
from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB, PEOPLE
from bot.sandbox.server import running
from storage.models import person
from storage.service import Storage
from tests import program
from tests.conversations import TOKEN, Stage
from tests.sandbox_client import SandboxClient, connected

NAME = "Robert'); DROP\nTABLE"
TEXT = 'a "secret"\nconfession Ünïcøde 李明 <b>bold'
SAID = ("heat", "lonely hearts and secrets", "quiet inline words", "Ridley", "odd")


@asynccontextmanager
async def logged(data_dir: Path, lines: list[dict[str, Any]], **settings: str) -> AsyncIterator[SandboxClient]:
    """The real program at work in a sandbox; its log is in `lines` afterwards."""
    async with running(pedantic=False, seed=True) as sandbox, connected(sandbox.url, sandbox.key) as client:
        given = {"token": TOKEN, "api_url": sandbox.url, "log": "json", "poll_timeout_s": "5", **settings}
        async with program.started(data_dir, "run", **given) as process:
            yield client
            end = await program.terminated(process)
    lines += [json.loads(line) for line in end.err.splitlines()]


async def fault(client: SandboxClient, method: str, status: int, description: str, **more: Any) -> None:
    answer = {"status": status, "code": status, "description": description, **more}
    await client.post("/sim/fault", method=method, kind="status", times=1, **answer)


async def converse(client: SandboxClient) -> None:
    """What people do in a week, with Telegram refusing now and then so that there is something to log."""
    ann, ben, chiara = await client.open(ANN), await client.open(BEN, CLUB), await client.open(CHIARA, CLUB)
    await ann.asks("/start")
    await fault(client, "sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    card = await ann.asks(SAID[0])  # tried twice
    await card.press("8")
    await fault(client, "sendMessage", 400, "Bad Request: something odd")
    await ann.says(SAID[1])  # fails, and Ann is told
    await ann.reply()
    await fault(client, "editMessageText", 400, "Bad Request: something odd")
    await (await ben.asks(f"/rate {SAID[0]} 9")).press("7")
    await chiara.asks(f"/search {SAID[3]}")
    await client.types(BEN, CLUB, SAID[2])
    for command in ("/my", "/top", "/history", "/export", "/forgetme"):
        await ann.says(command)
    await ann.asks("/privacy")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The log of a whole conversation."""
    found: list[dict[str, Any]] = []
    data_dir = await program.small_world(tmp_path_factory.mktemp("log") / "data")
    async with logged(data_dir, found) as client:
        await converse(client)
    return found


async def test_no_name_no_text_and_no_id_of_a_person_reaches_the_log(lines: list[dict[str, Any]]) -> None:
    written = json.dumps(lines, ensure_ascii=False)
    names = {str(part) for each in PEOPLE for part in each[:4]}

    assert {"tried in vain", "handler failed"} <= {line["event"] for line in lines}
    assert [word for word in names | set(SAID) - {"odd"} if re.search(rf"\b{re.escape(word)}\b", written, re.I)] == []


async def test_a_line_about_an_update_has_its_number_and_a_stable_pseudonym(lines: list[dict[str, Any]]) -> None:
    tried, *failed = [line for line in lines if line["event"] in {"tried in vain", "handler failed"}]

    assert all(re.fullmatch(r"p-[0-9a-f]{10}", line["person"]) for line in (tried, *failed))
    assert tried["person"] == failed[0]["person"]  # Ann's, at another update
    assert tried["update_id"] < failed[0]["update_id"]
    assert failed[-1]["person"] != tried["person"]  # Ben's
    assert [line for line in lines if line["event"] == "ready" and "person" in line] == []


def test_a_pseudonym_is_the_same_for_one_and_another_for_others() -> None:
    assert (pseudonym(ANN), len({pseudonym(ANN + more) for more in range(1000)})) == (pseudonym(ANN), 1000)
    assert (chat_name(CLUB), chat_name(ANN)) == (CLUB, pseudonym(ANN))
    assert str(ANN) not in pseudonym(ANN)


def test_a_pseudonym_is_another_in_the_next_run() -> None:
    code = f"from bot.pseudonyms import pseudonym; print(pseudonym({ANN}))"
    runs = [subprocess.check_output([sys.executable, "-c", code]) for _ in range(2)]

    assert runs[0] != runs[1]


async def test_an_error_of_the_database_holds_nothing_of_what_was_written(storage: Storage) -> None:
    """The statement and the constraint, yes; the row with names and texts in it, no."""
    name = "-".join(["a", "quite", "secret", "name"])  # in one piece it stands in no line of code
    incomplete = sa.insert(person).values(id=8, name=name)
    with pytest.raises(IntegrityError) as caught:
        await storage.database.write(lambda connection: connection.execute(incomplete))
    written = "".join(traceback.format_exception(caught.value))

    assert "INSERT INTO person" in written
    assert "first_seen_at" in written
    assert name not in written


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The log of this process in one of its styles, and the log of whoever comes next as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        for owner, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
            patch.setattr(owner, hook, getattr(owner, hook))
        log.set_up(request.param)
    logging.captureWarnings(False)
    structlog.configure(cache_logger_on_first_use=False)  # a logger that was kept would write to this stream for good
    yield stream
    root.handlers[:] = before
    structlog.reset_defaults()


@pytest.mark.parametrize("written", ["json", "text"], indirect=True)
async def test_a_hostile_name_and_text_stay_out_of_the_log_though_a_handler_raises_them(
    written: io.StringIO, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their own form and in every escaped one, as exceptions write them."""

    async def find(_: Any, query: str, **__: Any) -> None:
        logging.getLogger("a.library").warning("looked for %s", query)
        raise ValueError(query, TEXT, NAME, f"{TEXT} by {NAME} ({ANN})", json.dumps(TEXT))

    monkeypatch.setattr("bot.intake.pause_s", lambda _: 0.0)
    monkeypatch.setattr(type(stage.storage.movies), "find", find)
    stage.sandbox.world.state.users[ANN].profile["first_name"] = NAME
    await (await stage.client.open(ANN)).asks(TEXT)
    lines = written.getvalue()

    assert [part for part in ("handler failed", "looked for", "ValueError", "[said]", "p-") if part not in lines] == []
    words = {
        "Robert",
        "DROP",
        "TABLE",
        "secret",
        "confession",
        "bold",
        "Ünïcøde",
        r"\xdcn",
        r"\u00dcn",
        "李明",
        str(ANN),
    }
    assert [word for word in words if word.casefold() in lines.casefold()] == []


@pytest.mark.parametrize(
    ("said", "line", "left"),
    [
        ({"text": "error"}, "no error here", "no [said] here"),
        ({"text": "/search heat"}, "in search: 'heat' <- Heat", "in search: '[said]' <- [said]"),
        ({"from": {"id": ANN, "first_name": "Li"}}, f"Li alive, {ANN}", "[said] alive, [said]"),
        ({"data": "s:0:lonely hearts"}, "Lonely, 0", "[said], 0"),
        ({"from": {"is_bot": True, "first_name": "Matinee"}}, "/srv/matinee", "/srv/matinee"),
        ({"chat": {"type": "private"}}, "a private chat", "a private chat"),
        ({}, "nothing", "nothing"),
    ],
)
def test_of_a_line_what_people_said_is_hidden(said: dict[str, Any], line: str, left: str) -> None:
    assert hide(line, {"update_id": 1, "message": said}) == left


def test_of_an_update_that_cannot_be_read_nothing_is_left() -> None:
    assert hide("anything", b"[" * 100_000) == "[said]"
