"""Reports that lie: each is refused for one thing that is not as it was ordered, or cannot be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wire
from bot.domain import metric, money, period, report, run
from bot.executors import checks
from bot.rendering import formats
from tests import samples
from tests.guard import clients

ORDER = replace(clients.order(Path("scratch")), as_of=samples.AS_OF)
MADE = samples.REPORT
REVENUE, CHANNELS = MADE.metrics[0], MADE.breakdowns[0]
BILL = money.Usage(kind=money.UsageKind.MODEL, item="m", cost=Decimal(1))
LONG = "x" * 2001
SOURCE = next(iter(ORDER.client.sources))
Change = Callable[[report.Report], report.Report]


def _fits(made: report.Report) -> bool:
    return checks.fits(wire.ReportMade(report=made, timings={}), ORDER)


def _with(**changes: object) -> Change:
    return lambda made: replace(made, **changes)


def _metric(**changes: object) -> Change:
    return _with(metrics=(replace(REVENUE, **changes), *MADE.metrics[1:]))


def _split(**changes: object) -> Change:
    return _with(breakdowns=(replace(CHANNELS, **changes),))


def test_what_was_ordered_fits() -> None:
    assert _fits(MADE)
    assert _fits(replace(MADE, identities=(report.Identity(source=SOURCE, name="Acme"),)))


FORGED: dict[str, Change] = {
    "client": _with(client="globex"),
    "client's name": _with(client_name="Globex"),
    "report": _with(name="monthly"),
    "title": _with(title="<!channel>"),
    "period": _with(period=replace(MADE.period, partial=True)),
    "moment": _with(as_of=MADE.as_of + timedelta(days=1)),
    "zone": _with(timezone="Mars/Olympus"),
    "locale": _with(locale="xx_YY"),
    "currency": _with(currency="US$"),
    "language": _with(language="tlh"),
    "terms": _with(terms=("100",)),
    "left out": _with(without=("shop",)),
    "trend": _with(trend="secret"),
    "metric gone": _with(metrics=MADE.metrics[1:]),
    "metric more": _with(metrics=(*MADE.metrics, REVENUE)),
    "metric's label": _metric(label="Losses"),
    "metric's unit": _metric(unit=metric.Unit.PERCENT),
    "metric's limits": _metric(flat=metric.Flat(relative=Decimal(9))),
    "breakdown": _split(name="customers"),
    "breakdown's metric": _split(metric="orders"),
    "breakdown's unit": _split(unit=metric.Unit.COUNT),
    "breakdown twice": _with(breakdowns=(CHANNELS, CHANNELS)),
    "rows": _split(top=CHANNELS.top * 2),
    "movers": _split(movers=CHANNELS.movers * 2),
    "identity": _with(identities=(report.Identity(source="elsewhere", name="Globex"),)),
    "identity's words": _with(identities=(report.Identity(source=SOURCE, name=LONG),)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_what_was_not_ordered_is_refused(forged: Change) -> None:
    assert not _fits(forged(MADE))


FINDING = report.Finding(code="c", severity=report.Severity.NOTE, subject="s", text="t")
SWOLLEN: dict[str, Change] = {
    "sentences": _with(narrative=MADE.narrative * 400),
    "a long sentence": _with(narrative=(report.Sentence(text=LONG),)),
    "findings": _with(findings=(FINDING,) * 1001),
    "a long finding": _with(findings=(replace(FINDING, text=LONG),)),
    "a long subject": _with(findings=(replace(FINDING, subject=LONG),)),
    "origins": _with(provenance=MADE.provenance * 300),
    "a long origin": _with(provenance=(replace(MADE.provenance[0], source=LONG),)),
    "history": _metric(history=REVENUE.history * 2),
    "a long label": _split(top=(replace(CHANNELS.top[0], label=LONG),)),
    "a long excuse": _with(author_note=LONG),
    "a long reason": _metric(missing=LONG),
}


@pytest.mark.parametrize("swollen", SWOLLEN.values(), ids=SWOLLEN)
def test_what_no_report_has_is_refused(swollen: Change) -> None:
    assert not _fits(swollen(MADE))


@pytest.mark.parametrize(
    "number", ["1E+999999", "-1E+351", "1E-400000", "NaN", "-Infinity", "1" * 1201]
)
@pytest.mark.parametrize("where", ["value", "previous", "last_year"])
def test_numbers_that_nobody_could_write_are_refused(number: str, where: str) -> None:
    assert not _fits(_metric(**{where: Decimal(number)})(MADE))
    assert not _fits(
        _metric(history=(metric.Point(start=MADE.period.start, value=Decimal(number)),))(MADE)
    )
    assert not _fits(_split(total=replace(CHANNELS.total, value=Decimal(number)))(MADE))


@given(number=st.floats(allow_nan=False, allow_infinity=False), unit=st.sampled_from(metric.Unit))
def test_every_double_fits_and_can_be_written(number: float, unit: metric.Unit) -> None:
    exact = Decimal(repr(number))
    made = _metric(value=exact, previous=-exact)(MADE)
    assert _fits(made)
    told = formats.for_report(MADE)
    assert told.value(exact, unit)
    assert told.change(exact, -exact, unit=unit, flat=metric.Flat()).move


@pytest.mark.parametrize(
    "bill",
    [
        replace(BILL, cost=Decimal("1E+12")),
        replace(BILL, cost=Decimal("Infinity")),
        replace(BILL, cost=Decimal(-1)),
        replace(BILL, input_tokens=2**64),
        replace(BILL, bytes_billed=-1),
        replace(BILL, credits=Decimal(-1)),
        replace(BILL, credits=Decimal("NaN")),
        replace(BILL, item="q" * 201),
    ],
)
def test_bills_that_cannot_be_are_refused(bill: money.Usage) -> None:
    failure = run.Failure(code=run.FailureCode.DEADLINE)
    assert checks.fits(wire.RunFailed(failure=failure, usage=(BILL,), timings={}), ORDER)
    assert not checks.fits(wire.RunFailed(failure=failure, usage=(bill,), timings={}), ORDER)
    assert not checks.fits(wire.ReportMade(report=MADE, usage=(bill,), timings={}), ORDER)


@pytest.mark.parametrize(
    "timings", [{"a": 2**64}, {"a": -1}, {str(n): n for n in range(21)}, {"s" * 201: 1}]
)
def test_timings_that_cannot_be_are_refused(timings: dict[str, int]) -> None:
    assert not checks.fits(wire.ReportMade(report=MADE, timings=timings), ORDER)


def test_another_year_is_not_the_period() -> None:
    other = period.Period(
        kind=MADE.period.kind,
        start=MADE.period.start - timedelta(weeks=52),
        end=MADE.period.end - timedelta(weeks=52),
    )
    assert not _fits(replace(MADE, period=other))
