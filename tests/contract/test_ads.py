"""What every ad platform does alike, here and inside a walled run."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors
from bot.demo import loopback
from bot.domain import run
from bot.domain.run import FailureCode
from bot.worker.sources import base
from tests import samples
from tests.contract import adsbenches, behind, benches

_MADE: dict[str, Callable[[ExitStack, Path], adsbenches.Bench]] = {
    "google_ads": adsbenches.google_bench,
    "meta_ads": adsbenches.meta_bench,
    "linkedin_ads": adsbenches.linkedin_bench,
}
PLACES = (
    *_MADE,
    *behind.places(_MADE),
)
FIGURES = ("spend", "impressions", "clicks", "conversions", "value")
WEEK = (Decimal("35.00"), 4750, 150, 12, Decimal("500.75"))


@pytest.fixture(params=PLACES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[adsbenches.Bench]:
    """A platform's source, here and inside a walled run."""
    kind, _, walled = str(request.param).partition(", ")
    with ExitStack() as stack:
        if not walled:
            yield stack.enter_context(_MADE[kind](stack, tmp_path))
            return
        house: behind.House = request.getfixturevalue("house")
        made = stack.enter_context(_MADE[kind](stack, house.folder(tmp_path.name)))
        made.opener = house.opener(made)
        yield made


@pytest.fixture(params=_MADE)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[adsbenches.Bench]:
    """A platform's source here alone: for what walls have no part in."""
    with ExitStack() as stack:
        yield stack.enter_context(_MADE[str(request.param)](stack, tmp_path))


def _failure(bench: adsbenches.Bench, level: str = "account") -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        bench.told(level)
    failure = caught.value.failure
    assert (failure.source, failure.kind) == ("ads", bench.kind)
    assert adsbenches.SECRET not in repr(failure)
    return failure


def test_the_days_of_a_period_are_half_open_and_money_is_exact(bench: adsbenches.Bench) -> None:
    table = bench.told("account")
    assert table == base.Table(columns=FIGURES, rows=(WEEK,))
    assert [type(table.rows[0][at]) for at in (0, 4)] == [Decimal, Decimal]


def test_campaigns_are_rows_whatever_they_are_called(bench: adsbenches.Bench) -> None:
    bench.small()
    table = bench.told("campaign")
    assert table.columns == ("campaign", "campaign_id", *FIGURES)
    assert Counter(table.rows) == Counter(
        (
            ("Brand", "11", Decimal("10.90"), 1500, 55, 3, Decimal("120.5")),
            ("Été – 夏 “soldes”", "22", Decimal("20.10"), 3000, 70, 6, Decimal(300)),
            ("Retargeting", "33", Decimal("4.00"), 250, 25, 3, Decimal("80.25")),
        )
    )


def test_a_column_bears_another_name_where_a_metric_has_one(bench: adsbenches.Bench) -> None:
    table = bench.told("campaign", names={"spend": "ad_spend"})
    assert table.columns[:3] == ("campaign", "campaign_id", "ad_spend")


def test_an_account_that_showed_nothing_spent_nothing(bench: adsbenches.Bench) -> None:
    empty = samples.week(date(2026, 10, 5))
    assert bench.source.read(bench.wants("account", empty)).table.rows == ((0,) * 5,)
    nobody = bench.source.read(bench.wants("campaign", empty)).table
    assert (nobody.columns[0], nobody.rows) == ("campaign", ())


def test_an_account_tells_who_it_is(here: adsbenches.Bench) -> None:
    assert isinstance(here.source, base.Telling)
    told = here.source.identity()
    assert (told.source, told.name, told.currency) == ("ads", "Acme Shop", "EUR")
    assert told.account.endswith(adsbenches.ACCOUNT)
    assert told.timezone == ("UTC" if here.kind == "linkedin_ads" else "Europe/Paris")


def test_every_refusal_has_its_code(here: adsbenches.Bench) -> None:
    here.told("account")  # signed in
    for name, (reply, code) in here.faults.items():
        here.platform.answer_next(*[reply] * 9)
        failure = _failure(here)
        assert failure.code is code, name
        assert failure.query == "spend"
        here.platform.forget()


def test_a_quota_of_hours_says_when_to_come_back(here: adsbenches.Bench) -> None:
    here.told("account")
    here.platform.answer_next(here.faults["quota"][0])
    after = int(_failure(here).params["retry_after"])
    assert 0 < after <= 24 * 3600
    if here.kind != "linkedin_ads":
        assert after == 7200
    assert len([one for one in here.platform.seen if "oauth" not in one.path]) == 2


def test_what_passes_is_asked_again(bench: adsbenches.Bench) -> None:
    bench.platform.answer_next(loopback.Reply(status=503))
    assert bench.told("account").rows == (WEEK,)


def test_a_credential_that_is_worth_nothing_is_terminal(bench: adsbenches.Bench) -> None:
    bench.expire()
    failure = _failure(bench)
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.reference == "env://ACME_ADS"


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[", b"7", b'{"data": 7}'])
def test_an_answer_that_makes_no_sense_is_a_fault_of_theirs(
    here: adsbenches.Bench, raw: bytes
) -> None:
    here.platform.answer_next(*[loopback.Reply(raw=raw)] * 9)
    assert _failure(here).code is FailureCode.SOURCE_FAULT


def test_a_reply_that_breaks_off_is_no_answer(bench: adsbenches.Bench) -> None:
    bench.platform.answer_next(*[loopback.Reply(raw=b'{"data": []}    ', cut=True)] * 9)
    assert _failure(bench).code is FailureCode.SOURCE_UNREACHABLE


def test_too_many_campaigns_are_stopped_at_a_bound(
    here: adsbenches.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MOST_ROWS", 2)
    assert _failure(here, "campaign").code is FailureCode.RESULT_INVALID


def test_a_slow_platform_is_left_at_the_deadline(bench: adsbenches.Bench) -> None:
    bench.hurry(0.25)
    level = bench.slow()
    assert _failure(bench, level).code is FailureCode.SOURCE_TIMEOUT


def test_a_read_can_be_stopped_from_outside(bench: adsbenches.Bench) -> None:
    ask = bench.wants(bench.slow())
    assert benches.stopped(bench.source, ask) == [FailureCode.SOURCE_TIMEOUT]


def test_nothing_of_the_machine_takes_part_and_no_secret_stands_in_an_address(
    here: adsbenches.Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert here.told("account").rows == (WEEK,)
    assert here.platform.seen
    assert not any(adsbenches.SECRET in one.target for one in here.platform.seen)


def test_a_version_that_ends_soon_is_a_finding(here: adsbenches.Bench) -> None:
    old = {"google_ads": "v24", "meta_ads": "v25.0", "linkedin_ads": "202607"}[here.kind]
    here.settings(api_version=old)
    ends = {"google_ads": (2027, 3), "meta_ads": (2027, 1), "linkedin_ads": (2027, 6)}[here.kind]
    late = samples.week(date(*ends, 15))
    said = here.source.read(here.wants("account", late)).findings
    text = next(one.text for one in said if one.code == "sunset")
    assert text.startswith(f"The API version {old}")
    now = here.source.read(here.wants("account")).findings
    assert "sunset" not in [one.code for one in now]
