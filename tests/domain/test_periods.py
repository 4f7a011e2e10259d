import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import periods
from bot.domain.period import TO_DATE, Period, PeriodKind, PeriodRule

DAY = timedelta(days=1)
days = st.dates(date(2001, 1, 1), date(2150, 12, 31))
rules = st.builds(
    PeriodRule,
    kind=st.sampled_from(PeriodKind),
    days=st.integers(1, 100),
    week_start=st.integers(0, 6),
)
zones = st.sampled_from(
    ["Europe/Paris", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "UTC"]
)


def week(start: date, end: date | None = None, *, partial: bool = False) -> Period:
    return Period(kind=PeriodKind.WEEK, start=start, end=end or start + 7 * DAY, partial=partial)


def rule(kind: PeriodKind, *, length: int = 1, week_start: int = 0) -> PeriodRule:
    return PeriodRule(kind=kind, days=length, week_start=week_start)


@given(rules, days)
def test_the_last_complete_period_is_over_and_the_next_one_is_not(
    wanted: PeriodRule, today: date
) -> None:
    found = periods.last_complete(wanted, today=today)
    assert found.start < found.end <= today
    following = periods.containing(wanted, found.end)
    if wanted.kind not in TO_DATE:
        assert following.end > today
        assert not found.partial
    else:
        assert found.end == today


@given(rules, days)
def test_a_period_contains_the_day_that_names_it(wanted: PeriodRule, day: date) -> None:
    found = periods.containing(wanted, day)
    assert found.start <= day < found.end


@given(rules, days, st.integers(0, 500))
def test_what_is_written_is_read_back(wanted: PeriodRule, day: date, later: int) -> None:
    found = periods.containing(wanted, day)
    today = found.end + later * DAY
    assert periods.parse(periods.notation(found), wanted, today=today) == found


@given(rules, days)
def test_periods_before_follow_each_other_without_a_gap(wanted: PeriodRule, today: date) -> None:
    found = periods.last_complete(wanted, today=today)
    earlier = periods.previous(found, wanted)
    if found.partial:
        assert earlier.start < found.start
        assert earlier.days <= found.days
    else:
        assert earlier.end == found.start
        assert not earlier.partial


@given(rules, days, st.integers(1, 24))
def test_history_is_oldest_first_and_ends_with_the_period(
    wanted: PeriodRule, today: date, count: int
) -> None:
    found = periods.last_complete(wanted, today=today)
    past = periods.history(found, wanted, count=count)
    assert len(past) == count
    assert past[-1] == found
    assert all(a.start < b.start and a.end <= b.end for a, b in itertools.pairwise(past))


@given(rules, days)
def test_last_year_is_as_long_and_about_a_year_back(wanted: PeriodRule, today: date) -> None:
    found = periods.last_complete(wanted, today=today)
    back = periods.last_year(found, wanted)
    assert 364 <= (found.start - back.start).days <= 366
    if wanted.kind in {PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.MONTH_TO_DATE}:
        assert abs(back.days - found.days) <= 1
        assert back.start.month == found.start.month
    else:
        assert back.days == found.days
        assert back.start.weekday() == found.start.weekday()


@given(rules, days, zones)
def test_instants_of_neighbours_meet(wanted: PeriodRule, today: date, zone: str) -> None:
    found = periods.last_complete(wanted, today=today)
    start, end = periods.instants(found, zone)
    following = Period(kind=PeriodKind.DAY, start=found.end, end=found.end + DAY)
    assert start <= end
    assert periods.instants(following, zone)[0] == end
    assert start.tzinfo is UTC
    assert start.astimezone(ZoneInfo(zone)).date() == found.start or zone == "Pacific/Apia"


@given(rules, days, days)
def test_a_day_is_refused_only_before_its_period_begins(
    wanted: PeriodRule, day: date, today: date
) -> None:
    try:
        found = periods.parse(day.isoformat(), wanted, today=today)
    except ValueError:
        assert day > today
    else:
        assert found.start <= today
        assert found.start <= max(day, found.start)
        assert found.partial or found.end <= today
        assert found.days >= 1


def test_a_week_across_the_year_and_week_53() -> None:
    wanted = rule(PeriodKind.WEEK)
    found = periods.last_complete(wanted, today=date(2027, 1, 4))
    assert found == week(date(2026, 12, 28))
    assert periods.notation(found) == "2026-W53"
    with pytest.raises(ValueError, match="does not exist"):
        periods.parse("2025-W53", wanted, today=date(2027, 1, 4))


@pytest.mark.parametrize("week_start", range(7))
def test_an_iso_week_is_the_period_that_holds_its_thursday(week_start: int) -> None:
    found = periods.parse(
        "2026-W46", rule(PeriodKind.WEEK, week_start=week_start), today=date(2027, 1, 1)
    )
    assert found.start <= date(2026, 11, 12) < found.end
    assert found.start.weekday() == week_start
    assert periods.notation(found) == "2026-W46"


