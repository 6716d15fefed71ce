"""The HTTP surface as it is written down: every route of the real server, and every status that it really answers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import server
from bot.hook import Hook
from bot.updates import ACCEPTED
from bot.webhook import LARGEST_BODY, SECRET_HEADER, Receiver
from storage.errors import DatabaseUnavailable
from storage.service import Storage
from tests.deliveries import HEADER, SECRET, Door
from tests.test_intake import message
from tests.test_webhook import Taker, door, open_to, served, taker

__all__ = ["door", "taker"]

DOCS = Path(__file__).parent.parent / "docs"
DELIVER = ("POST", "/telegram")
PAGES = ("/healthz", "/readyz", "/metrics")

Status = tuple[str, str, int]


@pytest.fixture
def openapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DOCS / "openapi.json").read_text("utf-8"))
    return document


def documented(openapi: dict[str, Any]) -> set[Status]:
    return {
        (method.upper(), path, int(status))
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    }


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from references(each)


def test_every_route_is_documented_and_nothing_else(openapi: dict[str, Any], sqlite_storage: Storage) -> None:
    receiver = Receiver(Hook("https://example.org/telegram", SECRET))
    routes = server.build(sqlite_storage, receiver).router.routes()

    assert {(route.method, route.resource and route.resource.canonical) for route in routes} == {
        (method, path) for method, path, _ in documented(openapi)
    }


def test_every_reference_of_the_document_leads_somewhere(openapi: dict[str, Any]) -> None:
    for reference in references(openapi):
        node = openapi
        for name in reference.removeprefix("#/").split("/"):
            node = node[name]
        assert node


def test_the_document_names_the_header_and_the_kinds_of_updates(openapi: dict[str, Any]) -> None:
    parts = openapi["components"]

    assert parts["securitySchemes"]["secret"]["name"] == SECRET_HEADER
    assert set(parts["schemas"]["Update"]["properties"]) == {"update_id", *ACCEPTED}


def test_the_page_has_a_line_for_each_status(openapi: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `([A-Z]+) (/\w+)` \| (\d{3}) \|", (DOCS / "http.md").read_text("utf-8"), re.MULTILINE)

    assert [(method, path, int(status)) for method, path, status in rows] == sorted(
        ((each for each in documented(openapi) if each[0] != "HEAD")),
        key=lambda each: (["/telegram", *PAGES].index(each[1]), each[2]),
    )


async def test_the_real_server_answers_what_is_documented(
    openapi: dict[str, Any], door: Door, taker: Taker, sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: set[Status] = {(*DELIVER, status) for status in await delivered(door, taker)}
    async with served(sqlite_storage, None) as polling:
        heard.add((*DELIVER, (await polling.delivers(message(7))).status))
    heard |= await asked(door)
    heard |= await asked_while_broken(sqlite_storage, monkeypatch)

    assert heard == documented(openapi)


async def delivered(door: Door, taker: Taker) -> list[int]:
    """Every answer that a delivery can earn where a webhook is set."""
    taken, foreign, garbage = [await door.delivers(body, key) for body, key in DELIVERIES]
    taker.failures = [DatabaseUnavailable("away")]
    away = await door.delivers(message(7))
    large = await door.delivers(b" " * (LARGEST_BODY + 1))
    odd = await door.asks(data=b"{}", headers={HEADER: SECRET, "Expect": "a miracle"})
    assert {taken.body, foreign.body, garbage.body, away.body, large.body} == {b""}
    assert away.headers["Retry-After"] == "5"
    taker.space.clear()
    taker.space.wait = broken
    fault = await door.delivers(message(7))
    return [answer.status for answer in (taken, foreign, garbage, away, large, odd, fault)]


def broken(*_: Any) -> Any:
    raise ZeroDivisionError("a bug")


DELIVERIES: tuple[tuple[Any, str], ...] = ((message(7), SECRET), (message(7), "wrong"), (b"{", SECRET))


async def asked(door: Door) -> set[Status]:
    return {
        (method, path, (await door.asks(path, method=method)).status) for method in ("GET", "HEAD") for path in PAGES
    }


async def asked_while_broken(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> set[Status]:
    """Not ready, and then with a fault of our own behind each page."""
    closed = Receiver(Hook("https://example.org/telegram", SECRET))
    async with served(storage, closed) as door:
        heard = {each for each in await asked(door) if each[2] != 200}

    for name in ("_faults", "generate_latest"):
        monkeypatch.setattr(server, name, broken)
    async with served(storage, None) as door:
        return heard | await asked(door)


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/telegram", 405), ("GET", "/", 404)])
async def test_what_is_not_documented_is_refused(door: Door, method: str, path: str, status: int) -> None:
    assert (await door.asks(path, method=method, headers={HEADER: SECRET})).status == status


async def test_what_is_no_http_is_refused(door: Door) -> None:
    assert b" 400 " in await door.hears(b"a knock on the door\r\n\r\n")


async def test_a_page_is_answered_without_its_body_to_head(sqlite_storage: Storage, taker: Taker) -> None:
    async with open_to(taker) as receiver, served(sqlite_storage, receiver) as door:
        answer = await door.asks("/readyz", method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
