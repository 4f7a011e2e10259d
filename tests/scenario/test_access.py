"""The page for people who use a keyboard, a screen reader, or want less motion: judged by axe-core
and walked through without a mouse.
"""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright import async_api
from playwright.async_api import expect

from bot.demo.slack import shapes
from bot.demo.web import build
from tests.scenario import browser
from tests.scenario.browser import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
    browser.needed,
]
AXE = build.here().modules(checking=True) / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, chromium: async_api.Browser) -> AsyncGenerator[Desk]:
    """Claire's browser, two minutes before Monday 06:00."""
    async with browser.opened(tmp_path / "demo", chromium) as opened:
        yield opened


async def faults(page: async_api.Page) -> list[str]:
    """What axe-core finds serious or worse, in both themes: where, and which rule."""
    told: list[str] = []
    for _ in ("this theme", "the other one"):
        # Through the debugger, so that the page's own policy stays as it is.
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for one in shapes.objects(shapes.obj(found).get("violations")):
            if one["impact"] in SERIOUS:
                told += [f"{one['id']}: {_told(node)}" for node in shapes.objects(one["nodes"])]
        await page.evaluate("document.querySelector('.controls .round').click()")
        await page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
        await page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return told


def _told(node: shapes.Json) -> str:
    why = [shapes.text(one, "message") for one in shapes.objects(node.get("any"))]
    return f"{json.dumps(node['target'])} {why[:1]}"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: `make test` fetches it")
async def test_axe_finds_nothing_serious(desk: Desk) -> None:
    page = desk.page
    await page.evaluate(AXE.read_text("utf-8") + "; 0")
    assert await faults(page) == [], "the workspace"
    await desk.mend("XYZ's credential", "Expire")
    assert await faults(page) == [], "the controls"
    await page.keyboard.press("Escape")
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await expect(desk.messages).to_have_count(1)
    await page.get_by_role("button", name="Tour").click()
    assert await faults(page) == [], "a post, and the tour"
    await page.get_by_role("button", name="Skip the tour").click()
    await desk.go("xyz")
    await desk.type("/report rerun xyz")
    card = desk.messages.first
    await card.get_by_role("button", name="View thread").click()
    await expect(desk.thread).to_contain_text("Attempt 1")
    assert await faults(page) == [], "a thread"
    await desk.type("/report status xyz")
    await desk.answers.last.get_by_role("button", name="Pause…").click()
    modal = page.get_by_role("dialog")
    await modal.locator("input[type=date]").fill("2020-01-01")
    await modal.get_by_role("button", name="Pause", exact=True).click()
    await expect(modal.locator(".field-error")).to_contain_text("over already")
    assert await faults(page) == [], "a modal with errors"
    await page.keyboard.press("Escape")
    await page.get_by_role("navigation").get_by_role("button", name="reportops").click()
    await expect(page.get_by_role("main", name="reportops")).to_be_visible()
    assert await faults(page) == [], "the app itself"


async def test_everything_goes_by_keyboard(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    await desk.mend("XYZ's credential", "Expire")
    await keys.press("Escape")
    await expect(page.get_by_role("button", name="Break")).to_be_focused()
    await _tab_to(page, page.get_by_role("navigation").get_by_role("button", name="xyz"))
    await keys.press("Enter")
    await _tab_to(page, desk.composer)
    await keys.type("/report rer")
    await expect(page.get_by_role("listbox", name="Commands")).to_contain_text("/report rerun")
    await keys.press("Tab")
    await keys.type("xyz")
    await keys.press("Enter")
    card = desk.messages.first
    await expect(card.get_by_role("button", name="View thread")).to_be_visible()
    await _tab_to(page, card.get_by_role("button", name="View thread"), back=True)
    await keys.press("Enter")
    await expect(page.get_by_role("button", name="Close the thread")).to_be_focused()
    await keys.press("Escape")
    await expect(desk.thread).to_have_count(0)
    await expect(card.get_by_role("button", name="View thread")).to_be_focused()
    desk.stage.grant()
    await _tab_to(page, card.get_by_role("button", name="Retry"), back=True)
    await keys.press("Enter")
    await expect(card).to_contain_text("🟢")


async def test_a_modal_keeps_the_keyboard_and_gives_it_back(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    await desk.go("acme")
    await desk.type("/report status acme")
    opener = desk.answers.last.get_by_role("button", name="Pause…")
    await opener.focus()
    await keys.press("Enter")
    modal = page.get_by_role("dialog", name="Pause reports")
    await expect(modal).to_be_visible()
    inside = (
        "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    )
    for key in ("Tab",) * 12 + ("Shift+Tab",) * 14:
        await keys.press(key)
        assert await page.evaluate(inside)
    await keys.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_modal_is_filled_and_sent_by_keyboard(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    await desk.go("acme")
    await desk.type("/report status acme")
    await desk.answers.last.get_by_role("button", name="Pause…").focus()
    await keys.press("Enter")
    modal = page.get_by_role("dialog", name="Pause reports")
    await _tab_to(page, modal.get_by_label("Until the end of"))
    await keys.type("12312026")
    await expect(modal.get_by_label("Until the end of")).to_have_value("2026-12-31")
    await _tab_to(page, modal.get_by_label("Reason"))
    await keys.type("stock-taking")
    await _tab_to(page, modal.get_by_role("button", name="Pause", exact=True))
    await keys.press("Enter")
    await expect(modal).to_have_count(0)
    await expect(desk.answers.last).to_contain_text("paused until")


async def test_what_arrives_is_told_and_nothing_moves_by_itself(desk: Desk) -> None:
    await desk.go("acme")
    live = await desk.log.evaluate(
        "log => [log.ariaLive ?? 'polite', log.getAttribute('role')].join(' ')"
    )
    assert live == "polite log"
    long = await desk.page.evaluate(
        "[...document.querySelectorAll('*')].map(one => getComputedStyle(one))"
        ".filter(one => parseFloat(one.animationDuration) > 0.01"
        " || parseFloat(one.transitionDuration) > 0.01).length"
    )
    assert long == 0


async def _tab_to(page: async_api.Page, wanted: async_api.Locator, *, back: bool = False) -> None:
    """Press Tab until it is there, as a person does; fails where Tab never comes there."""
    target = await wanted.element_handle()
    for _ in range(60):
        if await page.evaluate("one => document.activeElement === one", target):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")
