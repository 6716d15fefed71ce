"""/export: everything about a person and nothing about others, in files that open everywhere."""

import csv
import io
import zipfile
from typing import Any

import orjson
import pytest

from bot.sandbox.seed import ANN, BEN, CLUB
from handlers.export import table
from tests.conversations import Stage
from tests.sandbox_talk import Shown


async def opened(stage: Stage, shown: Shown) -> dict[str, bytes]:
    """The files of the zip that the bot sent."""
    content = await stage.client.file(shown.body["document"]["url"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_it_holds_all_of_ones_own_and_nothing_of_others(stage: Stage) -> None:
    club, ann = await stage.client.open(ANN, CLUB), await stage.client.open()
    card = await club.asks("/search the matrix")
    await card.press("9")
    await card.press("7", by=BEN)
    await ann.asks("/rate alien 1979 8")
    await ann.asks("/rate alien 1979 6")
    sent = await ann.asks("/export")
    files = await opened(stage, sent)
    everything: dict[str, Any] = orjson.loads(files["everything.json"])

    assert sent.body["document"]["file_name"] == f"matinee-{stage.clock.now():%Y-%m-%d}.zip"
    assert set(files) == {"README.txt", "ratings.csv", "history.csv", "everything.json"}
    assert [(row["title"], row["stars"], row["club"]) for row in rows(files["ratings.csv"])] == [
        ("The Matrix", "9", "Friday Film Club"),
        ("Alien", "6", ""),
    ]
    assert [(row["action"], row["after"]) for row in rows(files["history.csv"])] == [
        ("rating.create", '{"stars":9}'), ("rating.create", '{"stars":8}'), ("rating.update", '{"stars":6}')
    ]  # fmt: skip
    assert (everything["person_id"], everything["profile"][0]["name"]) == (ANN, "Ann Hart")
    assert [each["title"] for each in everything["clubs"]] == ["Friday Film Club"]
    assert everything["updates"][0]["message"]["text"] == "/export"
    assert b"Ben" not in b"".join(files.values())
    assert await stage.client.problems() == []


async def test_a_stranger_gets_what_there_is(stage: Stage) -> None:
    files = await opened(stage, await (await stage.client.open()).asks("/export"))

    assert rows(files["ratings.csv"]) == []


async def test_in_a_group_nothing_is_sent(stage: Stage) -> None:
    club = await stage.client.open(ANN, CLUB)

    assert (await club.asks("/export")).buttons == ["Open our chat"]
    assert await stage.client.outbox("sendDocument") == []


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_runs_nothing(cell: str) -> None:
    assert rows(table(["title"], [{"title": cell}])) == [{"title": f"'{cell}"}]


def test_texts_of_all_kinds_come_through() -> None:
    title = 'Léon, "the\nprofessional" 🎬'

    assert rows(table(["title"], [{"title": title}])) == [{"title": title}]
