"""The page in a real browser: what a person sees and does."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.sandbox.seed import CLUB
from tests import program
from tests.browser import PHONE, Screen, needs_chromium, opened
from tests.conversations import Stage

pytestmark = needs_chromium


def address(stage: Stage) -> str:
    return f"{stage.sandbox.address}"


async def overflow(screen: Screen) -> int:
    """How many pixels the page can be scrolled sideways."""
    return int(await screen.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


async def test_search_tap_a_star_read_the_toast_and_the_changed_card(stage: Stage) -> None:
    async with opened(address(stage)) as screen:
        await screen.send("godfahter")
        await expect(screen.says("The Godfather (1972)")).to_contain_text("You: not rated yet")
        await screen.button("9").click()
        await expect(screen.at("toast")).to_contain_text("9 ★ saved")
        await expect(screen.says("The Godfather (1972)")).to_contain_text("You: 9 ★")
        await expect(screen.button("• 9")).to_be_visible()

        assert screen.complaints == []


async def test_somebody_else_rates_in_the_club(stage: Stage) -> None:
    async with opened(address(stage)) as screen:
        await screen.at("person-switch").click()
        await screen.at("person-5000000002").click()
        await screen.at(f"chat-{CLUB}").click()
        await screen.send("/search the matrix")
        await screen.button("8").click()

        await expect(screen.says("The Matrix (1999)")).to_contain_text("Ben Okafor\N{NO-BREAK SPACE}8")


async def test_on_a_phone_one_goes_from_list_to_chat_and_back(stage: Stage) -> None:
    async with opened(address(stage), viewport=PHONE, has_touch=True, color_scheme="dark") as screen:
        await screen.at(f"chat-{CLUB}").click()
        await screen.send("/search the matrix")
        await expect(screen.says("The Matrix (1999)")).to_be_visible()
        assert await overflow(screen) == 0
        await screen.page.get_by_role("button", name=re.compile("back", re.IGNORECASE)).click()

        await expect(screen.at("chat-list")).to_be_visible()
        assert await overflow(screen) == 0


async def test_everything_can_be_done_with_the_keyboard(stage: Stage) -> None:
    async with opened(address(stage)) as screen:
        await screen.at("composer").focus()
        await screen.page.keyboard.type("the matrix")
        await screen.page.keyboard.press("Enter")
        await expect(screen.says("The Matrix (1999)")).to_be_visible()
        await screen.button("7").focus()
        await screen.page.keyboard.press("Enter")

        await expect(screen.says("The Matrix (1999)")).to_contain_text("You: 7 ★")


@pytest.mark.parametrize("text", ['<img src=x onerror="alert(1)">', "<b>bold</b> & <script>alert(1)</script>"])
async def test_text_stays_text(stage: Stage, text: str) -> None:
    async with opened(address(stage)) as screen:
        await screen.send(text)
        await expect(screen.says("I found nothing for")).to_contain_text(text)

        assert await screen.at("messages").locator("img, script").count() == 0


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

            await expect(screen.says("Your week in films")).to_contain_text("Best of the week")
        await program.terminated(demo)
