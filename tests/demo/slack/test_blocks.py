import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.slack import blocks, check, server, workspace
from bot.demo.slack.shapes import Json
from tests import localslack

ACME = "C0ACMEREPORT"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(**more: object) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def cells(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


def chart(points: int = 3, series: int = 1, **more: object) -> Json:
    labels = [f"w{n}" for n in range(points)]
    data = [{"label": label, "value": 1.5} for label in labels]
    drawn = {
        "type": "line",
        "series": [{"name": f"s{n}", "data": data} for n in range(series)],
        "axis_config": {"categories": labels},
    }
    return {"type": "data_visualization", "title": "Revenue", "chart": drawn, **more}


def problems(
    *wanted: object, surface: check.Surface = "message", rules: workspace.Rules | None = None
) -> list[str]:
    pen = check.Check(
        surface=surface, rules=rules or workspace.Rules(), image_ready=lambda _: False
    )
    blocks.check_blocks(pen, list(wanted), root="/blocks")
    return pen.problems


option: Json = {"text": plain("A"), "value": "a"}
GOOD: dict[str, Json] = {
    "header": {"type": "header", "text": plain("x" * 150)},
    "section": {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button()},
    "fields": {"type": "section", "fields": [plain("a")] * 10},
    "context": {"type": "context", "elements": [mrkdwn("x")] * 10},
    "actions": actions(*[button(action_id=f"a{n}") for n in range(25)]),
    "overflow": actions({"type": "overflow", "action_id": "o", "options": [option]}),
    "select": actions({"type": "static_select", "action_id": "s", "options": [option]}),
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "table": {"type": "table", "rows": [cells("a", "b")] * 100, "column_settings": [None]},
    "data_table": {"type": "data_table", "caption": "c", "rows": [cells("a"), cells("b")]},
    "chart": chart(20, 6),
    "rich_text": {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
}
BAD: dict[str, tuple[Json, str, str]] = {
    "unknown": ({"type": "headr"}, "/type", "unsupported type"),
    "extra key": ({"type": "divider", "x": 1}, "", "additional property: x"),
    "long header": ({"type": "header", "text": plain("x" * 151)}, "/text/text", "less than 151"),
    "rich header": ({"type": "header", "text": mrkdwn("x")}, "/text/type", "unsupported"),
    "empty section": ({"type": "section"}, "", "text and fields"),
    "empty text": ({"type": "section", "text": mrkdwn("")}, "/text/text", "more than 0"),
    "long section": ({"type": "section", "text": mrkdwn("x" * 3001)}, "/text/text", "3001"),
    "11 fields": ({"type": "section", "fields": [plain("a")] * 11}, "/fields", "10 items"),
    "emoji in mrkdwn": (
        {"type": "section", "text": {**mrkdwn("x"), "emoji": True}},
        "/text",
        "additional property: emoji",
    ),
    "11 in context": ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/elements", "10"),
    "26 actions": (
        actions(*[button(action_id=f"a{n}") for n in range(26)]),
        "/elements",
        "25 items",
    ),
    "twin actions": (actions(button(), button()), "", "already exists for another element"),
    "long button": (actions(button(text=plain("x" * 76))), "/elements/0/text/text", "76"),
    "long value": (actions(button(value="x" * 2001)), "/elements/0/value", "2001"),
    "bad style": (actions(button(style="blue")), "/elements/0/style", "must be one of"),
    "bad url": (actions(button(url="ftp://x")), "/elements/0/url", "valid url"),
    "input in actions": (
        actions({"type": "plain_text_input", "action_id": "x"}),
        "/elements/0/type",
        "not allowed here",
    ),
    "6 in overflow": (
        actions({"type": "overflow", "options": [{**option, "value": str(n)} for n in range(6)]}),
        "/elements/0/options",
        "5 items",
    ),
    "no alt": ({"type": "image", "image_url": "https://x.test/a.png"}, "", "alt_text"),
    "no such file": (
        {"type": "image", "slack_file": {"id": "F0UNKNOWN1"}, "alt_text": "a"},
        "/slack_file",
        "invalid slack file",
    ),
    "long id": ({"type": "divider", "block_id": "x" * 256}, "/block_id", "256"),
    "101 rows": ({"type": "table", "rows": [cells("a")] * 101}, "/rows", "100 items"),
    "21 cells": ({"type": "table", "rows": [cells(*["a"] * 21)]}, "/rows/0", "20 items"),
    "heavy table": (
        {"type": "table", "rows": [cells("x" * 201)] * 50},
        "/rows",
        "more than 10000 characters",
    ),
    "bad cell": ({"type": "table", "rows": [[plain("x")]]}, "/rows/0/0/type", "unsupported"),
    "no caption": ({"type": "data_table", "rows": [cells("a")] * 2}, "", "caption"),
    "ragged": (
        {"type": "data_table", "caption": "c", "rows": [cells("a"), cells("a", "b")]},
        "/rows",
        "same number",
    ),
    "21 points": (chart(21), "/chart/axis_config/categories", "20 items"),
    "7 series": (chart(3, 7), "/chart/series", "6 items"),
    "long title": (chart(title="x" * 51), "/title", "51"),
    "coloured": (
        {**chart(), "colour": "red"},
        "",
        "additional property: colour",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_fits_passes(name: str) -> None:
    assert problems(GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_told_with_its_place(name: str) -> None:
    block, pointer, words = BAD[name]
    found = problems({"type": "divider"}, block)
    assert any(
        words in one and one.endswith(f"[json-pointer:/blocks/1{pointer}]") for one in found
    ), found


def test_a_gap_in_a_series_is_refused() -> None:
    gap = chart()
    series: Json = {"name": "s", "data": [{"label": "w0", "value": 1}]}
    drawn = gap["chart"]
    assert isinstance(drawn, dict)
    drawn["series"] = [series]
    assert any("labels must match" in one for one in problems(gap))


def test_a_null_is_no_point() -> None:
    pie = {"type": "pie", "segments": [{"label": "a", "value": 0}]}
    found = problems({"type": "data_visualization", "title": "t", "chart": pie})
    assert any("greater than 0" in one for one in found)


def test_two_charts_are_the_most() -> None:
    assert problems(chart(), chart()) == []
    assert any("/blocks/2]" in one for one in problems(chart(), chart(), chart()))


def test_block_ids_are_unique() -> None:
    twin = {"type": "divider", "block_id": "a"}
    assert any("/blocks/1/block_id" in one for one in problems(twin, twin))


def test_a_message_holds_fifty_blocks_and_a_modal_a_hundred() -> None:
    assert problems(*[{"type": "divider"}] * 50) == []
    assert problems(*[{"type": "divider"}] * 51)
    assert problems(*[{"type": "divider"}] * 100, surface="modal") == []
    assert problems(*[{"type": "divider"}] * 101, surface="home")


@pytest.mark.parametrize("name", ["chart", "data_table"])
def test_a_workspace_may_refuse_native_data_blocks(name: str) -> None:
    rules = workspace.Rules(native_data_blocks=False)
    assert any("unsupported type" in one for one in problems(GOOD[name], rules=rules))
    assert problems(GOOD["table"], rules=rules) == []


@pytest.mark.parametrize("name", ["chart", "markdown", "table", "data_table"])
def test_modals_take_no_data_blocks(name: str) -> None:
    assert problems(GOOD[name], surface="modal")


@settings(max_examples=25, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_nonsense_is_told_and_never_crashes(value: object) -> None:
    assert problems(value)
    for kind in blocks.BLOCKS:
        problems({"type": kind, "elements": value, "text": value, "rows": value, "chart": value})


async def test_slack_answers_with_pointers(slack: server.LocalSlack, web: localslack.Web) -> None:
    bad = [{"type": "divider"}, {"type": "header", "text": mrkdwn("x")}]
    caught = await localslack.refused(web.chat_postMessage(channel=ACME, text="x", blocks=bad))
    told = caught
    assert told["error"] == "invalid_blocks"
    assert told["errors"] == ["unsupported type: mrkdwn [json-pointer:/blocks/1/text/type]"]
    assert told["response_metadata"]["messages"][0].startswith("[ERROR] unsupported type")
    assert not slack.control.messages(ACME)


async def test_too_much_together_is_refused(web: localslack.Web) -> None:
    long = [{"type": "markdown", "text": "x" * 7000}] * 2
    caught = await localslack.refused(web.chat_postMessage(channel=ACME, text="x", blocks=long))
    assert caught["error"] == "msg_blocks_too_long"
    caught = await localslack.refused(
        web.chat_postMessage(channel=ACME, text="x", blocks="nonsense")
    )
    assert caught["error"] == "invalid_blocks_format"


async def test_every_block_gets_an_id(web: localslack.Web) -> None:
    told = await web.chat_postMessage(
        channel=ACME, text="x", blocks=[{"type": "divider"}, actions(button())]
    )
    names = [one["block_id"] for one in told["message"]["blocks"]]
    assert len(set(names)) == 2
