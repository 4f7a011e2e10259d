"""Every part of Block Kit in a real browser, over a small Bolt app of the tests' own."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright import async_api
from playwright.async_api import Locator, expect

from bot.demo import stage
from bot.demo.slack import shapes
from tests import localslack
from tests.localslack import dig
from tests.scenario import browser, gallery
from tests.scenario.browser import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.asyncio(loop_scope="module"),
    browser.needed,
]


class Shown:
    """The gallery on the page."""

    def __init__(self, desk: Desk, app: gallery.Gallery) -> None:
        self.desk, self.app, self.page = desk, app, desk.page
        self.modal = desk.page.get_by_role("dialog")

    async def open(self, what: str) -> Locator:
        """Type the command; return the modal."""
        await self.desk.type(f"/gallery {what}")
        await expect(self.modal).to_be_visible()
        return self.modal

    async def save(self) -> None:
        """Press the submit button."""
        await self.modal.get_by_role("button", name="Save").click()

    def field(self, name: str) -> Locator:
        """The field with this label, optional or not."""
        return self.modal.get_by_label(re.compile(rf"^{name}( \(optional\))?$"))

    async def search(self, name: str, words: str, *, pick: str) -> None:
        """Type into a field to search in, and choose with the mouse."""
        await self.field(name).click()
        await self.page.keyboard.type(words)
        found = self.page.get_by_role("listbox", name=name, exact=True)
        await found.get_by_role("option", name=pick, exact=True).click()

    async def taken(self) -> dict[str, object]:
        """What was submitted: each input's state without its type, by block_id."""
        await expect(self.modal).to_have_count(0)
        found = self.app.submitted[-1]
        return {name: _value(shapes.obj(dig(held, "held"))) for name, held in found.items()}


def _value(held: shapes.Json) -> object:
    return next(value for key, value in held.items() if key != "type")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[tuple[stage.Stage, gallery.Gallery]]:
    """The gallery on its stage; the product's bot is not started."""
    folder = tmp_path_factory.mktemp("gallery") / "demo"
    async with stage.open_stage(stage.Place(folder=folder, checkout=browser.CHECKOUT)) as on:
        on.slack.install(gallery.MANIFEST)
        made = localslack.app(on.slack)
        app = gallery.Gallery(made)
        async with localslack.connected(on.slack, made):
            yield on, app


@pytest_asyncio.fixture(loop_scope="module")
async def shown(
    standing: tuple[stage.Stage, gallery.Gallery], chromium: async_api.Browser
) -> AsyncGenerator[Shown]:
    """Claire's browser on the gallery, with no modal open."""
    on, app = standing
    async with browser.looking(on, chromium) as desk:
        await desk.go("acme")
        yield Shown(desk, app)
        modal = desk.page.get_by_role("dialog")
        if await modal.count():
            await desk.page.keyboard.press("Escape")
            await expect(modal).to_have_count(0)


async def test_what_is_typed_and_picked_arrives(shown: Shown) -> None:
    modal = await shown.open("inputs")
    for name, words in (
        ("Name", "Ada"),
        ("Story", "one\ntwo"),
        ("Amount", "12.5"),
        ("Mail", "ada@example.test"),
        ("Site", "https://example.test/a"),
        ("Day", "2026-12-24"),
        ("Hour", "18:30"),
        ("Moment", "2026-12-24T18:30"),
    ):
        await shown.field(name).fill(words)
    for name, choice in (
        ("Region", "South"),
        ("Person", "Tom Becker"),
        ("Channel", "#pvcp"),
        ("Place", "#xyz"),
    ):
        await shown.field(name).select_option(label=choice)
    await modal.get_by_role("group", name="Extras").get_by_label("North").check()
    await modal.get_by_role("group", name="Extras").get_by_label("West").check()
    await modal.get_by_role("radiogroup", name="Size").get_by_label("South").check()
    await shown.save()
    told = await shown.taken()
    texts = ("Name", "Story", "Amount", "Mail", "Site", "Day", "Hour")
    assert [told[name] for name in texts] == [
        "Ada",
        "one\ntwo",
        "12.5",
        "ada@example.test",
        "https://example.test/a",
        "2026-12-24",
        "18:30",
    ]
    assert told["Moment"] == datetime(2026, 12, 24, 17, 30, tzinfo=UTC).timestamp()
    assert dig(told["Region"], "value") == "south"
    assert (told["Person"], told["Channel"], told["Place"]) == (
        "U0TOM",
        "C0PVCPREPORT",
        "C0XYZREPORT",
    )
    assert [dig(told["Extras"], at, "value") for at in range(3)] == ["north", "west", None]
    assert dig(told["Size"], "value") == "south"


