"""Google Sheets over HTTP, against the double that checks who asks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.demo import googleapi, sheets
from bot.domain import report
from bot.domain.run import FailureCode
from bot.kinds.sheets import SheetsRequest
from bot.worker.sources import sheetscells
from bot.worker.sources.sheets import Sheets
from tests import samples
from tests.contract import benches, googlebenches
from tests.contract.googlebenches import MONDAY, SPREADSHEET, Bench

BUSY = googleapi.Fault(
    code=429,
    status="RESOURCE_EXHAUSTED",
    message="Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'",
)
NEXT_WEEK = samples.week(date(2026, 11, 23))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with googlebenches.targets(tmp_path) as made:
        yield made


def _fill(bench: Bench, name: str, *rows: Sequence[object]) -> None:
    assert isinstance(bench.api, sheets.SheetsDouble)
    bench.api.fill(SPREADSHEET, name, cells=rows)


def _source(bench: Bench) -> Sheets:
    return cast("Sheets", bench.source)


def test_a_period_is_the_row_whose_day_lies_in_it(bench: Bench) -> None:
    table = bench.asked().table
    assert table.columns == ("Target", "Budget", "Note")
    assert table.rows == ((48000, Decimal("1000.25"), "Black Friday opens – “Été”"),)
    before = bench.asked(span=samples.LAST_WEEK).table
    assert before.rows == ((40000, Decimal("950.5"), None),)
    assert bench.asked(span=samples.LAST_YEAR).table.rows == ()


def test_several_questions_are_one_request(bench: Bench) -> None:
    _fill(bench, "Notes!A:A", ["what"], ["Launch"])
    asks = [bench.question(span=span) for span in (samples.THIS_WEEK, samples.LAST_WEEK)]
    asks.append(bench.question({"range": "Notes!A:A", "by": None}))
    found = _source(bench).read_all(asks)
    assert [one.table.rows[0][0] for one in found] == [48000, 40000, "Launch"]
    (sent,) = bench.api.requests
    assert sent.target.count("ranges=") == 2


def test_rows_without_a_period_column_all_count(bench: Bench) -> None:
    _fill(bench, "Channels!A1:C9", ["channel", "target"], ["Email", 0.1], ["Direct", ""], [])
    table = bench.asked({"range": "Channels!A1:C9", "by": None}).table
    assert table.columns == ("channel", "target")
    assert table.rows == (("Email", Decimal("0.1")), ("Direct", None))


@pytest.mark.parametrize("written", [MONDAY, MONDAY + 0.5, "2026-11-16", " 2026-W47 ", "2026-w47"])
def test_a_period_is_named_by_a_day_or_a_week(bench: Bench, written: object) -> None:
    _fill(bench, "T!A:B", ["week of", "target"], [written, 5])
    if written == "2026-w47":
        fault = bench.failure({"range": "T!A:B"}).params["fault"]
        assert fault == "T!A:B: row 2: “2026-w47” in “week of” is neither a day nor a period"
        return
    assert bench.asked({"range": "T!A:B"}).table.rows == ((5,),)


@pytest.mark.parametrize(
    ("written", "start"), [("2026-10", date(2026, 10, 1)), ("2026-Q4", date(2026, 10, 1))]
)
def test_a_month_or_quarter_is_named_by_its_first_day(written: str, start: date) -> None:
    wanted = SheetsRequest(range="A:B", by="of")
    span = replace(samples.week(start), end=start + timedelta(days=31))
    rows = [["of", "target"], [written, 7], ["2027-01", 8], ["", 9]]
    assert sheetscells.table(rows, wanted, span=span).rows == ((7,),)


def test_daily_rows_are_added_up_where_that_is_asked_for(bench: Bench) -> None:
    days = [[MONDAY + n, 10.1, "x" if n else ""] for n in range(-1, 8)]
    _fill(bench, "Daily!A:C", ["Day", "Budget", "Note"], *days)
    request = {"range": "Daily!A:C", "by": "day", "sum": ["budget"]}
    table = bench.asked(request).table
    assert (table.columns, table.rows) == (("budget",), ((Decimal("70.7"),),))
    assert len(bench.asked({**request, "sum": []}).table.rows) == 7
    assert bench.asked(request, span=samples.LAST_YEAR).table.rows == ()
    fault = bench.failure({**request, "sum": ["note"]}).params["fault"]
    assert fault == "Daily!A:C: “note” holds text where a number is added up"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "its first row holds no headings"),
        ([["", "target"]], "its first row holds no headings"),
        ([["week of", "a", "A "]], "it has two headings “A”; name them apart"),
        ([["week", "target"]], "it has no heading “week of” (found: week, target)"),
        ([["week of", "a"], [MONDAY, "#DIV/0!"]], "row 2: “a” holds #DIV/0!"),
        (
            [["week of", "a"], ["soon", 1]],
            "row 2: “soon” in “week of” is neither a day nor a period",
        ),
        ([["week of", "a"], [True, 1]], "row 2: “True” in “week of” is neither a day nor a period"),
    ],
)
def test_a_range_that_does_not_fit_is_told_with_its_row(
    bench: Bench, rows: list[list[object]], fault: str
) -> None:
    _fill(bench, "Odd!A:C", *rows)
    failure = bench.failure({"range": "Odd!A:C"})
    assert failure.code is FailureCode.RESULT_INVALID
    assert failure.params["fault"] == f"Odd!A:C: {fault}"


def test_a_broken_cell_of_another_period_is_no_matter(bench: Bench) -> None:
    assert bench.asked().table.rows
    with pytest.raises(errors.RunError) as caught:
        bench.asked(span=NEXT_WEEK)
    fault = caught.value.failure.params["fault"]
    assert fault == "Targets!A1:D60: row 5: “Target” holds #REF!"


def test_a_range_without_end_is_bounded(bench: Bench) -> None:
    _fill(bench, "Long!A:A", ["n"], *([n] for n in range(20_001)))
    failure = bench.failure({"range": "Long!A:A", "by": None})
    assert failure.code is FailureCode.RESULT_INVALID


def test_it_tells_whose_data_it_serves(bench: Bench) -> None:
    assert _source(bench).identity() == report.Identity(
        source="plan",
        name="Acme’s targets",
        account=SPREADSHEET,
        domain="docs.google.com",
    )


def test_a_range_that_does_not_exist_is_terminal(bench: Bench) -> None:
    failure = bench.failure({"range": "Gone!A1:B2"})
    assert failure.code is FailureCode.QUERY_INVALID
    assert failure.said == "Unable to parse range: Gone!A1:B2"


def test_a_spreadsheet_that_is_not_there_or_not_shared_is_told_apart(bench: Bench) -> None:
    spec = replace(bench.access.spec, settings={"spreadsheet": "x" * 44})
    bench.access = replace(bench.access, spec=spec)
    failure = bench.failure()
    assert failure.code is FailureCode.NOT_FOUND
    assert failure.params["fault"] == f"the spreadsheet {'x' * 44}"
    assert isinstance(bench.api, sheets.SheetsDouble)
    bench.api.share("x" * 44, "somebody-elses", title="Not ours")
    assert bench.failure().code is FailureCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("fault", "code"),
    [(BUSY, FailureCode.SOURCE_BUSY), (googleapi.UNAVAILABLE, FailureCode.SOURCE_FAULT)],
)
def test_what_passes_is_asked_again_and_then_told(
    bench: Bench, fault: googleapi.Fault, code: FailureCode
) -> None:
    bench.api.fail(fault)
    assert bench.asked().table.rows
    bench.api.fail(fault, times=30)
    failure = bench.failure()
    assert (failure.code, failure.said) == (code, fault.message)


def test_each_way_to_sign_in_is_let_in_and_its_end_is_told(bench: Bench) -> None:
    assert bench.asked().table.rows
    who = "claire@acme.example"
    bench.signed(bench.accounts.authorized_user(who, benches.PROJECT))
    assert bench.asked().table.rows
    bench.accounts.expire_tokens()
    assert bench.asked().table.rows
    bench.accounts.revoke(who)
    assert bench.failure().code is FailureCode.CREDENTIAL_REFUSED


def test_an_answer_that_breaks_off_is_asked_for_again(bench: Bench) -> None:
    bench.api.break_off(1)
    assert bench.asked().table.rows
    bench.api.break_off(30)
    failure = bench.failure()
    assert failure.code is FailureCode.SOURCE_UNREACHABLE
    assert bench.api.url not in failure.said


def test_a_slow_answer_ends_at_the_deadline(bench: Bench) -> None:
    bench.api.slow(60)
    bench.hurry(0.3)
    assert bench.failure().code is FailureCode.SOURCE_TIMEOUT


def test_a_read_can_be_stopped_from_outside(bench: Bench) -> None:
    bench.api.slow(60)
    assert benches.stopped(bench.source, bench.question()) == [FailureCode.SOURCE_TIMEOUT]


@given(day=st.dates(min_value=date(1900, 1, 1)), weeks=st.integers(1, 6))
def test_a_day_is_in_its_own_period_and_in_no_other(day: date, weeks: int) -> None:
    serial = (day - date(1899, 12, 30)).days
    wanted = SheetsRequest(range="A:B", by="day")
    rows = [["day", "n"], [serial, 1], [f"{day}", 2]]
    try:
        span = samples.week(day)
        after = replace(span, start=day + timedelta(days=1), end=day + timedelta(weeks=weeks))
    except OverflowError:
        return
    assert sheetscells.table(rows, wanted, span=span).rows == ((1,), (2,))
    assert sheetscells.table(rows, wanted, span=after).rows == ()
