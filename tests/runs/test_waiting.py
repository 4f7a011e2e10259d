"""Data that is not complete is waited for until shortly before the promise."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wire
from bot.domain import client, fresh, ids, report, run, spec
from bot.runs import ports, posting, waiting
from tests.runs import people
from tests.runs.people import HOUR, MINUTE, MONDAY, WEEKLY, customer
from tests.runs.stage import CLAIRE, Stage, Store, stage
from tests.runs.test_backoff import QUEUED

SUNDAY, SATURDAY = date(2026, 11, 22), date(2026, 11, 21)
NINE = MONDAY + 3 * HOUR
LAST_LOOK = 170
"""Minutes after the fire: ten before the promise."""


def promised(name: str = "acme", stale: spec.Stale = spec.Stale.SEND) -> client.Client:
    """A client whose report is promised at nine."""
    of = customer(name, deliver_by=time(9))
    return replace(of, reports={WEEKLY: replace(of.reports[WEEKLY], stale=stale)})


class Loading(people.Worker):
    """A worker whose data is behind until an instant."""

    def __init__(self, complete_at: datetime) -> None:
        super().__init__()
        self.complete_at = complete_at

    async def execute(
        self, order: wire.RunOrder, *, on_progress: ports.OnProgress | None = None
    ) -> wire.RunOutcome:
        data_to = SUNDAY if self.now() >= self.complete_at else SATURDAY
        made = await super().execute(order, on_progress=on_progress)
        if isinstance(made, wire.RunFailed):
            return made
        given = tuple(replace(one, data_to=data_to) for one in made.report.provenance)
        found = replace(made.report, provenance=given)
        lags = fresh.lags(found, order.client.reports[order.report])
        if order.waits and lags:
            return wire.RunFailed(failure=fresh.failure(lags[0]), timings={})
        return replace(made, report=found)


def load(here: Stage, at: datetime) -> Loading:
    """Let the data be complete from then on."""
    worker = Loading(at)
    worker.now = here.clock.now
    here.worker = worker
    here.house = replace(here.house, executor=worker)
    here.boot()
    return worker


async def test_it_looks_again_until_the_data_is_there_and_posts_once(store: Store) -> None:
    async with stage(store, promised()) as here:
        worker = load(here, MONDAY + 40 * MINUTE)
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        assert found.status is run.Status.WAITING
        assert found.next_attempt_at is not None
        await here.live_until(NINE)
        assert await here.statuses("acme") == ["succeeded"]
        minutes = worker.times("acme")
        assert len(minutes) == 5
        assert minutes[-2] < 40 <= minutes[-1] < 75
        sent = await here.posted("acme")
        assert sent is not None
        assert sent.posted_at is not None
        assert sent.posted_at < NINE
        assert not here.people.failures
        assert here.people.holds == []


async def test_what_never_comes_is_told_in_time(store: Store) -> None:
    async with stage(store, promised()) as here:
        worker = load(here, NINE + HOUR)
        await here.live_until(NINE)
        assert await here.statuses("acme") == ["succeeded"]
        assert worker.times("acme")[-1] == LAST_LOOK
        assert [order.waits for _, order in worker.orders] == [True] * (len(worker.orders) - 1) + [
            False
        ]
        assert [order.looks for _, order in worker.orders] == list(range(len(worker.orders)))
        assert not here.people.failures


async def test_what_never_comes_is_held_where_the_file_says_so(store: Store) -> None:
    async with stage(store, promised(stale=spec.Stale.HOLD)) as here:
        load(here, NINE + HOUR)
        await here.live_until(NINE)
        found = await here.only("acme")
        assert (found.status, found.hold) == (run.Status.HELD, posting.STALE)
        assert here.people.holds == ["stale"]
        told = "the data of “orders” is there to Sat 21 Nov; the period ends on Sun 22 Nov"
        assert told in here.people.why[0]
        assert (await here.runner.release(found.id, "again", by=CLAIRE)).done
        await here.sweep()
        assert (await here.only("acme")).hold == posting.STALE
        await here.live_until(NINE + HOUR)
        await here.ask("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_a_held_one_is_posted_on_an_operators_word(store: Store) -> None:
    async with stage(store, promised(stale=spec.Stale.HOLD)) as here:
        load(here, NINE + HOUR)
        await here.live_until(NINE)
        found = await here.only("acme")
        assert (await here.runner.release(found.id, "post", by=CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


@pytest.mark.parametrize("stale", list(spec.Stale))
async def test_one_that_waits_is_sent_as_it_is_on_an_operators_word(
    store: Store, stale: spec.Stale
) -> None:
    async with stage(store, promised(stale=stale)) as here:
        worker = load(here, NINE + HOUR)
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        assert (await here.runner.release(found.id, "post", by=CLAIRE)).done
        assert not (await here.runner.release(found.id, "post", by=CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert len(worker.orders) == 2
        assert (await here.store.runs.attempts(found.id))[-1].by == CLAIRE


async def test_an_operators_word_outlives_a_restart(store: Store) -> None:
    async with stage(store, promised(stale=spec.Stale.HOLD)) as here:
        load(here, NINE + HOUR)
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        assert (await here.runner.release(found.id, "post", by=CLAIRE)).done
        worker = load(here, NINE + HOUR)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert [order.waits for _, order in worker.orders] == [False]


async def test_an_operators_word_outlives_an_attempt_that_was_cut(store: Store) -> None:
    async with stage(store, promised(stale=spec.Stale.HOLD)) as here:
        worker = load(here, NINE + HOUR)
        await here.live_until(MONDAY + MINUTE)
        found = await here.only("acme")
        assert (await here.runner.release(found.id, "post", by=CLAIRE)).done
        worker.begun.clear()
        worker.gate.clear()
        await here.runner.sweep()
        await worker.begun.wait()
        await here.runner.drain(timedelta())
        worker = load(here, NINE + HOUR)
        await here.runner.start()
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert [order.waits for _, order in worker.orders] == [False]


async def test_what_a_person_asks_for_waits_for_nothing(store: Store) -> None:
    async with stage(store, promised(), at=MONDAY + HOUR) as here:
        worker = load(here, NINE)
        await here.ask("acme", "2026-W45")
        await here.sweep()
        assert "succeeded" in await here.statuses("acme")
        asked = [order.waits for _, order in worker.orders if order.period.start.day == 2]
        assert asked == [False]


async def test_it_waits_across_a_restart_and_a_pause(store: Store) -> None:
    async with stage(store, promised()) as here:
        worker = load(here, MONDAY + 40 * MINUTE)
        await here.live_until(MONDAY + MINUTE)
        await here.pause("acme")
        load(here, MONDAY + 40 * MINUTE)
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["waiting"]
        await here.resume("acme")
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert len(worker.orders) == 1


async def test_one_that_waits_can_be_skipped(store: Store) -> None:
    async with stage(store, promised()) as here:
        load(here, NINE)
        await here.live_until(MONDAY + MINUTE)
        assert (await here.runner.skip((await here.only("acme")).id, CLAIRE)).done
        await here.live_until(NINE)
        assert await here.statuses("acme") == ["skipped"]


async def test_a_worker_that_says_it_for_ever_fails_in_the_end(store: Store) -> None:
    lag = fresh.Lag(query="orders", source="shop", data_to=SATURDAY, needs=SUNDAY)
    async with stage(store, promised()) as here:
        here.worker.script["acme"] = [fresh.failure(lag)] * 100
        await here.live_until(NINE + HOUR)
        assert await here.statuses("acme") == ["failed"]
        assert len(here.worker.orders) < 20


async def test_a_published_figure_that_moved_is_told_next_time(store: Store) -> None:
    async with stage(store, promised()) as here:
        await here.live_until(NINE)
        here.worker.script["acme"] = ["50000"]
        await here.live_until(NINE + timedelta(days=7))
        made = await here.store.runs.outcome((await here.runs("acme"))[-1].id)
        assert made is not None
        assert made.restated[0] == report.Restated(
            metric="revenue", reported=Decimal(48210), now=Decimal(50270)
        )


@pytest.mark.parametrize("why", ["off", "within", "nothing to compare", "elsewhere"])
async def test_nothing_is_told_of_a_move_that_nobody_asks_for(store: Store, why: str) -> None:
    of = promised()
    asked = of.reports[WEEKLY]
    told = {
        "off": replace(asked, restated=None),
        "within": replace(asked, restated=Decimal(10)),
        "nothing to compare": replace(asked, compare=()),
    }.get(why, asked)
    of = replace(of, reports={WEEKLY: told})
    async with stage(store, of) as here:
        await here.live_until(NINE)
        if why == "elsewhere":  # what was posted in another channel was not published here
            moved = replace(told, channel=ids.ChannelId("C0ELSEWHERE"))
            here.clients.now[of.id] = replace(of, reports={WEEKLY: moved})
        await here.live_until(NINE + timedelta(days=7))
        made = await here.store.runs.outcome((await here.runs("acme"))[-1].id)
        assert made is not None
        assert made.restated == ()


HOURS = st.floats(0.1, 200).map(lambda hours: timedelta(hours=hours))


@given(HOURS, st.integers(1, 50), st.floats(0, 1.2))
def test_looks_come_soon_and_end_before_the_promise(
    promise: timedelta, attempts: int, share: float
) -> None:
    one = replace(QUEUED, attempts=attempts, deliver_by=MONDAY + promise)
    now = MONDAY + promise * share
    at = waiting.next_look(one, now=now)
    ends = waiting.ends(one)
    assert MONDAY < ends < MONDAY + promise
    assert at <= ends
    assert at > now or now >= ends
    assert at - now <= waiting.LONGEST * 1.1
    assert waiting.may_wait(one, now=now) == (now < ends)


@given(HOURS)
def test_a_night_of_looks_is_a_few(promise: timedelta) -> None:
    one = replace(QUEUED, deliver_by=MONDAY + promise)
    now, looks = MONDAY, 0
    while waiting.may_wait(one, now=now):
        looks += 1
        one = replace(one, attempts=looks)
        now = waiting.next_look(one, now=now)
    assert looks <= 5 + promise / (waiting.LONGEST * 0.9)


def test_a_clock_that_was_ahead_keeps_nobody_waiting() -> None:
    one = replace(QUEUED, next_attempt_at=MONDAY + timedelta(days=40))
    assert waiting.has_come(one, now=MONDAY)
    assert not waiting.has_come(replace(one, next_attempt_at=MONDAY + MINUTE), now=MONDAY)
