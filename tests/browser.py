"""The system's Chromium for tests of the page; without one they are skipped, and say so."""

import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Locator, Page, async_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: tests/chromium.sh says why it could not be installed"
)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 8_000
MOST_STOPS = 60
MEAN_LIGHTNESS = """async (png) => {
  const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (byte) => byte.charCodeAt(0))]));
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data.filter((_, at) => at % 4 < 3);
  return bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
}"""


class Screen:
    """A page with what it said in its console; the words of the page's own test hooks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def at(self, hook: str) -> Locator:
        return self.page.get_by_test_id(hook)

    async def send(self, text: str) -> None:
        await self.at("composer").fill(text)
        await self.at("composer").press("Escape")  # closes the command menu
        await self.at("send").click()

    def says(self, text: str) -> Locator:
        """The newest message with this text."""
        return self.at("messages").locator("[data-testid^=message-]", has_text=text).last

    def button(self, label: str) -> Locator:
        """The newest button with this label."""
        return self.page.locator(f'[data-testid=button][data-label="{label}"]').last

    async def tab_to(self, hook: str, *, label: str | None = None, key: str = "Tab") -> None:
        """Walk there with the keyboard alone; fails when it cannot be reached."""
        there = self.page.locator(f"[data-testid={hook}]" + (f'[data-label="{label}"]' if label else "") + ":focus")
        for _ in range(MOST_STOPS):
            if await there.count():
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not reach {hook} {label or ''}")

    async def overflow(self) -> int:
        """How many pixels the page can be scrolled sideways."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    async def lightness(self) -> float:
        """Of the whole page as it was painted, 0 to 255."""
        png = base64.b64encode(await self.page.screenshot()).decode()
        return float(await self.page.evaluate(MEAN_LIGHTNESS, png))


@asynccontextmanager
async def opened(address: str, **options: Any) -> AsyncIterator[Screen]:
    """The page at an address, in a new and empty browser; fails when it complained in its console."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page(**{"viewport": DESKTOP, **options})
        page.set_default_timeout(PATIENCE_MS)
        screen = Screen(page)
        await page.goto(address)
        yield screen
        await browser.close()
    assert screen.complaints == []
