"""The page in a real browser: what a person sees and does."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.seed import ANN, BEN, CHIARA, CLUB
from tests import program
from tests.browser import PHONE, needs_chromium, opened
from tests.conversations import Stage

pytestmark = needs_chromium


async def test_search_tap_a_star_read_the_toast_and_the_changed_card(stage: Stage) -> None:
    async with opened(stage.sandbox.address) as screen:
        await screen.send("godfahter")
        await expect(screen.says("The Godfather (1972)")).to_contain_text("You: not rated yet")
        await screen.button("9").click()
        await expect(screen.at("toast")).to_contain_text("9 ★ saved")
        await expect(screen.says("The Godfather (1972)")).to_contain_text("You: 9 ★")

        await expect(screen.button("• 9")).to_be_visible()


async def test_two_people_rate_in_the_club_and_read_its_top_list(stage: Stage) -> None:
    async with opened(stage.sandbox.address) as screen:
        await screen.at(f"chat-{CLUB}").click()
        await screen.send("/search the matrix")
        await screen.button("9").click()
        await expect(screen.says("The Matrix (1999)")).to_contain_text("Ann Hart\N{NO-BREAK SPACE}9")
        await screen.at("person-switch").click()
        await screen.at(f"person-{BEN}").click()
        await screen.button("7").click()
        await expect(screen.says("The Matrix (1999)")).to_contain_text("Ben Okafor\N{NO-BREAK SPACE}7")
        await screen.send("/top")

        await expect(screen.says("1. The Matrix (1999)")).to_contain_text("8.0\N{NO-BREAK SPACE}★")


async def test_on_a_phone_one_goes_from_list_to_chat_and_back(stage: Stage) -> None:
    async with opened(stage.sandbox.address, viewport=PHONE, has_touch=True, color_scheme="dark") as screen:
        await screen.at(f"chat-{CLUB}").click()
        await screen.send("/search the matrix")
        await expect(screen.says("The Matrix (1999)")).to_be_visible()
        await expect(screen.at("chat-list")).to_be_hidden()
        assert await screen.overflow() == 0
        await screen.page.get_by_role("button", name=re.compile("back", re.IGNORECASE)).click()

        await expect(screen.at("chat-list")).to_be_visible()
        assert await screen.overflow() == 0


@pytest.mark.parametrize("width", [320, 390])
async def test_the_top_of_a_phone_holds_every_button_whoever_one_is(stage: Stage, width: int) -> None:
    async with opened(stage.sandbox.address, viewport={"width": width, "height": 640}) as screen:
        for person in (ANN, CHIARA):
            await screen.at("person-switch").click()
            await screen.at(f"person-{person}").click()
            last = await screen.page.locator("#tools button").last.bounding_box()

            assert last is not None
            assert last["x"] + last["width"] <= width


async def test_the_dark_scheme_is_dark_and_the_light_one_light(stage: Stage) -> None:
    async with opened(stage.sandbox.address, color_scheme="dark") as screen:
        await expect(screen.at("clock")).to_be_visible()
        assert await screen.lightness() < 64
        await screen.page.emulate_media(color_scheme="light")

        assert await screen.lightness() > 192


async def test_everything_can_be_done_with_the_keyboard(stage: Stage) -> None:
    async with opened(stage.sandbox.address) as screen:
        await screen.tab_to("composer")
        await screen.page.keyboard.type("the matrix")
        await screen.page.keyboard.press("Enter")
        await expect(screen.says("The Matrix (1999)")).to_be_visible()
        await screen.tab_to("button", label="7", key="Shift+Tab")
        await screen.page.keyboard.press("Enter")

        await expect(screen.says("The Matrix (1999)")).to_contain_text("You: 7 ★")


async def test_text_stays_text(stage: Stage) -> None:
    text = "<img src=x onerror=alert(1)> & <script>1</script>"
    async with opened(stage.sandbox.address) as screen:
        await screen.send(text)
        await expect(screen.says("I found nothing for")).to_contain_text(text)

        assert await screen.at("messages").locator("img[src=x], script").count() == 0


async def test_jump_to_the_digest_and_read_it(starter: Path, tmp_path: Path) -> None:
    """The real `matinee demo`, whose bot follows the page's clock."""
    shutil.copytree(starter, tmp_path / "data" / "demo")
    async with program.started(tmp_path / "data", "demo", "--port", "0") as demo:
        assert demo.stdout is not None
        lines = [(await demo.stdout.readline()).decode() for _ in range(3)]
        (url,) = re.findall(r"http://\S+", "".join(lines))
        async with opened(url) as screen:
            await screen.at(f"chat-{CLUB}").click()
            await screen.at("jump-next-digest").click()

            digest = screen.says("Your week in films")
            await expect(digest).to_contain_text("6 films · 4 people · 17 ratings")
            await expect(digest).to_contain_text("🥇 Everything Everywhere All at Once (2022) · 9.0")
            await screen.button("Oppenheimer").click()
            await expect(screen.says("Directed by Christopher Nolan")).to_be_visible()
        await program.terminated(demo)
