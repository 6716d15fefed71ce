"""Posters that the local Telegram draws."""

from xml.etree import ElementTree

import aiohttp
import pytest

from bot.sandbox.posters import MOST_LINES, draw
from bot.sandbox.server import running

LONG = "The Assassination of Jesse James by the Coward Robert Ford"
TITLES = ("Heat", "", "<script>&\"'", LONG, "Rindfleischetikettierung", "七人の侍", "🎬")


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_a_whole_picture(title: str) -> None:
    texts = ElementTree.fromstring(draw(title)).findall(".//{http://www.w3.org/2000/svg}text")

    assert 1 <= len(texts) <= MOST_LINES
    assert draw(title) == draw(title)


async def test_it_is_served_as_a_picture() -> None:
    async with (
        running() as sandbox,
        aiohttp.ClientSession() as http,
        http.get(f"{sandbox.url}/posters/The%20Matrix.svg") as answer,
    ):
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert "Matrix" in await answer.text()
