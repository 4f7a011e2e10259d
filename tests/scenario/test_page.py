"""The demo's page end to end: a real browser, the real bot, everything on loopback."""

import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright import async_api
from playwright.async_api import expect

from tests.scenario import browser
from tests.scenario.browser import Desk

LONG = 120_000
"""A run asks a cut warehouse for half a minute before it gives up; on a busy machine longer."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
    browser.needed,
]


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, chromium: async_api.Browser) -> AsyncGenerator[Desk]:
    """Claire's browser, two minutes before Monday 06:00."""
    async with browser.opened(tmp_path / "demo", chromium) as opened:
        yield opened


async def test_a_typed_rerun_is_answered_and_posts(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await expect(desk.answers.first).to_contain_text("Acme")
    post = desk.messages.filter(has_text="Acme Corp")
    await expect(post).to_have_count(1)
    await expect(post.get_by_role("button", name="Why these numbers?")).to_be_visible()


async def test_a_failed_report_is_retried_from_its_card_and_the_card_recovers(desk: Desk) -> None:
    await desk.mend("XYZ's credential", "Expire")
    await desk.go("xyz")
    await desk.type("/report rerun xyz")
    card = desk.messages.first
    await expect(card).to_contain_text("BigQuery refused our sign-in")
    await desk.mend("XYZ's credential", "Grant again")
    await card.get_by_role("button", name="Retry").click()
    await expect(card).to_contain_text("🟢")
    await expect(card.get_by_role("button", name="Retry")).to_have_count(0)
    await expect(card).to_contain_text("(edited)")
    await card.get_by_role("button", name="View thread").click()
    await expect(desk.thread).to_contain_text("Attempt 2")
    await expect(desk.messages).to_have_count(2)


async def test_a_client_is_paused_and_resumed(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report pause acme for 3d stock-taking")
    await expect(desk.answers.last).to_contain_text("paused")
    await desk.type("/report resume acme")
    await expect(desk.answers.last).to_contain_text("no longer paused")


async def test_a_modal_tells_what_is_wrong_beside_its_field(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report status acme")
    await desk.answers.last.get_by_role("button", name="Pause…").click()
    modal = desk.page.get_by_role("dialog", name="Pause reports")
    until = modal.get_by_label(re.compile("Until the end of"))
    await until.fill("2020-01-01")
    await modal.get_by_role("button", name="Pause", exact=True).click()
    await expect(modal.locator(".field").get_by_role("alert")).to_contain_text("over already")
    await desk.page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(desk.page.locator(".toast")).to_have_count(0)
    await desk.answers.last.get_by_role("button", name="Pause…").click()
    day = (desk.stage.clock.now() + timedelta(days=9)).date()
    await until.fill(day.isoformat())
    await modal.get_by_label("Reason").fill("stock-taking")
    await modal.get_by_role("button", name="Pause", exact=True).click()
    await expect(modal).to_have_count(0)
    await expect(desk.answers.last).to_contain_text("paused")


async def test_a_guest_is_refused_and_sees_nothing_else(desk: Desk) -> None:
    await desk.become("Gwen")
    await desk.page.get_by_role("button", name="Let into #acme").click()
    await _sees_one_channel(desk)
    await desk.type("/report rerun acme")
    await expect(desk.answers).to_have_count(1)
    await expect(desk.answers).not_to_contain_text("on its way")
    await expect(desk.answers).not_to_contain_text("PVCP")
    await expect(desk.messages).to_have_count(0)


async def test_somebody_of_another_workspace_reads_and_asks_why_and_has_no_command(
    desk: Desk,
) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await expect(desk.messages).to_have_count(1)
    await desk.become("Aurélie")
    await desk.page.get_by_role("button", name="Let into #acme").click()
    await _sees_one_channel(desk)
    await desk.composer.fill("/report rerun acme")
    await desk.composer.press("Escape")
    await desk.composer.press("Enter")
    await expect(desk.page.locator(".toast")).to_contain_text("installing workspace only")
    await desk.messages.first.get_by_role("button", name="Why these numbers?").click()
    await expect(desk.answers.last).to_contain_text("As of")


async def test_a_colleague_reads_their_channels_status_and_starts_nothing(desk: Desk) -> None:
    await desk.become("Malik")
    await desk.go("acme")
    await desk.type("/report status")
    await expect(desk.answers.last).to_contain_text("Acme Corp")
    await expect(desk.answers.last.get_by_role("button", name="Rerun")).to_have_count(0)
    await desk.type("/report rerun acme")
    await expect(desk.answers).to_have_count(2)
    await expect(desk.answers.last).not_to_contain_text("on its way")
    await expect(desk.messages).to_have_count(0)


async def test_on_the_next_monday_the_reports_come_in_their_slots(desk: Desk) -> None:
    await desk.go("report-ops")
    news = desk.page.get_by_role("navigation", name="Channels").get_by_text("1 unread")
    await expect(news).to_have_count(0)
    await desk.jump("Next Monday 06:00")
    await expect(desk.page.locator(".clock")).to_contain_text("06:00")
    await expect(news).to_have_count(1)
    await desk.jump("+1 hour")
    await expect(news).to_have_count(3)
    for channel in ("acme", "pvcp", "xyz"):
        await desk.go(channel)
        await expect(desk.messages).to_have_count(1)
    await desk.go("report-ops")  # the digest; on a slow machine an hour passes before they are out
    await expect(desk.messages).not_to_have_count(0)
    await expect(news).to_have_count(0)


async def test_why_a_number_is_told_to_who_asks(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await desk.messages.first.get_by_role("button", name="Why these numbers?").click()
    await expect(desk.answers.last).to_contain_text("Source:")
    await desk.become("Malik")
    await expect(desk.messages).to_have_count(1)
    await expect(desk.answers).to_have_count(0)


async def test_what_is_broken_from_the_page_is_felt_and_mended(desk: Desk) -> None:
    await desk.mend("Slack's rate limit", "Limit")
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await expect(desk.answers).to_have_count(1)
    journal = desk.stage.slack.journal
    before = len(journal.calls("apps.connections.open"))
    await desk.mend("The socket", "Drop")
    await desk.stage.slack.until(
        lambda: len(journal.calls("apps.connections.open")) > before or None, timeout=60
    )
    await desk.stage.slack.until(lambda: journal.calls("chat.postMessage") or None, timeout=60)
    await expect(desk.messages).to_have_count(0)
    await desk.mend("Slack's rate limit", "Lift")
    await expect(desk.messages).to_have_count(1)
    await expect(desk.page.get_by_role("status")).to_contain_text("Bot connected")


async def test_a_killed_bot_is_missed_and_takes_up_what_it_was_doing(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await expect(desk.answers.first).to_contain_text("on its way")
    await desk.mend("The bot", "Kill")
    await expect(desk.page.get_by_role("status")).to_contain_text("Bot stopped")
    field = desk.composer
    await field.fill("/report status")
    await field.press("Escape")
    await field.press("Enter")
    await expect(desk.page.locator(".toast")).to_contain_text("not connected")
    await desk.mend("The bot", "Start")
    await expect(desk.page.get_by_role("status")).to_contain_text("Bot connected")
    await expect(desk.messages).to_have_count(1)
    await desk.type("/report status acme")
    await expect(desk.answers.last).to_contain_text("Last:")
    await expect(desk.messages).to_have_count(1)


async def test_the_tour_finds_a_way_on_whatever_was_done_before(desk: Desk) -> None:
    await desk.page.get_by_role("button", name="Tour").click()
    tour = desk.page.get_by_role("region", name="Guided tour")
    await expect(tour).to_contain_text("no report of Acme's yet")
    await desk.go("acme")
    await desk.type("/report pause acme for 3d stock-taking")
    await expect(desk.answers.last).to_contain_text("paused")
    for _ in range(3):
        await tour.get_by_role("button", name="Next", exact=True).click()
    await expect(tour).to_contain_text("4 of 6")
    await expect(tour).to_contain_text("Acme is paused")
    await tour.get_by_role("button", name="Type /report resume acme").click()
    await desk.composer.press("Enter")
    await expect(desk.answers.last).to_contain_text("no longer paused")
    await tour.get_by_role("button", name="Type /report rerun acme").click()
    await desk.composer.press("Enter")
    await expect(desk.messages).to_have_count(1)
    await desk.become("Malik")
    await tour.get_by_role("button", name="Act as Claire").click()
    await expect(desk.page.get_by_label("Acting as", exact=True)).to_have_value("U0CLAIRE")


@pytest.mark.timeout(300)
async def test_a_cut_warehouse_makes_a_card_that_turns_green_once_it_is_mended(desk: Desk) -> None:
    await desk.mend("The warehouse", "Cut")
    drawer = desk.page.get_by_role("region", name="Break and mend")
    await expect(drawer).to_contain_text("the second makes a card")
    await drawer.get_by_role("button", name="Run XYZ").click()
    await expect(desk.answers.first).to_contain_text("on its way")
    await drawer.get_by_role("button", name="One hour on").click()
    await expect(desk.page.locator(".clock")).to_contain_text("06:58")
    await desk.logged("failure_kept_quiet")
    await expect(desk.messages).to_have_count(0)
    await drawer.get_by_role("button", name="One hour on").click()
    card = desk.messages.first
    await expect(card).to_contain_text("next try", timeout=LONG)
    await card.get_by_role("button", name="Details").click()
    await expect(desk.answers.last).to_contain_text(re.compile(r"faulty for now after \d+ s"))
    await expect(desk.answers.last).not_to_contain_text(re.compile(r"after \d+ h"))
    await desk.mend("The warehouse", "Mend")
    await desk.jump("+1 hour")
    await expect(card).to_contain_text(re.compile(r"🟢.* sent 08:"), timeout=LONG)
    await expect(desk.messages).to_have_count(2)
    await expect(drawer).not_to_contain_text("broken now")


async def test_the_newest_message_stays_in_sight_until_one_scrolls_up(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    why = desk.messages.first.get_by_role("button", name="Why these numbers?")
    await expect(why).to_be_in_viewport()
    await why.click()
    await expect(desk.answers.last).to_contain_text("As of")
    await expect(desk.answers.last.get_by_text("As of")).to_be_in_viewport()
    await desk.log.evaluate("log => { log.scrollTop = 0 }")
    newer = desk.page.get_by_role("button", name="New messages")
    await expect(newer).to_have_count(0)
    await desk.stage.slack.control.say("U0TOM", "C0ACMEREPORT", text="well done")
    await newer.click()
    await expect(desk.messages.last.get_by_text("well done")).to_be_in_viewport()
    await expect(newer).to_have_count(0)
    await desk.log.evaluate("log => { log.scrollTop = 0 }")
    await desk.type("/report status acme")
    await expect(desk.answers.last.get_by_role("button", name="History")).to_be_in_viewport()


async def test_the_apps_home_tab_is_live(desk: Desk) -> None:
    await desk.page.get_by_role("navigation").get_by_role("button", name="reportops").click()
    home = desk.page.get_by_role("tabpanel", name="Home")
    await expect(home).to_contain_text("3 clients")
    acme = home.get_by_role("group").filter(has=desk.page.get_by_role("button", name="Pause…"))
    await acme.nth(1).get_by_role("button", name="Pause…").click()
    modal = desk.page.get_by_role("dialog", name="Pause reports")
    await modal.get_by_role("button", name="Pause", exact=True).click()
    await expect(home.get_by_role("button", name="Resume")).to_have_count(1)


async def test_shortcuts_stand_at_a_message_and_in_the_composer(desk: Desk) -> None:
    await desk.go("acme")
    await desk.type("/report rerun acme")
    await desk.messages.first.hover()
    await desk.messages.first.get_by_role("button", name="More message shortcuts").click()
    await desk.page.get_by_role("menuitem", name="About this report").click()
    await expect(desk.answers).to_have_count(2)
    await expect(desk.answers.last).to_contain_text("Acme")
    await desk.page.get_by_role("button", name="Shortcuts", exact=True).click()
    await desk.page.get_by_role("menuitem", name="Report menu").click()
    await expect(desk.page.get_by_role("dialog")).to_contain_text("3 clients")


async def test_the_token_leaves_the_address_and_without_it_nothing_is_shown(
    desk: Desk, chromium: async_api.Browser
) -> None:
    assert "#token=" in desk.address
    assert "token" not in desk.page.url
    other = await chromium.new_page()
    await other.goto(desk.address.partition("#")[0])
    await expect(other.get_by_role("heading")).to_contain_text("needs its token")
    await other.close()


async def test_on_a_phone_all_of_it_is_there_and_nothing_runs_over_the_edge(
    tmp_path: Path, chromium: async_api.Browser
) -> None:
    async with browser.opened(tmp_path / "demo", chromium, viewport=browser.PHONE) as desk:
        await desk.page.get_by_role("button", name="Break").click()
        await desk.page.get_by_role("button", name="Take the tour").click()
        tour = desk.page.get_by_role("region", name="Guided tour")
        for step in range(1, 7):
            await expect(tour).to_contain_text(f"{step} of 6")
            await expect(tour.locator(".tour-acts button").first).to_be_in_viewport()
            await tour.locator("footer .primary").click()
        await expect(tour).to_have_count(0)
        await desk.page.get_by_role("button", name="Back to the channel list").click()
        await desk.go("acme")
        await desk.type("/report rerun acme")
        await expect(desk.messages).to_have_count(1)
        for theme in ("Dark theme", "Light theme"):
            width = await desk.page.evaluate("document.documentElement.scrollWidth")
            assert width <= browser.PHONE["width"]
            button = desk.page.get_by_role("button", name=theme)
            await button.click()


async def _sees_one_channel(desk: Desk) -> None:
    rows = desk.page.get_by_role("navigation", name="Channels").locator(".row")
    await desk.go("acme")
    await expect(rows.filter(has_text="pvcp")).to_have_count(0)
    await expect(rows.filter(has_text="report-ops")).to_have_count(0)
