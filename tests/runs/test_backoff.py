from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import ids, run
from bot.runs import backoff
from tests import samples
from tests.runs.people import HOUR, MINUTE, MONDAY

QUEUED = run.Run(
    id=ids.RunId("0123456789abcdef"),
    client=samples.ACME,
    report=samples.WEEKLY,
    key="fire:x",
    trigger=run.Trigger.SCHEDULED,
    period=samples.THIS_WEEK,
    as_of=MONDAY,
    status=run.Status.RUNNING,
    created_at=MONDAY,
)


def waits(stopped: run.Run) -> list[timedelta]:
    """Every wait until the backoff is used up, each attempt taking no time."""
    found: list[timedelta] = []
    now = stopped.created_at
    while (at := backoff.next_attempt(stopped, now=now)) is not None:
        found.append(at - now)
        stopped = replace(stopped, retries=stopped.retries + 1, attempts=stopped.attempts + 1)
        now = at
    return found


def test_it_waits_1_5_and_25_minutes_then_every_30_for_six_hours() -> None:
    found = waits(QUEUED)
    wanted = [1, 5, 25, *[30] * (len(found) - 3)]
    for wait, minutes in zip(found, wanted, strict=True):
        assert abs(wait / MINUTE - minutes) <= minutes / 10
    assert len(found) in {13, 14}


def test_a_promise_ends_it() -> None:
    found = waits(replace(QUEUED, deliver_by=MONDAY + HOUR))
    assert len(found) in {3, 4}
    assert sum(found, timedelta()) <= HOUR


def test_a_promise_that_was_broken_before_does_not() -> None:
    late = replace(QUEUED, deliver_by=MONDAY - HOUR)
    assert backoff.patience_ends(late) == MONDAY + 6 * HOUR


@given(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16), st.integers(0, 20))
def test_it_is_stable_and_spread_by_a_tenth(run_id: str, attempts: int) -> None:
    stopped = replace(QUEUED, id=ids.RunId(run_id), attempts=attempts, retries=min(attempts, 3))
    first = backoff.next_attempt(stopped, now=MONDAY)
    assert first is not None
    assert first == backoff.next_attempt(stopped, now=MONDAY)
    wait = (*backoff.FIRST, backoff.THEN)[stopped.retries]
    assert abs((first - MONDAY) - wait) <= wait / 10


def test_runs_that_failed_together_do_not_come_back_together() -> None:
    others = [replace(QUEUED, id=ids.RunId(f"{number:016}")) for number in range(20)]
    assert len({backoff.next_attempt(one, now=MONDAY) for one in others}) == 20


def asked(seconds: str, code: run.FailureCode = run.FailureCode.SOURCE_BUSY) -> run.Failure:
    return run.Failure(code=code, params={"retry_after": seconds})


@pytest.mark.parametrize("seconds", [60, 90, 600, 7200])
def test_a_source_that_says_when_to_come_back_is_obeyed_and_never_early(seconds: int) -> None:
    for attempts in range(20):
        stopped = replace(QUEUED, attempts=attempts, retries=3)
        at = backoff.next_attempt(stopped, now=MONDAY, failure=asked(str(seconds)))
        assert at is not None
        assert 1 <= (at - MONDAY).total_seconds() / seconds <= 1 + backoff.JITTER


def test_who_says_at_once_is_given_a_minute() -> None:
    at = backoff.next_attempt(QUEUED, now=MONDAY, failure=asked("0"))
    assert at is not None
    assert at >= MONDAY + MINUTE


def test_who_asks_for_longer_than_the_promise_ends_it() -> None:
    promised = replace(QUEUED, deliver_by=MONDAY + HOUR)
    assert backoff.next_attempt(promised, now=MONDAY, failure=asked("3700")) is None
    assert backoff.next_attempt(promised, now=MONDAY, failure=asked("3000")) is not None


@given(st.text(max_size=30))
def test_whatever_a_worker_says_is_a_bounded_span_or_nothing(told: str) -> None:
    found = backoff.retry_after(asked(told))
    assert found is None or timedelta() <= found <= timedelta(days=1)


@pytest.mark.parametrize("code", [run.FailureCode.DEADLINE, run.FailureCode.SOURCE_TIMEOUT])
def test_what_runs_out_of_time_is_tried_three_times(code: run.FailureCode) -> None:
    failure = run.Failure(code=code)
    left = [
        backoff.next_attempt(replace(QUEUED, retries=retries), now=MONDAY, failure=failure)
        for retries in range(3)
    ]
    assert [at is None for at in left] == [False, False, True]
