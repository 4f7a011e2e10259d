"""Google Analytics through Google's own client, against the double that checks who asks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from bot import errors
from bot.demo import ga4, googleapi
from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds.ga4 import KIND
from bot.worker.sources import base
from bot.worker.sources.ga4 import Ga4
from tests import samples
from tests.contract import benches, googlebenches
from tests.contract.googlebenches import PROPERTY, Bench

ZONE = "America/Los_Angeles"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with googlebenches.analytics(tmp_path) as made:
        yield made


def _double(bench: Bench) -> ga4.Ga4Double:
    assert isinstance(bench.api, ga4.Ga4Double)
    return bench.api


def _source(bench: Bench) -> Ga4:
    return cast("Ga4", bench.source)


def _codes(answer: base.Answer) -> list[str]:
    return [one.code for one in answer.findings]


def test_a_period_is_one_row_of_exact_numbers(bench: Bench) -> None:
    table = bench.asked().table
    assert table.columns == ("sessions", "total_revenue")
    assert table.rows == ((7, Decimal("30.76")),)


def test_a_breakdown_has_its_dimensions_first_and_the_largest_on_top(bench: Bench) -> None:
    table = bench.asked({"dimensions": ["country"]}).table
    assert table.columns == ("country", "sessions", "total_revenue")
    assert table.rows == (("France", 5, Decimal("10.26")), ("日本", 2, Decimal("20.50")))


def test_several_periods_and_questions_are_one_batch_with_four_ranges_a_report(
    bench: Bench,
) -> None:
    spans = (samples.THIS_WEEK, samples.LAST_WEEK, samples.LAST_YEAR)
    weeks = [samples.week(date(2026, 10, day)) for day in (5, 12, 19)]
    asks = [bench.question(span=span) for span in (*spans, *weeks)]
    by = {"dimensions": ["country"]}
    asks += [bench.question(span=one, query="places", request=by) for one in spans[:2]]
    found = _source(bench).read_all(asks)
    assert [one.table.rows for one in found[:3]] == [
        ((7, Decimal("30.76")),),
        ((48, 3),),
        (),
    ]
    assert found[7].table.rows == (("France", 32, 1), ("Chile", 16, 2))
    (sent,) = bench.api.requests
    assert sent.path.endswith(":batchRunReports")
    reports = cast("list[dict[str, list[object]]]", sent.json()["requests"])
    assert [len(one["dateRanges"]) for one in reports] == [4, 2, 2]


def test_what_needs_more_than_five_reports_is_several_batches(bench: Bench) -> None:
    asks = [bench.question(query=f"q{n}") for n in range(KIND.batch)]
    assert [one.table.rows[0][0] for one in _source(bench).read_all(asks)] == [7] * 20
    assert len(bench.api.requests) == 4


@pytest.mark.parametrize(
    ("condition", "sessions"),
    [
        ({"field": "country", "is": "France"}, 5),
        ({"field": "country", "is": ["France", "日本"]}, 7),
        ({"field": "country", "is_not": "France"}, 2),
        ({"field": "country", "begins": "Fr"}, 5),
        ({"field": "country", "ends": "本"}, 2),
        ({"field": "country", "contains": "ran"}, 5),
        ({"field": "country", "matches": "F.*e"}, 5),
        ({"field": "sessions", "above": "6"}, 7),
        ({"field": "sessions", "below": 6}, None),
    ],
)
def test_conditions_are_filters_of_dimensions_and_of_metrics(
    bench: Bench, condition: dict[str, object], sessions: int | None
) -> None:
    rows = bench.asked({"where": [condition]}).table.rows
    assert [row[0] for row in rows] == ([] if sessions is None else [sessions])


def test_nothing_that_fits_is_a_true_zero_and_no_data_is_no_row(bench: Bench) -> None:
    nowhere = {"where": [{"field": "country", "is": "Peru"}]}
    assert bench.asked(nowhere).table.rows == ((0, 0),)
    assert bench.asked(span=samples.week(date(2027, 3, 1))).table.rows == ()
    assert bench.asked({**nowhere, "dimensions": ["country"]}).table.rows == ()


def test_times_come_in_seconds(bench: Bench) -> None:
    _double(bench).load(PROPERTY, [{"date": "2026-11-17", "timeOnTask": Decimal("1.5")}])
    assert bench.asked({"metrics": ["timeOnTask"]}).table.rows == ((Decimal("90.0"),),)


def test_pages_are_put_together_up_to_the_bound_and_what_is_cut_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.sources.ga4reports.PAGE", 40)
    monkeypatch.setattr("bot.worker.sources.base.MOST_ROWS", 100)
    pages = [
        {"date": "2026-11-17", "pagePath": f"/{n:03}", "sessions": 500 - n} for n in range(130)
    ]
    _double(bench).load(PROPERTY, pages[:90])
    whole = bench.asked({"dimensions": ["pagePath"]})
    assert [row[0] for row in whole.table.rows] == [*(f"/{n:03}" for n in range(90)), "(not set)"]
    assert [one.json()["offset"] for one in bench.api.requests if "offset" in one.json()] == [
        "40",
        "80",
    ]
    assert _codes(whole) == []
    _double(bench).load(PROPERTY, pages[90:])
    cut = bench.asked({"dimensions": ["pagePath"]})
    assert len(cut.table.rows) == 100
    assert [one.text for one in cut.findings] == ["Of “traffic” only 100 of 131 rows came."]


def test_what_google_says_in_silence_becomes_a_finding(bench: Bench) -> None:
    _double(bench).say(
        PROPERTY,
        samplingMetadatas=[{"samplesReadCount": "25", "samplingSpaceSize": "100"}],
        subjectToThresholding=True,
        dataLossFromOtherRow=True,
        dataTruncationReasons=[{"dataTruncationDate": "2026-11-17"}],
        timeZone=ZONE,
    )
    found = bench.asked().findings
    assert [(one.code, one.subject) for one in found] == [
        (code, "traffic")
        for code in ("sampled", "thresholded", "other_row", "cut_off", "other_zone")
    ]
    assert "25 % of the data" in found[0].text
    assert "2026-11-17" in found[3].text
    assert (
        found[4].text
        == "The days of “traffic” are those of America/Los_Angeles, not of Europe/Paris."
    )


def test_a_metric_that_our_role_may_not_see_is_no_zero(bench: Bench) -> None:
    rule = {"metricName": "totalRevenue", "restrictedMetricTypes": ["REVENUE_DATA"]}
    _double(bench).say(PROPERTY, schemaRestrictionResponse={"activeMetricRestrictions": [rule]})
    failure = bench.failure()
    assert failure.code is FailureCode.PERMISSION_DENIED
    assert "totalRevenue is hidden" in failure.said


def test_the_last_48_hours_are_provisional_by_the_propertys_clock(bench: Bench) -> None:
    answer = bench.asked()
    assert (answer.complete_to, answer.provisional_from) == (date(2026, 11, 22), date(2026, 11, 21))
    _double(bench).say(PROPERTY, timeZone=ZONE)  # there it is still Sunday
    answer = bench.asked()
    assert (answer.complete_to, answer.provisional_from) == (date(2026, 11, 21), date(2026, 11, 20))
    bench.access = replace(bench.access, as_of=datetime(2026, 12, 24, tzinfo=UTC))
    bench.shut()
    later = bench.asked()
    assert later.complete_to == samples.THIS_WEEK.last_day
    assert later.provisional_from == date(2026, 12, 21)


def test_money_comes_in_the_currency_that_is_asked_for(bench: Bench) -> None:
    assert _source(bench).identity().currency == "EUR"
    settings = {"property": PROPERTY, "currency": "USD"}
    bench.access = replace(bench.access, spec=replace(bench.access.spec, settings=settings))
    bench.shut()
    assert _source(bench).identity().currency == "USD"
    bench.asked()
    assert bench.api.requests[-1].json()["currencyCode"] == "USD"


def test_tokens_that_run_low_are_told_and_used_up_ones_are_a_failure(bench: Bench) -> None:
    tokens = _double(bench)._properties[PROPERTY].tokens  # pyright: ignore[reportPrivateUsage]
    assert _codes(bench.asked()) == []
    tokens["Hour"] = 3000
    (finding,) = bench.asked().findings
    assert finding.severity is report.Severity.NOTE
    assert finding.text == "The source leaves us 2999 tokens for this hour after “traffic”."
    tokens["Hour"] = 0
    hour = bench.failure()
    assert (hour.code, hour.params["retry_after"]) == (FailureCode.QUOTA_EXHAUSTED, "3600")
    tokens.update(Day=0, Hour=100)
    day = bench.failure()
    assert day.code is FailureCode.QUOTA_EXHAUSTED
    assert "retry_after" not in day.params
    assert day.said.startswith("Exhausted property tokens per day")


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (ga4.CONCURRENT, FailureCode.SOURCE_BUSY, "Exhausted concurrent requests"),
        (googleapi.UNAVAILABLE, FailureCode.SOURCE_FAULT, "currently unavailable"),
    ],
)
def test_what_passes_is_asked_once_more_and_then_told(
    bench: Bench, fault: googleapi.Fault, code: FailureCode, said: str
) -> None:
    bench.api.fail(fault)
    assert bench.asked().table.rows[0][0] == 7
    bench.api.fail(fault, times=2)
    failure = bench.failure()
    assert (failure.code, failure.query, failure.kind) == (code, "traffic", "ga4")
    assert said in failure.said
    assert bench.api.url not in failure.said
    assert errors.is_retryable(code)


@pytest.mark.parametrize(
    "more",
    [
        {"metrics": ["sesions"]},
        {"dimensions": ["planet"]},
        {"where": [{"field": "planet", "is": "Mars"}]},
    ],
)
def test_a_field_that_does_not_exist_is_terminal(bench: Bench, more: dict[str, object]) -> None:
    failure = bench.failure(more)
    assert failure.code is FailureCode.QUERY_INVALID
    assert failure.said.startswith("Field ")
    assert not errors.is_retryable(failure.code)


def test_another_property_is_denied(bench: Bench) -> None:
    settings = {"property": "987654321"}
    bench.access = replace(bench.access, spec=replace(bench.access.spec, settings=settings))
    failure = bench.failure()
    assert failure.code is FailureCode.PERMISSION_DENIED
    assert "permissions for this property" in failure.said


def test_a_service_that_is_not_there_is_unreachable(bench: Bench) -> None:
    bench.api.stop()
    assert bench.failure().code is FailureCode.SOURCE_UNREACHABLE


def test_an_answer_that_breaks_off_is_asked_for_again(bench: Bench) -> None:
    bench.api.break_off(1)
    assert bench.asked().table.rows
    bench.api.break_off(30)
    failure = bench.failure()
    assert failure.code is FailureCode.SOURCE_UNREACHABLE
    assert bench.api.url not in failure.said


def test_a_slow_answer_ends_at_the_deadline(bench: Bench) -> None:
    bench.api.slow(60)
    bench.hurry(0.2)
    assert bench.failure().code is FailureCode.SOURCE_TIMEOUT


def test_a_read_can_be_stopped_from_outside(bench: Bench) -> None:
    bench.api.slow(60)
    assert benches.stopped(bench.source, bench.question()) == [FailureCode.SOURCE_TIMEOUT]
