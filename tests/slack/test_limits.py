"""Whatever is put into a screen, Slack takes what comes out."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import client, delivery, ids, metric, report, run, views
from bot.slack import blocks, limits
from bot.slack.screens import card, change, details, history, menu, ops, pause, post, status, why
from tests import samples
from tests.slack import local, shown

WORDS = st.text(max_size=400) | st.sampled_from(
    [
        "<!channel>",
        "a & b < c > d",
        "x" * 5000,
        "\u202eright to left",
        "*b* _i_ ~s~ `c`",
        " ",
        "🙂" * 90,
    ]
)
NUMBERS = st.none() | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=Decimal("-1e30"), max_value=Decimal("1e30")
)
_START = date(2026, 1, 5)


@st.composite
def metrics(draw: st.DrawFn) -> metric.Metric:
    """Draw any figure."""
    values = draw(st.lists(NUMBERS, max_size=30))
    history_ = tuple(
        metric.Point(start=_START + timedelta(weeks=index), value=value)
        for index, value in enumerate(values)
    )
    return metric.Metric(
        name=draw(st.from_regex(r"[a-z]{1,8}", fullmatch=True)),
        label=draw(WORDS),
        unit=draw(st.sampled_from(metric.Unit)),
        description=draw(WORDS),
        better=draw(st.sampled_from(metric.Better)),
        value=draw(NUMBERS),
        previous=draw(NUMBERS),
        last_year=draw(NUMBERS),
        history=history_,
        formula=draw(st.none() | WORDS),
        missing=draw(st.none() | WORDS),
    )


@st.composite
def reports(draw: st.DrawFn) -> report.Report:
    """Draw any report."""
    found = tuple(draw(st.lists(metrics(), min_size=1, max_size=25)))
    sentences = draw(st.lists(WORDS, max_size=6))
    return replace(
        samples.REPORT,
        client_name=draw(WORDS),
        title=draw(WORDS),
        metrics=found,
        trend=draw(st.none() | st.just(found[0].name)),
        breakdowns=(),
        locale=draw(st.sampled_from(["en_GB", "fr_FR", "de_DE", "ja_JP", "ar_EG"])),
        language=draw(st.sampled_from(["en", "fr", "de", "es"])),
        narrative=tuple(report.Sentence(text=text) for text in sentences),
        author=draw(st.sampled_from(report.Author)),
        author_note=draw(WORDS),
        findings=tuple(
            report.Finding(code="x", severity=report.Severity.SHOWN, subject="y", text=text)
            for text in draw(st.lists(WORDS, max_size=8))
        ),
        without=tuple(draw(st.lists(WORDS, max_size=3))),
    )


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(found=reports(), corrected=st.booleans(), label=WORDS, stage=st.sampled_from(client.Stage))
def test_no_report_makes_a_post_that_slack_refuses(
    *, found: report.Report, corrected: bool, label: str, stage: client.Stage
) -> None:
    by = replace(samples.CLIENT, links={label: "https://dashboard.example"}, stage=stage)
    bodies = post.compose(found, run=shown.RUN, client=by, corrected=corrected)
    assert [local.refusal(body) for body in bodies] == [""] * 4
    assert all(len(body.text) <= 150 for body in bodies[:3])
    drawn = views.WhyView(report=found, definitions=tuple((one, label) for one in found.metrics))
    assert local.refusal(why.draw(drawn)) == ""
    before = replace(found, metrics=tuple(replace(one, value=Decimal(7)) for one in found.metrics))
    preview = replace(shown.CHANGE, before=before, after=found, client_name=label)
    assert local.refusal(change.draw(preview)) == ""


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(text=WORDS, other=WORDS, number=st.integers(0, 120))
def test_no_words_make_a_screen_that_slack_refuses(text: str, other: str, number: int) -> None:
    failure = run.Failure(
        code=run.FailureCode.QUERY_INVALID,
        source=text,
        query=other,
        said=text,
        params={"file": text},
    )
    seen = replace(
        shown.CARD,
        incident=replace(shown.OPEN, failure=failure),
        client_name=text,
        report_title=other,
        source_label=text,
        also_affected=(text,) * (number % 30),
        client_saw=other,
        without=(text,),
        in_ops_channel=True,
    )
    tried = replace(shown.ATTEMPT, failure=failure, timings={text: 1, other: 2})
    line = replace(shown.OVERVIEW.lines[0], name=text, text=other)
    lines = tuple(replace(line, client=ids.ClientId(f"c{index}")) for index in range(number))
    fault = replace(shown.FAULTS[0], problem=text, remedy=other)
    pictures: Mapping[str, delivery.Body] = {
        "card": card.card(seen),
        "attempt": card.attempt(seen, tried),
        "act": card.act(seen, who=None, what=text),
        "details": details.draw(
            replace(shown.DETAILS, card=seen, attempts=(tried,) * number, said=text)
        ),
        "menu": menu.draw(replace(shown.OVERVIEW, lines=lines), operator=True),
        "status": status.draw(replace(shown.STATUS, name=text, incident=other), now=shown.NOW),
        "history": history.draw(
            replace(shown.HISTORY, rows=(replace(shown.SENT_ROW, failure=text),) * number)
        ),
        "faults": ops.faults([fault] * max(number, 1)),
    }
    refused = {name: found for name, body in pictures.items() if (found := local.refusal(body))}
    assert refused == {}


@settings(deadline=None)
@given(name=WORDS)
def test_no_name_makes_a_modal_that_slack_refuses(name: str) -> None:
    view = pause.modal(samples.ACME, name=name, until=date(2026, 12, 1))
    assert limits.check_modal(view) == ()
    assert local.modal_problems(view) == []


@given(text=WORDS)
def test_escaped_words_hold_nothing_that_slack_obeys(text: str) -> None:
    still = blocks.escape(text)
    assert not any(mark in still for mark in "<>*~`\u202e")


@given(text=st.text(alphabet="ab&;<>| ", max_size=60), limit=st.integers(2, 40))
def test_a_cut_text_fits_and_never_ends_in_half_an_entity(text: str, limit: int) -> None:
    short = blocks.cut(blocks.escape(text), limit)
    assert len(short) <= limit
    assert blocks.escape(text) == short or short.endswith("…")
    bare = short.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in bare


def section(text: str) -> delivery.Body:
    """Return a body of one section."""
    return delivery.Body(text="x", blocks=(blocks.section(text),))


def test_a_long_text_is_split_at_line_ends_and_loses_nothing_that_fits() -> None:
    lines = [f"line {number:04d}" for number in range(600)]
    told = json.dumps(limits.fit(section("\n".join(lines))).blocks)
    assert told.count('"section"') == 2
    assert all(line in told for line in lines)


def test_a_text_without_end_is_cut() -> None:
    fitted = limits.fit(section("word " * 5000))
    assert len(fitted.blocks) == limits.SPLITS
    assert local.refusal(fitted) == ""
    assert "…" in json.dumps(fitted.blocks[-1], ensure_ascii=False)


def test_a_message_that_is_too_long_loses_lines_before_sections_and_keeps_buttons() -> None:
    row = blocks.actions(blocks.button("Go", "go"))
    long = delivery.Body(
        text="x",
        blocks=(
            blocks.header("Head"),
            *(blocks.section("s") for _ in range(30)),
            *(blocks.divider() for _ in range(30)),
            *(blocks.context("c") for _ in range(5)),
            row,
        ),
    )
    kinds = [block["type"] for block in limits.fit(long).blocks]
    assert len(kinds) <= limits.BLOCKS
    assert kinds.count("section") == 30
    assert kinds.count("divider") < 30
    assert kinds[0] == "header"
    assert kinds[-2:] == ["actions", "context"]


def test_a_message_of_buttons_alone_is_cut_too() -> None:
    row = blocks.actions(blocks.button("Go", "go"))
    fitted = limits.fit(delivery.Body(text="x", blocks=(row,) * 80))
    assert len(fitted.blocks) == limits.BLOCKS


def test_what_cannot_work_when_cut_is_left_out() -> None:
    bad = (
        blocks.link_button("far", "far", url="https://x.example/" + "y" * 4000),
        blocks.button("v", "v", value="v" * 3000),
        blocks.overflow("o", []),
        {"type": "datepicker", "action_id": "d"},
    )
    fitted = limits.fit(delivery.Body(text="x", blocks=(blocks.actions(*bad), blocks.header(""))))
    assert fitted.blocks == (blocks.actions({"type": "datepicker", "action_id": "d"}),)


def test_menus_keep_as_many_choices_as_slack_takes() -> None:
    many = [blocks.option(f"o{number}", str(number)) for number in range(150)]
    row = blocks.actions(blocks.overflow("a", many), blocks.select("b", "Pick", options=many))
    text = json.dumps(limits.fit(delivery.Body(text="x", blocks=(row,))).blocks)
    assert text.count('"value"') == limits.OVERFLOW + limits.OPTIONS


def test_a_wide_section_becomes_several() -> None:
    fitted = limits.fit(delivery.Body(text="x", blocks=(blocks.fields(["f"] * 23 + [" "]),)))
    assert len(fitted.blocks) == 3
    assert local.refusal(fitted) == ""


def test_a_large_table_loses_its_last_rows() -> None:
    rows = [["a", "b"], *[["n" * 290, "v"] for _ in range(60)]]
    fitted = limits.fit(delivery.Body(text="x", blocks=(blocks.table(rows),)))
    assert local.refusal(fitted) == ""
    assert json.dumps(fitted.blocks).count("raw_text") < 2 * len(rows)
    assert limits.fit(delivery.Body(text="x", blocks=(blocks.table([]),))).blocks == ()


def test_a_chart_keeps_its_newest_points_with_distinct_labels() -> None:
    chart = blocks.line_chart(
        title="t" * 80, series="", labels=["same"] * 25, values=[float(n) for n in range(25)]
    )
    fitted = limits.fit(delivery.Body(text="x", blocks=(chart,)))
    assert local.refusal(fitted) == ""
    assert "same 20" in json.dumps(fitted.blocks)
    nothing = blocks.line_chart(title="t", series="s", labels=["a"], values=[float("inf")])
    assert limits.fit(delivery.Body(text="x", blocks=(nothing,))).blocks == ()


def test_an_images_alternative_text_is_cut() -> None:
    image = {"type": "image", "slack_file": {"id": "F0READY"}, "alt_text": "a" * 3000}
    assert local.refusal(limits.fit(delivery.Body(text="", blocks=(image,)))) == ""


@pytest.mark.parametrize(
    ("change_", "fault"),
    [
        ({"type": "home"}, "type is not modal"),
        ({"title": blocks.plain("t" * 30)}, "title is not of 1 to 24"),
        ({"blocks": []}, "blocks are not 1 to 100"),
        ({"private_metadata": "p" * 4000}, "private_metadata"),
    ],
)
def test_a_modals_faults_are_named(change_: Mapping[str, object], fault: str) -> None:
    view = {**pause.modal(samples.ACME, name="Acme"), **change_}
    assert fault in "; ".join(limits.check_modal(view))


def test_a_modal_without_submit_or_with_a_name_twice_is_named() -> None:
    view = dict(pause.modal(samples.ACME, name="Acme"))
    del view["submit"]
    twice = cast("list[object]", view["blocks"])
    faults = limits.check_modal({**view, "blocks": [*twice, *twice[1:]]})
    assert "submit is missing although there are inputs" in faults
    assert "a block_id is used twice" in faults
