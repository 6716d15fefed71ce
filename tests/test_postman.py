"""The Postman collection: it asks for everything there is, and a real bot answers all of it as it expects."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.seed import ANN, CLUB
from bot.updates import ACCEPTED
from tests import program
from tests.deliveries import SECRET
from tests.test_http_docs import documented, openapi
from tests.test_webhook_conversations import Hooked, eventually, hooked_up

__all__ = ["openapi"]

ROOT = Path(__file__).parent.parent
COLLECTION = ROOT / "docs" / "matinee.postman_collection.json"
NEWMAN = ROOT / "tests" / "newman" / "node_modules" / ".bin" / "newman"
INLINE_ID = "BQAAAAMAAADv_made_up"

Json = dict[str, Any]


def requests(folder: Json) -> Iterator[Json]:
    for each in folder["item"]:
        yield from requests(each) if "item" in each else [each]


def loaded(path: Path) -> Json:
    document: Json = json.loads(path.read_text("utf-8"))
    return document


@pytest.fixture
def collection() -> Json:
    return loaded(COLLECTION)


def updates(collection: Json) -> Iterator[Json]:
    """The bodies of what is expected to be taken, with 7 for every number that is filled in."""
    for each in requests(collection):
        if "with 200" in json.dumps(each["event"]) and "body" in each["request"]:
            yield json.loads(re.sub(r"\{\{\w+\}\}", "7", each["request"]["body"]["raw"]))


def test_the_collection_asks_for_every_address(collection: Json, openapi: Json) -> None:
    asked = {(each["request"]["method"], each["request"]["url"]["raw"]) for each in requests(collection)}

    assert {(method, "{{baseUrl}}" + path) for method, path, _ in documented(openapi)} <= asked


def test_the_collection_earns_every_refusal_that_a_delivery_can(collection: Json, openapi: Json) -> None:
    wanted = {status for method, path, status in documented(openapi) if (method, path) == ("POST", "/telegram")}
    earned = {int(status) for status in re.findall(r"to\.have\.status\((\d+)\)", json.dumps(collection))}

    assert wanted - earned == {417, 500, 503}  # a header that Postman sets by itself; and what no request can cause


def test_the_collection_has_an_update_of_each_kind(collection: Json) -> None:
    assert {name for update in updates(collection) for name in update} == {"update_id", *ACCEPTED}


def test_every_request_of_the_collection_has_assertions_and_none_a_secret(collection: Json) -> None:
    for each in requests(collection):
        assert "pm.test" in json.dumps(each["event"]), each["name"]
    assert [each["value"] for each in collection["variable"] if each["key"] == "secret"] == [""]


@dataclass(frozen=True, slots=True)
class Run:
    code: int
    failed: list[str]
    asked: int
    output: str


async def newman(hooked: Hooked, secret: str, report: Path) -> Run:
    if not NEWMAN.exists():
        pytest.skip("no newman here: tests/newman.sh installs it where npm can be had")
    process = await asyncio.create_subprocess_exec(
        shutil.which("node") or "node", NEWMAN, "run", COLLECTION, "--reporters", "cli,json", "--color", "off",
        "--reporter-json-export", report, "--env-var", f"baseUrl=http://127.0.0.1:{hooked.door.port}",
        "--env-var", f"secret={secret}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    run = (await asyncio.to_thread(loaded, report))["run"]
    failed = [f"{each['source']['name']}: {each['error']['message']}" for each in run["failures"]]
    return Run(process.returncode or 0, failed, run["stats"]["requests"]["total"], output.decode())


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Hooked]:
    """A real bot by webhook, with five films, beside the sandbox."""
    async with hooked_up(await program.small_world(tmp_path / "data")) as made:
        yield made


async def test_newman_finds_everything_as_documented(hooked: Hooked, collection: Json, tmp_path: Path) -> None:
    run = await newman(hooked, SECRET, tmp_path / "report.json")

    assert (run.code, run.failed, run.asked) == (0, [], len(list(requests(collection)))), run.output


async def test_the_updates_of_the_collection_have_their_effects(hooked: Hooked, tmp_path: Path) -> None:
    stage = hooked.stage
    await newman(hooked, SECRET, tmp_path / "report.json")

    async def left_and_blocked() -> bool:
        return {"club.leave", "chat.deactivate"} <= {entry.action for entry in await stage.trail("")}

    await eventually(left_and_blocked)
    calls = await stage.client.outbox()
    methods = {call["method"] for call in calls}

    assert [(entry.actor, entry.chat_id, entry.after) for entry in await stage.trail()] == [
        (ANN, CLUB, {"stars": 8}),
        (ANN, CLUB, {"stars": 9}),
    ]
    assert {"sendMessage", "answerCallbackQuery", "answerInlineQuery", "answerGuestQuery"} <= methods
    assert INLINE_ID in [call["params"].get("inline_message_id") for call in calls]


async def test_newman_fails_where_the_bot_answers_otherwise(hooked: Hooked, tmp_path: Path) -> None:
    run = await newman(hooked, "another", tmp_path / "report.json")

    assert run.code == 1
    assert "callback_query: expected response to have status code 200 but got 403" in run.failed
