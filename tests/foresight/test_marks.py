"""When a client is looked at: the evening of the last working day, and an hour before."""

import contextlib
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import client, foresight, ids, spec
from bot.foresight import marks
from tests import samples

PLAN = foresight.Plan()
MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)
"""06:00 in Paris: the fire of the samples' weekly report."""


def scheduled(cron: str, *, name: str = "acme") -> client.Client:
    report = replace(samples.REPORT_SPEC, schedule=spec.ScheduleSpec(cron=cron))
    return replace(samples.CLIENT, id=ids.ClientId(name), reports={samples.WEEKLY: report})


def coming(of: client.Client, now: datetime, until: datetime) -> list[datetime]:
    """Every look that a bot makes which sleeps until the next mark."""
    found: list[datetime] = []
    since: datetime | None = now
    at: datetime | None = now
    while at is not None and at <= until:
        if marks.is_due(of, PLAN, now=at, since=since):
            found.append(at)
            since = at
        at = marks.upcoming(of, PLAN, now=at)
    return found


def test_a_mondays_evening_is_fridays() -> None:
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    looks = coming(scheduled("0 6 * * 1"), MONDAY - timedelta(days=6), MONDAY)
    assert len(looks) == 2
    assert friday - timedelta(hours=1) < looks[0] <= friday
    assert MONDAY - timedelta(minutes=80) < looks[1] <= MONDAY - timedelta(hours=1)


def test_every_day_has_two_looks() -> None:
    looks = coming(scheduled("0 6 * * 1-5"), MONDAY - timedelta(minutes=1), MONDAY + 4 * DAY)
    assert len(looks) == 8


DAY = timedelta(days=1)


def test_what_is_due_all_the_time_is_not_looked_at_all_the_time() -> None:
    looks = coming(scheduled("*/5 * * * *"), MONDAY, MONDAY + timedelta(hours=10))
    gaps = [after - before for before, after in itertools.pairwise(looks)]
    assert 5 <= len(looks) <= 12
    assert min(gaps) >= timedelta(minutes=50)


def test_a_first_start_looks_at_once_unless_the_run_is_about_to() -> None:
    of = scheduled("0 6 * * 1")
    assert marks.is_due(of, PLAN, now=MONDAY - timedelta(hours=20), since=None)
    assert not marks.is_due(of, PLAN, now=MONDAY - timedelta(minutes=10), since=None)
    assert not marks.is_due(of, PLAN, now=MONDAY - 5 * DAY, since=None)


def test_off_is_never() -> None:
    plan = foresight.parse("off")
    of = scheduled("0 6 * * 1")
    assert not marks.is_due(of, plan, now=MONDAY - timedelta(hours=1), since=None)


def test_without_a_schedule_nothing_is_looked_at() -> None:
    report = replace(samples.REPORT_SPEC, schedule=None)
    of = replace(samples.CLIENT, reports={samples.WEEKLY: report})
    assert marks.upcoming(of, PLAN, now=MONDAY) is None


def test_many_clients_are_spread_over_the_hour() -> None:
    noon = datetime(2026, 11, 20, 11, tzinfo=UTC)
    at = [
        marks.upcoming(scheduled("0 6 * * 1", name=f"c{number}"), PLAN, now=noon)
        for number in range(500)
    ]
    minutes = {one.replace(second=0, microsecond=0) for one in at if one is not None}
    assert len(minutes) > 55


@given(st.text(max_size=30))
def test_what_is_written_is_a_plan_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        plan = foresight.parse(text)
        assert all(timedelta() < lead <= timedelta(days=2) for lead in plan.leads)


def test_a_refusal_says_what_to_write() -> None:
    with pytest.raises(ValueError, match="write evening, 1 hour"):
        foresight.parse("evening, 3 weeks")


@pytest.mark.parametrize(
    ("text", "evening", "minutes"),
    [
        ("evening, 1 hour", True, [60]),
        ("30 minutes,2 hours", False, [30, 120]),
        ("Evening", True, []),
        ("off", False, []),
        ("", False, []),
    ],
)
def test_what_is_written_is_meant(text: str, evening: bool, minutes: list[int]) -> None:
    plan = foresight.parse(text)
    assert plan == foresight.Plan(
        evening=evening, leads=tuple(timedelta(minutes=one) for one in minutes)
    )
