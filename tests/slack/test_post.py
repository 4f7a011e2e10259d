"""The post: as screens.md shows it, honest about what is missing, and taken by Slack always."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import pytest

from bot.domain import client, delivery, ids, metric, report
from bot.domain.period import Period, PeriodKind
from bot.rendering import formats
from bot.slack.screens import figures, post, trend
from tests import samples
from tests.slack import golden, local, shown


def compose(
    found: report.Report = samples.REPORT,
    *,
    by: client.Client = samples.CLIENT,
    corrected: bool = False,
    late: bool = False,
) -> tuple[delivery.Body, ...]:
    """Return the ladder of a report."""
    return post.compose(found, run=replace(shown.RUN, late=late), client=by, corrected=corrected)


def text_of(body: delivery.Body) -> str:
    """Return everything a body says."""
    return json.dumps(golden.plain(body), ensure_ascii=False)


def test_the_post_looks_as_written_down() -> None:
    golden.same_bodies("post", compose())


def test_an_internal_corrected_post_looks_as_written_down() -> None:
    internal = replace(samples.CLIENT, stage=client.Stage.INTERNAL)
    golden.same_bodies("post_internal_corrected", compose(by=internal, corrected=True))


def test_a_french_post_looks_as_written_down() -> None:
    french = replace(samples.REPORT, locale="fr_FR", language="fr", narrative=())
    golden.same_bodies("post_french", compose(french))


def test_a_post_with_gaps_looks_as_written_down() -> None:
    gone = replace(
        samples.AD_SPEND, value=None, previous=None, missing="BigQuery was left out this time."
    )
    gaps = replace(
        samples.REPORT,
        metrics=(*samples.METRICS[:5], gone),
        author=report.Author.TEMPLATE,
        author_note="the model did not answer",
        without=("warehouse",),
        provenance=(),
        period=replace(samples.THIS_WEEK, partial=True),
        findings=(
            report.Finding(
                code="provisional",
                severity=report.Severity.SHOWN,
                subject="ga4",
                text="21–22 Nov GA4 provisional",
            ),
            report.Finding(
                code="note", severity=report.Severity.NOTE, subject="ga4", text="not for readers"
            ),
        ),
    )
    bodies = compose(gaps, late=True)
    golden.same_bodies("post_gaps", bodies)
    assert all("not for readers" not in text_of(body) for body in bodies)


def test_a_part_of_the_period_is_told_before_any_figure() -> None:
    short = replace(samples.REPORT.provenance[0], data_to=date(2026, 11, 20))
    told = report.Finding(
        code="data_incomplete",
        severity=report.Severity.SHOWN,
        subject=short.query,
        text="It ends on 20 Nov.",
    )
    found = replace(samples.REPORT, provenance=(short,), findings=(told,))
    said = f"The data of “{short.query}” ends on 20 Nov; the period ends on 22 Nov."
    for body in compose(found):
        text = text_of(body)
        assert text.count(said) == 1
        assert text.index(said) < text.index("Weekly KPIs")
        assert body.text.startswith(("Data to 20 Nov: ", f"*{said}*"))


def test_what_was_left_out_is_called_as_people_call_it() -> None:
    bodies = compose(replace(samples.REPORT, without=("warehouse", "gone")))
    assert all("Left out this time: BigQuery, gone" in text_of(body) for body in bodies)


def test_why_no_ai_wrote_is_for_the_house_alone() -> None:
    spent = "this client's model budget of the month is used up"
    found = replace(samples.REPORT, author=report.Author.TEMPLATE, author_note=spent)
    internal = replace(samples.CLIENT, stage=client.Stage.INTERNAL)
    for live, house in zip(compose(found), compose(found, by=internal), strict=True):
        assert "Written without AI" in text_of(live)
        assert "budget" not in text_of(live)
        assert f"Written without AI: {spent}" in text_of(house)


def test_the_summary_is_what_notifications_get() -> None:
    assert compose()[0].text == (
        "Acme Corp, 16–22 Nov: revenue €48,210 (-4.1%), orders 1,204 (+2.3%), ROAS 5.00 (-11.4%)"
    )


@pytest.mark.parametrize("rung", range(4))
def test_no_rung_shows_cost_or_staff_buttons(rung: int) -> None:
    text = text_of(compose()[rung])
    assert all(word not in text for word in ("$", "Retry", "Rerun", "Pause", "SELECT", "env://"))


def test_each_rung_needs_less_of_slack() -> None:
    kinds = [[block["type"] for block in body.blocks] for body in compose()]
    assert "table" in kinds[0]
    assert "data_visualization" in kinds[0]
    assert "chart_here" in kinds[1]
    assert compose()[1].chart is not None
    assert set(kinds[2]) <= {"header", "section", "context", "actions"}
    assert kinds[3] == []


def test_every_rung_holds_every_figure() -> None:
    for body in compose():
        text = text_of(body)
        assert all(word in text for word in ("€48,210", "1,204", "€9,640", "Ref 7K2F", "46.1"))


def test_a_sentence_that_types_its_own_figures_is_not_shown() -> None:
    lie = report.Sentence(text="Revenue doubled to €99,999.")
    told = compose(replace(samples.REPORT, narrative=(lie, *samples.REPORT.narrative[:1])))
    assert all("99,999" not in text_of(body) for body in told)
    assert "Written by AI" in text_of(told[0])
    alone = compose(replace(samples.REPORT, narrative=(lie,)))
    assert all("Written by AI" not in text_of(body) for body in alone)


def test_a_report_channel_of_its_own_is_where_it_would_go() -> None:
    own = replace(samples.REPORT_SPEC, channel=ids.ChannelId("C0OTHER"))
    by = replace(samples.CLIENT, stage=client.Stage.INTERNAL, reports={samples.WEEKLY: own})
    assert "<#C0OTHER>" in text_of(compose(by=by)[0])


def test_a_template_nobody_replaced_is_not_called_a_failure() -> None:
    plain = replace(samples.REPORT, author=report.Author.TEMPLATE)
    assert "Written from computed figures" in text_of(compose(plain)[0])


def test_only_web_addresses_become_a_button() -> None:
    odd = replace(samples.CLIENT, links={"Files": "javascript:alert(1)"})
    assert "javascript" not in text_of(compose(by=odd)[0])
    assert "Dashboard ↗" in text_of(compose()[0])


def test_many_figures_are_cut_and_counted() -> None:
    many = tuple(samples.figure(f"figure_{number}", str(number), "1") for number in range(1, 31))
    body = compose(replace(samples.REPORT, metrics=many, trend=None, narrative=()))[0]
    table = next(block for block in body.blocks if block["type"] == "table")
    assert len(cast("list[object]", table["rows"])) == figures.MOST + 1
    assert "18 more" in text_of(body)


def test_a_report_with_nothing_in_it_is_still_a_post() -> None:
    bare = replace(
        samples.REPORT,
        metrics=(samples.figure("orders", None),),
        narrative=(),
        breakdowns=(),
        previous=None,
        last_year=None,
        trend=None,
        provenance=(),
    )
    for body in compose(bare):
        assert local.refusal(body) == ""
        assert "not available" in text_of(body)


def test_the_third_headline_is_the_one_that_moved_most() -> None:
    spoken = formats.for_report(samples.REPORT)
    names = [one.name for one in figures.headlines(samples.REPORT, spoken)]
    assert names == ["revenue", "orders", "roas"]
    without_bases = replace(
        samples.REPORT,
        metrics=tuple(replace(one, previous=None) for one in samples.METRICS),
    )
    names = [one.name for one in figures.headlines(without_bases, spoken)]
    assert names == ["revenue", "orders", "average_order"]


def points(*values: str | None) -> tuple[metric.Point, ...]:
    """Return a weekly history."""
    first = date(2026, 1, 5)
    return tuple(
        metric.Point(start=first + timedelta(weeks=index), value=Decimal(value) if value else None)
        for index, value in enumerate(values)
    )


def with_history(unit: metric.Unit, *values: str | None) -> report.Report:
    """Return a report whose trend is this."""
    one = replace(samples.REVENUE, unit=unit, history=points(*values))
    return replace(samples.REPORT, metrics=(one,), trend="revenue")


@pytest.mark.parametrize(
    ("unit", "values", "title", "drawn"),
    [
        (metric.Unit.CURRENCY, ("46100", "47900"), "Revenue, k€, last 2 weeks", (46.1, 47.9)),
        (metric.Unit.CURRENCY, ("461", "479.4"), "Revenue, €, last 2 weeks", (461.0, 479.0)),
        (metric.Unit.CURRENCY, ("46100000", "1"), "Revenue, M€, last 2 weeks", (46.1, 0.0)),
        (metric.Unit.COUNT, ("20000", "30000"), "Revenue, k, last 2 weeks", (20.0, 30.0)),
        (metric.Unit.PERCENT, ("0.0196", "0.02"), "Revenue, %, last 2 weeks", (1.96, 2.0)),
        (metric.Unit.RATIO, ("5.001", "5.64"), "Revenue, last 2 weeks", (5.0, 5.64)),
        (metric.Unit.DURATION, ("7200", "9000"), "Revenue, h, last 2 weeks", (2.0, 2.5)),
        (metric.Unit.DURATION, ("120", "180"), "Revenue, min, last 2 weeks", (2.0, 3.0)),
        (metric.Unit.DURATION, ("12", "18"), "Revenue, s, last 2 weeks", (12.0, 18.0)),
    ],
)
def test_a_trend_is_scaled_to_few_digits(
    unit: metric.Unit, values: tuple[str, ...], title: str, drawn: tuple[float, ...]
) -> None:
    found = trend.of(with_history(unit, *values))
    assert found is not None
    assert (found.title, found.values) == (title, drawn)


def test_a_trend_leaves_gaps_out_and_needs_two_points() -> None:
    found = trend.of(with_history(metric.Unit.COUNT, "1", None, "3"))
    assert found is not None
    assert found.values == (1.0, 3.0)
    assert trend.of(with_history(metric.Unit.COUNT, None, "3")) is None
    assert trend.of(replace(samples.REPORT, metrics=())) is None


def test_a_trend_shows_the_newest_twenty_periods() -> None:
    found = trend.of(with_history(metric.Unit.COUNT, *[str(n) for n in range(1, 31)]))
    assert found is not None
    assert len(found.values) == 20
    assert found.values[-1] == 30
    assert "20 weeks" in found.title


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        (PeriodKind.MONTH, "Jan 2026"),
        (PeriodKind.QUARTER, "Q1 2026"),
        (PeriodKind.MONTH_TO_DATE, "Jan 2026"),
        (PeriodKind.DAY, "5 Jan"),
        (PeriodKind.LAST_DAYS, "5 Jan"),
    ],
)
def test_a_trends_labels_fit_its_periods(kind: PeriodKind, label: str) -> None:
    period = Period(kind=kind, start=date(2026, 11, 1), end=date(2026, 12, 1))
    found = trend.of(replace(with_history(metric.Unit.COUNT, "1", "2"), period=period))
    assert found is not None
    assert found.labels[0] == label


def test_a_long_label_leaves_room_for_the_span() -> None:
    one = replace(samples.REVENUE, label="Revenue of everything that was ever sold anywhere")
    found = trend.of(replace(samples.REPORT, metrics=(one,), trend="revenue"))
    assert found is not None
    assert len(found.title) <= 50
    assert found.title.endswith(", k€, last 8 weeks")


def test_the_trend_metric_is_the_named_one() -> None:
    found = trend.headline(replace(samples.REPORT, trend="orders"))
    assert found is not None
    assert found.name == "orders"


MOVED = tuple(
    report.Restated(metric=name, reported=Decimal(reported), now=Decimal(now))
    for name, reported, now in (("orders", "412", "437"), ("gone", "1", "2"), ("revenue", "9", "9"))
)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "9–15 Nov: orders 412 as reported, now 437"),
        ("fr", "9–15 nov.: Orders 412 au dernier rapport, désormais 437"),
        ("de", "9.–15. Nov.: Orders 412 wie berichtet, jetzt 437"),
        ("es", "9–15 nov: Orders 412 según el informe, ahora 437"),
    ],
)
def test_a_published_figure_that_moved_is_told_as_it_was_and_is(language: str, told: str) -> None:
    locale = {"en": "en_GB"}.get(language, language)
    found = replace(samples.REPORT, language=language, locale=locale, restated=MOVED)
    bodies = compose(found)
    assert all(told in text_of(body) for body in bodies), text_of(bodies[-1])
    assert "gone" not in text_of(bodies[-1])


@pytest.mark.parametrize(
    ("language", "day"), [("en", "21"), ("fr", "21"), ("de", "21."), ("es", "21")]
)
def test_days_that_may_still_change_are_named(language: str, day: str) -> None:
    doubt = report.Finding(
        code="provisional", severity=report.Severity.SHOWN, subject="orders", text="In English."
    )
    origin = tuple(
        replace(one, provisional_from=date(2026, 11, 21)) for one in samples.REPORT.provenance
    )
    found = replace(
        samples.REPORT, language=language, locale=language, findings=(doubt,), provenance=origin
    )
    for body in compose(found):
        assert "In English" not in text_of(body)
        assert f"{day} " in text_of(body).split("orders")[-1]
