"""Files that people send: the bot sees the document, asks for its path, and fetches it."""

from typing import Any

import pytest

from bot.sandbox.methods import files
from bot.sandbox.seed import ANN, CLUB
from tests.conversations import Stage
from tests.sandbox_bot import TOKEN, Bot, bot_in_sandbox
from tests.sandbox_client import connected
from tests.sandbox_talk import Refused


async def given(bot: Bot, content: bytes, **where: Any) -> dict[str, Any]:
    """The document as the bot sees it."""
    async with connected(bot.sandbox.url, bot.sandbox.key) as client:
        await client.give(ANN, ANN, "ratings.csv", content, **where)
    message: dict[str, Any] = (await bot.updates())[-1]["message"]
    return message


async def fetched(bot: Bot, path: str, token: str = TOKEN) -> tuple[int, bytes]:
    async with bot._http.get(f"/file/bot{token}/{path}") as response:
        return response.status, await response.read()


async def test_a_file_comes_as_a_document_and_is_fetched_by_its_path() -> None:
    async with bot_in_sandbox() as bot:
        message = await given(bot, b"a,b\n", caption="mine")
        document = message["document"]
        path = (await bot.call("getFile", file_id=document["file_id"])).result["file_path"]

        assert (document["file_name"], document["mime_type"], document["file_size"]) == ("ratings.csv", "text/csv", 4)
        assert (message["caption"], "text" in message) == ("mine", False)
        assert await fetched(bot, path) == (200, b"a,b\n")
        assert (await fetched(bot, path, "wrong"))[0] == 401
        assert (await fetched(bot, "documents/other"))[0] == 404


async def test_what_bots_may_not_fetch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 3)
    async with bot_in_sandbox() as bot:
        document = (await given(bot, b"a,b\n"))["document"]

        assert (await bot.call("getFile", file_id=document["file_id"])).error == "Bad Request: file is too big"
        assert (await bot.call("getFile", file_id="x")).error == (
            "Bad Request: wrong file_id or the file is temporarily unavailable"
        )


async def test_in_a_group_the_bot_does_not_see_files(stage: Stage) -> None:
    talk = await stage.client.open(ANN, CLUB)
    await stage.client.give(ANN, CLUB, "ratings.csv", b"x")

    assert await talk.stays_silent()


async def test_what_is_no_content_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="base64"):
        await stage.client.post("/sim/document", user_id=ANN, chat_id=ANN, name="x", content="ä")
    with pytest.raises(Refused, match="1024"):
        await stage.client.give(ANN, ANN, "x", b"x", caption="x" * 1025)