def test_a_running_week_is_cut_at_today_and_compared_over_the_same_days() -> None:
    wanted = rule(PeriodKind.WEEK)
    found = periods.parse("2026-W47", wanted, today=date(2026, 11, 18))
    assert found == week(date(2026, 11, 16), date(2026, 11, 18), partial=True)
    assert periods.notation(found) == "2026-W47"
    assert periods.previous(found, wanted) == week(
        date(2026, 11, 9), date(2026, 11, 11), partial=True
    )
    assert periods.last_year(found, wanted) == week(
        date(2025, 11, 17), date(2025, 11, 19), partial=True
    )


def test_a_period_on_its_first_day_holds_today_and_is_partial() -> None:
    found = periods.parse("2026-11-16", rule(PeriodKind.WEEK), today=date(2026, 11, 16))
    assert (found.start, found.end, found.partial) == (date(2026, 11, 16), date(2026, 11, 17), True)


def test_to_date_runs_up_to_yesterday_and_is_whole_on_the_first_day() -> None:
    wanted = rule(PeriodKind.MONTH_TO_DATE)
    running = periods.last_complete(wanted, today=date(2026, 3, 31))
    assert (running.start, running.end, running.partial) == (
        date(2026, 3, 1),
        date(2026, 3, 31),
        True,
    )
    before = periods.previous(running, wanted)
    assert (before.start, before.end) == (date(2026, 2, 1), date(2026, 3, 1))
    whole = periods.last_complete(wanted, today=date(2026, 12, 1))
    assert (whole.start, whole.days, whole.partial) == (date(2026, 11, 1), 30, False)
    assert periods.previous(whole, wanted).days == 31


def test_last_days_end_yesterday_and_are_named_by_their_last_day() -> None:
    wanted = rule(PeriodKind.LAST_DAYS, length=28)
    found = periods.last_complete(wanted, today=date(2026, 11, 23))
    assert (found.start, found.end) == (date(2026, 10, 26), date(2026, 11, 23))
    assert periods.notation(found) == "2026-11-22"
    assert periods.parse("2026-11-22", wanted, today=date(2026, 11, 23)) == found


def test_last_year_of_a_leap_february() -> None:
    wanted = rule(PeriodKind.MONTH)
    found = periods.parse("2028-02", wanted, today=date(2028, 3, 1))
    assert found.days == 29
    assert periods.last_year(found, wanted).days == 28
    assert not periods.last_year(found, wanted).partial


def test_a_quarter_by_its_notation_and_by_a_date() -> None:
    wanted = rule(PeriodKind.QUARTER)
    today = date(2027, 2, 1)
    found = periods.parse("2026-q4", wanted, today=today)
    assert (found.start, found.end) == (date(2026, 10, 1), date(2027, 1, 1))
    assert periods.parse("2026-11-16", wanted, today=today) == found
    assert periods.notation(periods.previous(found, wanted)) == "2026-Q3"


@pytest.mark.parametrize(
    ("notation", "kind", "says"),
    [
        ("2026-11", PeriodKind.WEEK, "a week, such as 2026-W46"),
        ("2026-W46", PeriodKind.MONTH, "a month, such as 2026-11,"),
        ("2026-Q4", PeriodKind.DAY, "a day, such as 2026-11-16"),
        ("2026-W46", PeriodKind.LAST_DAYS, "the last day it counts"),
        ("last week", PeriodKind.QUARTER, "a quarter, such as 2026-Q4"),
        ("2026-02-30", PeriodKind.DAY, "does not exist"),
        ("2026-13", PeriodKind.MONTH, "does not exist"),
        ("2026-Q5", PeriodKind.QUARTER, "does not exist"),
        ("2026-W47", PeriodKind.WEEK, "has not begun yet; today is 2026-11-15"),
        ("2026-11-16", PeriodKind.MONTH_TO_DATE, "has not begun yet"),
        ("9999-12-31", PeriodKind.QUARTER, "too far away"),
        ("٢٠٢٦-11-16", PeriodKind.DAY, "does not name a period"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    notation: str, kind: PeriodKind, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        periods.parse(notation, rule(kind), today=date(2026, 11, 15))


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), "2026-03-28T23:00", 23),
        ("Europe/Paris", date(2026, 10, 25), "2026-10-24T22:00", 25),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00", 23),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00", 0),
    ],
)
def test_instants_on_nights_the_clocks_move(zone: str, day: date, start: str, hours: int) -> None:
    found = Period(kind=PeriodKind.DAY, start=day, end=day + DAY)
    begins, ends = periods.instants(found, zone)
    assert begins == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert ends - begins == timedelta(hours=hours)