async def test_several_are_searched_for_and_taken_away_again(shown: Shown) -> None:
    modal = await shown.open("inputs")
    await modal.get_by_label("Name", exact=True).fill("Ada")
    await shown.search("Regions", "no", pick="North")
    await shown.search("Regions", "we", pick="West")
    await expect(shown.field("Regions")).not_to_be_editable()
    await modal.get_by_role("button", name="Remove North").click()
    await shown.search("People", "mal", pick="Malik Osei")
    await shown.search("People", "tom", pick="Tom Becker")
    await shown.search("Channels", "acm", pick="#acme")
    await shown.search("Places", "pv", pick="#pvcp")
    await shown.search("City", "ly", pick="Lyon")
    await shown.search("Cities", "n", pick="Nantes")
    await shown.field("Cities").click()
    await shown.page.keyboard.type("li")
    found = shown.page.get_by_role("listbox", name="Cities").get_by_role("option")
    await expect(found).to_have_text(["Lille", "Limoges"])
    await shown.page.keyboard.press("ArrowDown")
    await shown.page.keyboard.press("Enter")
    await shown.save()
    told = await shown.taken()
    assert [dig(one, "value") for one in shapes.items(told["Regions"])] == ["west"]
    assert told["People"] == ["U0MALIK", "U0TOM"]
    assert (told["Channels"], told["Places"]) == (["C0ACMEREPORT"], ["C0PVCPREPORT"])
    assert dig(told["City"], "text", "text") == "Lyon"
    assert [dig(one, "value") for one in shapes.items(told["Cities"])] == ["nantes", "limoges"]


async def test_a_small_document_is_written(shown: Shown) -> None:
    modal = await shown.open("inputs")
    await modal.get_by_label("Name", exact=True).fill("Ada")
    keys, tools = shown.page.keyboard, modal.get_by_role("toolbar")
    await modal.get_by_role("textbox", name="Words").click()
    await keys.type("so ")
    for tool, words in (("Bold", "bold"), ("Italic", "slanted"), ("Strikethrough", "gone")):
        await tools.get_by_role("button", name=tool).click()
        await keys.type(words)
        await tools.get_by_role("button", name=tool).click()
        await keys.type(" ")
    await tools.get_by_role("button", name="Link").click()
    await modal.get_by_label("Address of the link").fill("example.test")
    await keys.press("Enter")
    await keys.press("Enter")
    await tools.get_by_role("button", name="Bulleted list").click()
    await keys.type("one")
    await keys.press("Enter")
    await keys.type("two")
    await keys.press("Shift+Home")
    await tools.get_by_role("button", name="Code").click()
    await shown.save()
    parts = shapes.items(dig((await shown.taken())["Words"], "elements"))
    line = shapes.items(dig(parts[0], "elements"))
    styled = {dig(one, "text"): dig(one, "style") for one in line if dig(one, "style")}
    assert styled == {"bold": {"bold": True}, "slanted": {"italic": True}, "gone": {"strike": True}}
    assert [dig(one, "url") for one in line if dig(one, "type") == "link"] == [
        "https://example.test"
    ]
    assert (dig(parts[1], "type"), dig(parts[1], "style")) == ("rich_text_list", "bullet")
    rows = [shapes.items(dig(row, "elements")) for row in shapes.items(dig(parts[1], "elements"))]
    assert [[dig(one, "text") for one in row] for row in rows] == [["one"], ["two"]]
    assert dig(rows[1][0], "style") == {"code": True}


