from dataclasses import replace
from datetime import timedelta

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
