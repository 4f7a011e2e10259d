"""The demo's page in a real browser, over the real bot: what a person does there, by what they
read and press.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright import async_api
from playwright.async_api import expect

from bot.cli import demo
from bot.demo import stage
from bot.demo.web import build, server

CHECKOUT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
"""Read before the tests close the environment off."""
DESKTOP: async_api.ViewportSize = {"width": 1440, "height": 900}
PHONE: async_api.ViewportSize = {"width": 390, "height": 844}
SECONDS = 30_000


def missing() -> str:
    """Say why no browser test can run here; nothing where they can."""
    if not CHROMIUM:
        return "no Chromium here: install it, or name it in CHROMIUM"
    if not build.here().built:
        return "the demo's page is not built: `make page` says why"
    return ""


@dataclass(slots=True, kw_only=True)
class Desk:
    """One person at the page."""

    stage: stage.Stage
    page: async_api.Page
    address: str
    faults: list[str] = field(default_factory=list[str])
    """What the browser itself complained of: a refused script, an exception, a broken policy."""

    @property
    def log(self) -> async_api.Locator:
        """What stands in the open channel."""
        return self.page.get_by_role("log", name=re.compile("^Messages in [#r]"))

    @property
    def thread(self) -> async_api.Locator:
        """The thread beside it."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def messages(self) -> async_api.Locator:
        """Every message of the open channel that all of its members see."""
        return self.log.locator(".message:not(.ephemeral)")

    @property
    def answers(self) -> async_api.Locator:
        """What only this person sees."""
        return self.log.locator(".message.ephemeral")

    @property
    def composer(self) -> async_api.Locator:
        """Where one types in the open channel."""
        return self.page.get_by_role("main").get_by_label(re.compile("^Message "))

    async def go(self, channel: str) -> None:
        """Open a channel from the list."""
        row = self.page.get_by_role("navigation", name="Channels").locator(".row")
        await row.filter(has=self.page.get_by_text(channel, exact=True)).click()
        await expect(self.page.get_by_role("log", name=f"Messages in #{channel}")).to_be_visible()

    async def type(self, words: str) -> None:
        """Type into the composer, and send."""
        field = self.composer
        await field.fill(words)
        await field.press("Escape")
        await field.press("Enter")
        await expect(field).to_have_value("")

    async def become(self, name: str) -> None:
        """Act as somebody else."""
        choice = self.page.get_by_label("Acting as", exact=True)
        option = choice.locator("option", has_text=name)
        await choice.select_option(value=await option.get_attribute("value"))

    async def jump(self, name: str) -> None:
        """Move the clock with one of its buttons."""
        button = self.page.get_by_role("button", name=name).first
        await button.click()
        await expect(button).to_be_enabled()

    async def logged(self, event: str) -> None:
        """Wait for what the bot keeps to itself: a line of its log with this event."""
        async with asyncio.timeout(SECONDS / 1000 * 3):
            log = self.stage.place.log
            while f'"event": "{event}"' not in log.read_text():  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.2)

    async def mend(self, what: str, verb: str) -> None:
        """Open the controls where they are shut, and press one of them."""
        drawer = self.page.get_by_role("region", name="Break and mend")
        if not await drawer.is_visible():
            await self.page.get_by_role("button", name="Break").click()
        row = drawer.get_by_role("listitem").filter(has_text=what)
        await row.get_by_role("button", name=verb, exact=True).click()
        await expect(row.get_by_role("button").first).to_be_enabled()


@asynccontextmanager
async def launched() -> AsyncGenerator[async_api.Browser]:
    """A Chromium; each desk has a profile of its own in it."""
    async with async_api.async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        await chromium.close()


@asynccontextmanager
async def opened(
    folder: Path, chromium: async_api.Browser, *, viewport: async_api.ViewportSize = DESKTOP
) -> AsyncGenerator[Desk]:
    """The stage, the bot, the page, and Claire who looks at it."""
    async with stage.open_stage(stage.Place(folder=folder, checkout=CHECKOUT)) as on:
        await on.start_bot()
        async with looking(on, chromium, viewport=viewport) as desk:
            yield desk


@asynccontextmanager
async def looking(
    on: stage.Stage, chromium: async_api.Browser, *, viewport: async_api.ViewportSize = DESKTOP
) -> AsyncGenerator[Desk]:
    """The page over this stage; what the browser complained of fails the test at the end."""
    async with server.Page(on, build.here().page, wake=demo.wake) as served:
        profile = await chromium.new_context(viewport=viewport, reduced_motion="reduce")
        page = await profile.new_page()
        page.set_default_timeout(SECONDS)
        expect.set_options(timeout=SECONDS)
        desk = Desk(stage=on, page=page, address=served.address)
        _listen(desk)
        await page.goto(served.address)
        await expect(desk.log).to_be_visible()
        skip = page.get_by_role("button", name="Skip the tour")
        if await skip.is_visible():
            await skip.click()
        yield desk
        await profile.close()
    assert not desk.faults


def _listen(desk: Desk) -> None:
    def said(message: async_api.ConsoleMessage) -> None:
        # A refused act is answered with 400 and told on the page; the browser tells it again.
        if message.type == "error" and "status of 400" not in message.text:
            desk.faults.append(message.text)

    def requested(request: async_api.Request) -> None:
        if not request.url.startswith((desk.address.partition("/page")[0], "blob:", "data:")):
            desk.faults.append(f"the page asked for {request.url}")

    desk.page.on("console", said)
    desk.page.on("pageerror", lambda error: desk.faults.append(str(error)))
    desk.page.on("request", requested)


needed = pytest.mark.skipif(bool(missing()), reason=missing())