async def test_files_are_uploaded_and_can_be_read_by_the_app(shown: Shown, tmp_path: Path) -> None:
    paper, other = tmp_path / "week.csv", tmp_path / "photo.png"
    paper.write_text("day,revenue\n", "utf-8")
    other.write_bytes(b"no")
    modal = await shown.open("inputs")
    await modal.get_by_label("Name", exact=True).fill("Ada")
    picker = modal.get_by_label("Papers")
    await picker.set_input_files(other)
    await expect(shown.page.locator(".toast")).to_contain_text("only csv, txt")
    await picker.set_input_files(paper)
    await expect(modal.get_by_text("week.csv")).to_be_visible()
    await shown.save()
    files = (await shown.taken())["Papers"]
    assert (dig(files, 0, "name"), dig(files, 0, "size")) == ("week.csv", 12)
    kept = shown.desk.stage.slack.workspace.files[str(dig(files, 0, "id"))]
    assert kept.content == b"day,revenue\n"


async def test_what_is_wrong_stands_beside_its_field(shown: Shown) -> None:
    modal = await shown.open("inputs")
    name = modal.get_by_label("Name", exact=True)
    await shown.field("Amount").fill("100")
    await shown.field("Mail").fill("ada")
    await shown.save()
    told = modal.locator(".field").get_by_role("alert")
    await expect(told).to_have_text(
        ["Fill this in to go on.", "At most 99.", re.compile("whole email")]
    )
    await expect(name).to_be_focused()
    await name.fill("taken")
    await shown.field("Amount").fill("99")
    await shown.field("Mail").fill("ada@example.test")
    await expect(told).to_have_count(0)
    await shown.save()
    await expect(told).to_have_text("Somebody has that name.")
    described = await name.get_attribute("aria-describedby")
    assert described == await told.get_attribute("id")
    await name.fill("free")
    await expect(told).to_have_count(0)
    await shown.save()
    assert (await shown.taken())["Name"] == "free"


async def test_views_are_pushed_three_high_and_keep_what_they_hold(shown: Shown) -> None:
    modal = await shown.open("stack")
    await modal.get_by_label("Level 1").fill("first")
    for level in (2, 3):
        await modal.get_by_role("button", name="Deeper").locator("visible=true").click()
        await expect(modal.get_by_role("heading")).to_have_text(f"View {level}")
    await modal.get_by_label("Level 3").fill("third")
    await modal.get_by_role("button", name="Save").locator("visible=true").click()
    await expect(modal.get_by_role("heading")).to_have_text("Thank you")
    await modal.get_by_role("button", name="Back").click()
    await expect(modal.get_by_role("heading")).to_have_text("View 2")
    await shown.page.keyboard.press("Escape")
    await expect(modal.get_by_role("heading")).to_have_text("View 1")
    await expect(modal.get_by_label("Level 1")).to_have_value("first")
    await expect(modal.get_by_role("button", name="Deeper")).to_be_focused()
    await shown.page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(shown.desk.composer).to_be_focused()


async def test_a_view_that_loads_is_filled_while_it_is_open(shown: Shown) -> None:
    modal = await shown.open("slow")
    await expect(modal).to_contain_text("One moment")
    await expect(modal.get_by_role("button", name="Save")).to_have_count(0)
    shown.app.loaded.set()
    await expect(modal).to_contain_text("Here it is.")
    await shown.field("Name").fill("Ada")


async def test_the_home_tab_and_its_buttons(shown: Shown) -> None:
    await shown.page.get_by_role("navigation").get_by_role("button", name="reportops").click()
    await shown.page.get_by_role("tab", name="Home").click()
    home = shown.page.get_by_role("tabpanel", name="Home")
    await expect(home).to_contain_text("Pressed 0 times")
    await home.get_by_role("button", name="Press").click()
    await expect(home).to_contain_text("Pressed 1 times")


async def test_shortcuts_of_the_composer_and_of_a_message(shown: Shown) -> None:
    await shown.desk.type("look at this")
    message = shown.desk.messages.filter(has_text="look at this")
    await message.hover()
    await message.get_by_role("button", name="More message shortcuts").click()
    await shown.page.get_by_role("menuitem", name="Mark this").click()
    await shown.desk.stage.slack.until(lambda: "look at this" in shown.app.heard)
    await shown.page.get_by_role("main").get_by_role("button", name="Shortcuts", exact=True).click()
    await shown.page.get_by_role("menuitem", name="Note something").click()
    await expect(shown.modal.get_by_role("heading")).to_have_text("A note")
