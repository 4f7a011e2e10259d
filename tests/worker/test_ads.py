"""What each ad platform does in its own way, and that all count right."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot import errors
from bot.demo import ads, linkedinads, loopback, metaads
from bot.domain import run
from bot.domain.run import FailureCode
from bot.kinds.typed import googleads as googlekeys
from bot.kinds.typed import linkedinads as linkedinkeys
from bot.kinds.typed import metaads as metakeys
from bot.worker.sources import base
from tests import samples
from tests.contract import adsbenches


def _made(
    make: Callable[[ExitStack, Path], adsbenches.Bench], folder: Path
) -> Iterator[adsbenches.Bench]:
    with ExitStack() as stack:
        yield stack.enter_context(make(stack, folder))


@pytest.fixture
def google(tmp_path: Path) -> Iterator[adsbenches.Bench]:
    yield from _made(adsbenches.google_bench, tmp_path)


@pytest.fixture
def meta(tmp_path: Path) -> Iterator[adsbenches.Bench]:
    yield from _made(adsbenches.meta_bench, tmp_path)


@pytest.fixture
def linkedin(tmp_path: Path) -> Iterator[adsbenches.Bench]:
    yield from _made(adsbenches.linkedin_bench, tmp_path)


def _failure(bench: adsbenches.Bench) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        bench.told("account")
    return caught.value.failure


def _unknown(bench: adsbenches.Bench) -> run.Failure:
    assert isinstance(bench.source, base.Telling)
    with pytest.raises(errors.RunError) as caught:
        bench.source.identity()
    return caught.value.failure


def _gaql(text: str) -> base.Ask:
    return base.Ask(
        query="calls", sql=text, file="a.gaql", period=samples.THIS_WEEK, timezone="Europe/Paris"
    )


def test_google_a_file_of_gaql_is_asked_for_the_period(google: adsbenches.Bench) -> None:
    text = (
        "SELECT campaign.name, segments.date, metrics.cost_micros, metrics.conversions\n"
        "FROM campaign WHERE campaign.name = 'Retargeting' ORDER BY metrics.clicks"
    )
    table = google.source.read(_gaql(text)).table
    assert table.columns == ("campaign_name", "date", "cost", "conversions")
    assert table.rows == (("Retargeting", date(2026, 11, 22), Decimal(4), Decimal(3)),)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DELETE FROM campaign", FailureCode.QUERY_REFUSED),
        ("SELECT metrics.clicks, FROM campaign", FailureCode.QUERY_INVALID),
        ("SELECT metrics.clocks FROM campaign", FailureCode.QUERY_INVALID),
    ],
)
def test_google_a_file_that_is_none_is_told(
    google: adsbenches.Bench, text: str, code: FailureCode
) -> None:
    with pytest.raises(errors.RunError) as caught:
        google.source.read(_gaql(text))
    failure = caught.value.failure
    assert (failure.code, failure.params["file"]) == (code, "a.gaql")
    assert failure.said


def test_google_a_manager_has_no_figures(google: adsbenches.Bench) -> None:
    known = google.platform.accounts[adsbenches.ACCOUNT]
    google.platform.add(replace(known, is_manager=True))
    failure = _unknown(google)
    assert failure.code is FailureCode.CONFIGURATION
    assert "is a manager" in failure.params["fault"]


def test_google_goes_through_the_manager_that_is_named(google: adsbenches.Bench) -> None:
    google.settings(login_customer=None)
    assert _failure(google).code is FailureCode.PERMISSION_DENIED


def test_google_a_developer_token_of_nobody_is_refused(google: adsbenches.Bench) -> None:
    known = google.access.credential
    assert isinstance(known, googlekeys.Credential)
    google.access = replace(google.access, credential=replace(known, developer_token="other"))
    assert _failure(google).code is FailureCode.CREDENTIAL_REFUSED


def test_meta_adds_up_the_windows_that_are_asked_for(meta: adsbenches.Bench) -> None:
    for windows, count in ((["7d_click"], 8), (["7d_click", "1d_view"], 12), ([], 12)):
        table = meta.source.read(meta.wants("account", attribution=windows)).table
        assert table.rows[0][3] == count


def test_meta_counts_nothing_that_was_not_named(meta: adsbenches.Bench) -> None:
    table = meta.source.read(meta.wants("account", conversions=[])).table
    assert table.rows == ((Decimal("35.00"), 4750, 150, None, None),)
    other = meta.source.read(meta.wants("account", conversions=["lead"])).table
    assert other.rows[0][3:] == (0, 0)


def test_meta_has_a_report_made_where_a_range_is_too_large(meta: adsbenches.Bench) -> None:
    double = meta.platform
    assert isinstance(double, metaads.MetaAdsDouble)
    double.most_days, double.page = 6, 2
    assert len(meta.told("campaign").rows) == 3
    assert [one.method for one in double.seen].count("POST") == 1


@pytest.mark.parametrize(
    "reply",
    [
        loopback.Reply(body={"id": "6", "async_status": "Job Failed"}),
        metaads.failure(1, detail=99),
    ],
)
def test_meta_a_report_that_cannot_be_made_is_no_answer(
    meta: adsbenches.Bench, reply: loopback.Reply
) -> None:
    large, begun = metaads.failure(1, detail=99), loopback.Reply(body={"report_run_id": "6"})
    meta.platform.answer_next(large, begun, reply)
    assert _failure(meta).code is FailureCode.SOURCE_FAULT


def test_meta_a_later_page_that_is_too_large_is_no_end_of_the_rows(meta: adsbenches.Bench) -> None:
    first = loopback.Reply(body={"data": [], "paging": {"cursors": {"after": "1"}, "next": "x"}})
    meta.platform.answer_next(first, metaads.failure(1, detail=99))
    assert _failure(meta).code is FailureCode.SOURCE_FAULT


def test_meta_says_when_little_is_left_of_the_hour(meta: adsbenches.Bench) -> None:
    double = meta.platform
    assert isinstance(double, metaads.MetaAdsDouble)
    for used, told in ((79, []), (95, ["The source leaves us 5 % of our calls this hour"])):
        double.usage = {"77": [{"call_count": used, "total_time": 3}]}
        said = meta.source.read(meta.wants("account")).findings
        assert [one.text.partition(" after ")[0] for one in said] == told


def test_an_account_of_another_owner_is_refused(
    meta: adsbenches.Bench, linkedin: adsbenches.Bench
) -> None:
    for bench in (meta, linkedin):
        known = bench.platform.accounts[adsbenches.ACCOUNT]
        bench.platform.add(replace(known, owner="5550000000"))
        failure = _unknown(bench)
        assert failure.code is FailureCode.NOT_FOUND
        assert adsbenches.OWNER in failure.params["fault"]
        assert "5550000000" not in repr(failure)


def test_linkedin_counts_leads_where_they_are_what_counts(linkedin: adsbenches.Bench) -> None:
    table = linkedin.source.read(linkedin.wants("account", conversions="leads")).table
    assert table.rows == ((Decimal("35.00"), 4750, 150, 24, None),)


def test_linkedin_signs_in_again_where_a_token_has_ended(linkedin: adsbenches.Bench) -> None:
    double = linkedin.platform
    assert isinstance(double, linkedinads.LinkedinAdsDouble)
    linkedin.told("account")
    double.expire()
    linkedin.told("account")
    assert [one.path for one in double.seen].count("/oauth/v2/accessToken") == 2


def test_linkedin_a_token_alone_is_used_as_it_is(linkedin: adsbenches.Bench) -> None:
    for token, seen in ((adsbenches.SECRET, None), ("another", FailureCode.CREDENTIAL_REFUSED)):
        linkedin.access = replace(linkedin.access, credential=linkedinkeys.parse(token))
        linkedin.source.close()
        linkedin._open = None
        if seen is None:
            linkedin.told("account")
        else:
            assert _failure(linkedin).code is seen
    assert not any("oauth" in one.path for one in linkedin.platform.seen)


def test_linkedin_a_quota_of_the_day_refills_at_midnight_there(linkedin: adsbenches.Bench) -> None:
    linkedin.told("account")
    linkedin.platform.answer_next(linkedin.faults["quota"][0])
    failure = _failure(linkedin)
    assert 0 < int(failure.params["retry_after"]) <= 24 * 3600


Parse = Callable[[str], object]


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (googlekeys.parse, "x"),
        (googlekeys.parse, '{"type": "authorized_user"}'),
        (
            googlekeys.parse,
            (
                '{"type": "authorized_user", "client_id": "hushhush", "client_secret": "hushhush",'
                ' "refresh_token": "hushhush"}'
            ),
        ),
        (metakeys.parse, "hushhush hushhush"),
        (metakeys.parse, "hushhush—"),
        (metakeys.parse, '{"access_token": "hushhush\\nx: y"}'),
        (
            googlekeys.parse,
            '{"type": "authorized_user", "client_id": "x", "client_secret": "hushhush",'  # noqa: ISC004
            ' "refresh_token": "hushhush", "developer_token": "hushhush—"}',
        ),
        (metakeys.parse, '{"hushhush'),
        (metakeys.parse, '{"app_secret": "hushhush"}'),
        (linkedinkeys.parse, "hushhush\nhushhush"),
        (linkedinkeys.parse, '{"hushhush": 1'),
        (linkedinkeys.parse, '{"client_id": "hushhush"}'),
    ],
)
def test_a_credential_that_is_none_is_told_without_a_word_of_it(parse: Parse, text: str) -> None:
    with pytest.raises(ValueError, match=r"^it") as caught:
        parse(text)
    assert "hushhush" not in str(caught.value)


def test_no_credential_shows_itself() -> None:
    grant = {"client_id": "hushhush", "client_secret": "hushhush", "refresh_token": "hushhush"}
    person = {"type": "authorized_user", "developer_token": "hushhush", **grant}
    secret = json.dumps({"access_token": "hushhush", "app_secret": "hushhush"})
    for one in (
        googlekeys.parse(json.dumps(person)),
        metakeys.parse(secret),
        metakeys.parse("hushhush"),
        linkedinkeys.parse(json.dumps(grant)),
    ):
        assert "hushhush" not in repr(one)


MONEY = some.decimals(min_value=0, max_value=10**6, places=2)
COUNT = some.integers(min_value=0, max_value=10**7)
DAY = some.builds(
    ads.Day,
    day=some.dates(date(2026, 11, 9), date(2026, 11, 29)),
    campaign=some.sampled_from(["11", "22", "33", "44"]),
    name=some.just("Brand"),
    spend=MONEY,
    impressions=COUNT,
    clicks=COUNT,
    conversions=COUNT,
    value=some.integers(0, 10**6).map(Decimal),
)


@pytest.mark.parametrize(
    "make", [adsbenches.google_bench, adsbenches.meta_bench, adsbenches.linkedin_bench]
)
def test_figures_equal_an_independent_sum(
    make: Callable[[ExitStack, Path], adsbenches.Bench], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        bench = stack.enter_context(make(stack, tmp_path))

        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(days=some.lists(DAY, max_size=12), start=some.integers(0, 14))
        def check(days: list[ads.Day], start: int) -> None:
            known = bench.platform.accounts[adsbenches.ACCOUNT]
            bench.platform.add(replace(known, days=tuple(days)))
            week = samples.week(date(2026, 11, 9) + timedelta(days=start))
            within = [one for one in days if week.start <= one.day < week.end]
            table = bench.source.read(bench.wants("account", week)).table
            told: Mapping[str, object] = dict(zip(table.columns, table.rows[0], strict=True))
            assert told == {
                "spend": sum(one.spend for one in within),
                "impressions": sum(one.impressions for one in within),
                "clicks": sum(one.clicks for one in within),
                "conversions": sum(one.conversions for one in within),
                "value": sum(one.value for one in within),
            }

        check()
