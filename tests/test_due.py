from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import due
from bot.domain.spec import ScheduleSpec

PARIS = "Europe/Paris"
HOUR = timedelta(hours=1)
zones = st.sampled_from(
    [PARIS, "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Beirut", "UTC"]
)
minutes = st.sampled_from(["0", "30", "*/30", "15,45", "59"])
hours = st.sampled_from(["0", "1", "2", "2,3", "*", "*/2", "23"])
dates = st.sampled_from(["* *", "1 *", "L *", "29 2", "31 *", "25-31 3,10"])
weekdays = st.sampled_from(["*", "1", "0", "7", "MON-FRI", "1#1", "5L"])
crons = st.builds("{} {} {} {}".format, minutes, hours, dates, weekdays)
starts = st.integers(0, 15 * 365 * 24 * 60).map(
    lambda count: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=count)
)


def fires(cron: str, zone: str, after: str, until: str) -> list[str]:
    found = due.occurrences(
        ScheduleSpec(cron=cron), zone, after=instant(after), until=instant(until)
    )
    return [f"{fire.scheduled_for} {fire.at:%d %H:%M}" for fire in found]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fire(nominal: str, zone: str = PARIS) -> due.Fire:
    wall = datetime.fromisoformat(nominal)
    return due.Fire(nominal=wall, zone=zone, at=wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))


@given(crons, zones, starts, st.lists(st.integers(0, 40 * 24 * 60), max_size=8))
@example("*/30 2 * * *", PARIS, instant("2026-03-28"), [1500])
@example("30 2 * * *", PARIS, instant("2026-10-24"), [1470, 1500, 1530])
@example("0 2,3 * * *", PARIS, instant("2026-03-28"), [1500, 1499])
def test_no_fire_is_lost_or_doubled_however_the_time_is_cut(
    cron: str, zone: str, start: datetime, cuts: list[int]
) -> None:
    schedule = ScheduleSpec(cron=cron)
    end = start + timedelta(days=40)
    points = [start, *(start + timedelta(minutes=cut) for cut in sorted(cuts)), end]
    whole = due.occurrences(schedule, zone, after=start, until=end)
    pieces = [
        one
        for a, b in pairwise(points)
        for one in due.occurrences(schedule, zone, after=a, until=b)
    ]
    assert pieces == list(whole)
    assert len({one.scheduled_for for one in whole}) == len({one.at for one in whole}) == len(whole)
    assert all(a.at < b.at and a.nominal < b.nominal for a, b in pairwise(whole))


@given(st.integers(0, 59), st.integers(0, 23), zones, starts)
def test_a_daily_report_fires_once_on_every_day(
    minute: int, hour: int, zone: str, start: datetime
) -> None:
    schedule = ScheduleSpec(cron=f"{minute} {hour} * * *")
    found = due.occurrences(schedule, zone, after=start, until=start + timedelta(days=400))
    assert all(b.nominal - a.nominal == timedelta(days=1) for a, b in pairwise(found))
    assert len(found) in {399, 400, 401}


@given(crons, zones, starts)
def test_the_next_fire_is_the_first_one(cron: str, zone: str, start: datetime) -> None:
    found = due.next_fire(ScheduleSpec(cron=cron), zone, after=start)
    assert found is not None
    assert due.occurrences(ScheduleSpec(cron=cron), zone, after=start, until=found.at) == (found,)


def test_a_time_that_does_not_exist_fires_once_when_the_clocks_have_moved() -> None:
    assert fires("30 2 * * *", PARIS, "2026-03-28T12:00", "2026-03-30T12:00") == [
        "2026-03-29T02:30 Europe/Paris 29 01:00",
        "2026-03-30T02:30 Europe/Paris 30 00:30",
    ]


def test_a_time_that_comes_twice_fires_the_first_time() -> None:
    assert fires("30 2 * * *", PARIS, "2026-10-24T12:00", "2026-10-26T12:00") == [
        "2026-10-25T02:30 Europe/Paris 25 00:30",
        "2026-10-26T02:30 Europe/Paris 26 01:30",
    ]


def test_several_times_of_one_moment_are_one_fire() -> None:
    assert fires("*/30 2 * * *", PARIS, "2026-03-28T12:00", "2026-03-29T12:00") == [
        "2026-03-29T02:30 Europe/Paris 29 01:00"
    ]
    assert fires("0 2,3 * * *", PARIS, "2026-03-28T12:00", "2026-03-29T12:00") == [
        "2026-03-29T03:00 Europe/Paris 29 01:00"
    ]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 6 L * *", ["2028-01-31", "2028-02-29"]),
        ("0 6 31 * *", ["2028-01-31"]),
        ("0 6 29 2 *", ["2028-02-29"]),
        ("0 6 * * 1#1", ["2028-01-03", "2028-02-07"]),
    ],
)
def test_month_ends_and_leap_days(cron: str, expected: list[str]) -> None:
    found = fires(cron, PARIS, "2028-01-01T00:00", "2028-03-01T00:00")
    assert [one[:10] for one in found] == expected


def test_monday_is_one() -> None:
    found = due.next_fire(ScheduleSpec(cron="0 6 * * 1"), PARIS, after=instant("2026-11-22T16:00"))
    assert found is not None
    assert found.key == "fire:2026-11-23T06:00 Europe/Paris"
    assert found.at == instant("2026-11-23T05:00")


@pytest.mark.parametrize(
    "cron", ["0 6 * *", "* * * * * *", "0 25 * * *", "0 6 31 2 *", "0 6 * * 8", "often"]
)
def test_what_is_no_schedule_is_said_in_words(cron: str) -> None:
    with pytest.raises(ValueError, match="0 6 \\* \\* 1"):
        due.check(cron)


@pytest.mark.parametrize(
    ("nominal", "at", "expected"),
    [
        ("2026-11-23T06:00", time(8, 30), "2026-11-23T07:30"),
        ("2026-11-23T22:00", time(1, 0), "2026-11-24T00:00"),
        ("2026-03-29T01:00", time(2, 30), "2026-03-29T01:00"),
        ("2026-10-25T01:00", time(9, 0), "2026-10-25T08:00"),
    ],
)
def test_promises_are_local_times_of_the_fires_day(nominal: str, at: time, expected: str) -> None:
    schedule = ScheduleSpec(cron="0 6 * * *", post_at=at, deliver_by=at)
    assert due.post_at(schedule, fire(nominal)) == instant(expected)
    assert due.deliver_by(schedule, fire(nominal)) == instant(expected)


def test_without_promises_there_are_none() -> None:
    schedule = ScheduleSpec(cron="0 6 * * *")
    assert due.post_at(schedule, fire("2026-11-23T06:00")) is None
    assert due.deliver_by(schedule, fire("2026-11-23T06:00")) is None


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), due.Timing.ON_TIME),
        (timedelta(minutes=5), due.Timing.ON_TIME),
        (timedelta(minutes=6), due.Timing.LATE),
        (timedelta(hours=12), due.Timing.LATE),
        (timedelta(hours=12, seconds=1), due.Timing.MISSED),
    ],
)
def test_how_late_is_still_wanted(age: timedelta, expected: due.Timing) -> None:
    one = fire("2026-11-23T06:00")
    assert due.judge(one, now=one.at + age, catch_up=12 * HOUR) is expected
