"""Inline mode, guest mode and sharing in a real browser, by somebody who mistypes everything."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.seed import ANN, CLUB, FRIENDS
from storage.values import NewFilm
from tests.browser import PHONE, Screen, needs_chromium, opened
from tests.conversations import Stage, staged

pytestmark = needs_chromium


@pytest.fixture
async def inline_stage(starter: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """With a poster for one film."""
    shutil.copytree(starter, tmp_path / "data")
    async with staged(tmp_path / "data") as made:
        poster = f"{made.sandbox.url}/posters/Interstellar.svg"
        film = NewFilm(title="Interstellar", year=2014, imdb_id="tt0816692", poster=poster)
        await made.storage.catalogue.take_up([film], "test")
        yield made


async def type_inline(screen: Screen, words: str) -> None:
    """Letter by letter, as people do."""
    await screen.at("composer").fill("")
    await screen.at("composer").press_sequentially("@mat")
    await screen.at("inline-name").click()
    await screen.at("composer").press_sequentially(words)


DARK_PHONE = {"viewport": PHONE, "has_touch": True, "color_scheme": "dark"}


@pytest.mark.parametrize("look", [{}, DARK_PHONE], ids=["desktop", "phone"])
async def test_who_mistypes_everything_gets_the_film_everywhere(inline_stage: Stage, look: dict[str, object]) -> None:
    async with opened(inline_stage.sandbox.address, **look) as screen:
        if look:
            await screen.at(f"chat-{ANN}").click()
        await screen.send("teh godfahter")
        await expect(screen.says("The Godfather (1972)")).to_contain_text("You: not rated yet")
        await screen.send("intrstelar")
        await expect(screen.says("Interstellar (2014)").get_by_test_id("poster")).to_be_visible()
        if look:
            await screen.page.get_by_role("button", name="Back").click()
        await screen.at(f"chat-{FRIENDS}").click()
        await type_inline(screen, "intrestelar")
        await screen.at("inline-panel").get_by_text("Interstellar (2014)").click()
        card = screen.says("Interstellar (2014)")
        await expect(card).to_contain_text("via @")
        await screen.button("9").click()
        await expect(screen.at("toast")).to_contain_text("9 ★ saved")
        await expect(screen.says("Interstellar (2014)")).to_contain_text("Everyone: 9.0")

        assert await screen.overflow() == 0
        assert await screen.at("composer").input_value() == ""


async def test_a_result_is_chosen_with_the_keyboard_alone(inline_stage: Stage) -> None:
    async with opened(inline_stage.sandbox.address) as screen:
        await screen.at(f"chat-{CLUB}").click()
        await screen.at("composer").press_sequentially("@mat")
        await screen.page.keyboard.press("Tab")
        await screen.page.keyboard.type("dune")
        await expect(screen.at("inline-panel").get_by_text("Dune (1984)")).to_be_visible()
        await screen.page.keyboard.press("ArrowDown")
        await screen.page.keyboard.press("Enter")

        await expect(screen.says("via @")).to_contain_text("Dune")
        await expect(screen.at("inline-panel")).to_be_hidden()


async def test_a_card_is_shared_into_another_chat(inline_stage: Stage) -> None:
    async with opened(inline_stage.sandbox.address) as screen:
        await screen.send("the matrix")
        await screen.button("↗ Share").click()
        await screen.at(f"share-{FRIENDS}").click()
        await screen.at("inline-panel").get_by_text("The Matrix (1999)").click()

        await expect(screen.says("The Matrix (1999)")).to_contain_text("via @")


async def test_nothing_found_leads_into_the_private_chat(inline_stage: Stage) -> None:
    async with opened(inline_stage.sandbox.address) as screen:
        await screen.at(f"chat-{FRIENDS}").click()
        await type_inline(screen, "xqzwv")
        await screen.at("inline-button").click()

        await expect(screen.says("a few words of a title")).to_be_visible()


async def test_a_bot_that_is_called_where_it_is_no_member_answers_as_a_guest(inline_stage: Stage) -> None:
    async with opened(inline_stage.sandbox.address) as screen:
        await screen.at(f"chat-{FRIENDS}").click()
        await screen.send("that was @matinee_demo_bot intersteller")

        await expect(screen.says("Interstellar (2014)")).to_contain_text("called by Ann")
