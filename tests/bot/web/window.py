"""Browsers of several people on one local chat, and what they do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.bot.web.house import Opened, open_house
from tests.company import Chat

PATIENCE = 30_000
"""Milliseconds for what a page shows in tenths of one, on a machine that is busy with other things."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Window:
    """Browsers of several people on one house; whatever goes wrong in any of them is noted."""

    house: Opened
    browser: Browser
    chat: Chat
    wrong: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def of(self, who: str, view: str = "upbeat", **more: object) -> Page:
        """A page on which somebody is."""
        context = await self.browser.new_context(**more)  # type: ignore[arg-type]
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("request", self._requested)
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        await page.goto(self.house.page(who, view))
        return page

    def _requested(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.house.url).netloc:
            self.wrong.append(f"asked another host: {request.url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)


@asynccontextmanager
async def windows(chat: Chat, browser: Browser) -> AsyncIterator[Window]:
    async with open_house(chat.core) as house:
        window = Window(house, browser, chat)
        try:
            yield window
        finally:
            for context in window.contexts:
                await context.close()
        assert window.wrong == []


async def says(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator("#words")).to_have_value("")
    await expect(page.locator(".send")).not_to_have_attribute("aria-busy", "true")
