"""Fires: staggered, caught up, missed, skipped, and right on the nights that clocks move."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.domain import ids, pause, period, run
from bot.runs import schedule
from tests.runs.people import HOUR, MINUTE, MONDAY, customer
from tests.runs.stage import BEFORE, Store, stage

DAILY = period.PeriodRule(kind=period.PeriodKind.DAY)


async def test_five_clients_due_together_run_ten_minutes_apart_and_post_together(
    store: Store,
) -> None:
    names = ("acme", "pvcp", "xyz", "bistro", "lumen")
    of = [customer(name, post_at=time(8, 30), deliver_by=time(9, 0)) for name in names]
    async with stage(store, *of) as here:
        await here.live_until(MONDAY + 3 * HOUR)
        starts = sorted(here.worker.times(name)[0] for name in names)
        assert starts == [0, 10, 20, 30, 40]
        for name in names:
            posted = await here.posted(name)
            assert posted is not None
            assert posted.posted_at == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


async def test_no_more_run_at_once_than_may_when_all_are_late(store: Store) -> None:
    of = [customer(f"c{number}") for number in range(6)]
    async with stage(store, *of, config={"max_concurrent_runs": 2}) as here:
        here.worker.gate.clear()
        here.clock.move_to(MONDAY + HOUR)
        await here.runner.sweep()
        await here.runner.sweep()
        assert here.runner.running == 2
        here.worker.gate.set()
        await here.sweep()
        assert len(here.worker.orders) == 6
        assert here.worker.most_at_once <= 2


async def test_a_fire_is_a_run_of_the_last_complete_period(store: Store) -> None:
    async with stage(store, customer("acme", deliver_by=time(9, 0))) as here:
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert found.key == "fire:2026-11-23T06:00 Europe/Paris"
        assert found.period.start.isoformat() == "2026-11-16"
        assert found.deliver_by == MONDAY + 3 * HOUR
        assert not found.late
        assert found.status is run.Status.SUCCEEDED


async def test_a_first_start_has_nothing_to_catch_up(store: Store) -> None:
    async with stage(store, customer("acme"), at=MONDAY + HOUR) as here:
        await here.live_until(MONDAY + 2 * HOUR)
        assert await here.runs("acme") == []


async def test_what_came_due_while_the_bot_was_down_runs_late_or_is_missed(store: Store) -> None:
    of = customer("acme", cron="0 6 * * *", rule=DAILY)
    async with stage(store, of) as here:
        here.clock.move_to(MONDAY + 54 * HOUR)
        here.boot()
        await here.sweep()
        found = await here.runs("acme")
        assert [one.status.value for one in found] == ["missed", "missed", "succeeded"]
        assert [one.late for one in found] == [False, False, True]
        assert here.people.missed_fires == [
            "2026-11-23T06:00 Europe/Paris",
            "2026-11-24T06:00 Europe/Paris",
        ]
        here.boot()
        await here.sweep()
        assert len(await here.runs("acme")) == 3
        assert len(here.people.missed_fires) == 2


async def test_a_late_run_keeps_the_period_of_its_fire(store: Store) -> None:
    of = customer("acme", cron="0 23 * * *", rule=DAILY)
    async with stage(store, of) as here:
        here.clock.move_to(MONDAY + 20 * HOUR)  # 02:00 on Tuesday
        await here.sweep()
        found = await here.only("acme")
        assert found.late
        assert found.period.start.isoformat() == "2026-11-22"


async def test_a_changed_schedule_does_not_fire_for_the_past(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        here.clients.now[ids.ClientId("acme")] = customer("acme", cron="* * * * *")
        await here.sweep()
        assert len(await here.runs("acme")) == 1
        assert here.runner.running == 0


async def test_a_schedule_taken_away_fires_no_more(store: Store) -> None:
    of = customer("acme")
    async with stage(store, of) as here:
        (name, asked), *_ = of.reports.items()
        gone = replace(of, reports={name: replace(asked, schedule=None)})
        here.clients.now[of.id] = gone
        await here.live_until(MONDAY + HOUR)
        assert await here.runs("acme") == []


async def test_a_night_without_half_past_two_runs_once(store: Store) -> None:
    of = customer("acme", cron="30 2 * * *", rule=DAILY)
    async with stage(store, of, at=datetime(2026, 3, 28, 12, tzinfo=UTC)) as here:
        await here.live_until(datetime(2026, 3, 29, 12, tzinfo=UTC))
        (one,) = here.worker.orders
        assert one[0] == datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert (await here.only("acme")).scheduled_for == "2026-03-29T02:30 Europe/Paris"


async def test_a_night_with_two_half_past_twos_runs_once(store: Store) -> None:
    of = customer("acme", cron="30 2 * * *", rule=DAILY)
    async with stage(store, of, at=datetime(2026, 10, 24, 12, tzinfo=UTC)) as here:
        await here.live_until(datetime(2026, 10, 25, 12, tzinfo=UTC))
        (one,) = here.worker.orders
        assert one[0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


async def test_one_broken_client_stops_nobody(store: Store) -> None:
    broken = customer("broken", zone="Mars/Olympus")
    async with stage(store, broken, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        assert (await here.only("acme")).status is run.Status.SUCCEEDED


async def test_a_clock_that_steps_back_fires_nothing_twice(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + MINUTE)
        here.clock.move_to(BEFORE)
        here.boot()
        await here.live_until(MONDAY + HOUR)
        assert len(await here.runs("acme")) == 1


def test_the_coming_fires_are_shown_with_their_slots() -> None:
    stagger = 10 * MINUTE
    daily = customer("daily", cron="0 6 * * *", post_at=time(8, 0))
    weekly = customer("weekly", post_at=time(8, 30))
    resting = customer("resting")
    saturday = MONDAY - timedelta(days=2, hours=-1)
    shown = schedule.coming(
        [weekly, daily, resting], now=saturday, stagger=stagger, pauses=[_pause(resting.id)]
    )
    assert [(one.client, one.nominal, one.paused) for one in shown] == [
        ("daily", "2026-11-22T06:00", False),
        ("resting", "2026-11-23T06:00", True),
        ("weekly", "2026-11-23T06:00", False),
    ]
    assert shown[2].run_at == MONDAY + 10 * MINUTE  # daily fires then too, and is first
    assert shown[2].post_at == MONDAY + 150 * MINUTE


def test_a_pause_that_ends_before_a_fire_leaves_it_and_its_slot_alone() -> None:
    stagger = 10 * MINUTE
    of = [customer("acme"), customer("pvcp")]
    before = MONDAY - timedelta(days=4)
    free = schedule.coming(of, now=before, stagger=stagger)
    for until in (MONDAY - timedelta(days=1), MONDAY):
        ends = _pause(of[0].id, until=until)
        assert schedule.coming(of, now=before, stagger=stagger, pauses=[ends]) == free
    lasting = _pause(of[0].id, until=MONDAY + MINUTE)
    shown = schedule.coming(of, now=before, stagger=stagger, pauses=[lasting])
    assert {one.client: one.paused for one in shown} == {"acme": True, "pvcp": False}


def _pause(of: ids.ClientId, *, until: datetime | None = None) -> pause.Pause:
    since = MONDAY - timedelta(days=5)
    return pause.Pause(client=of, since=since, until=until, by=ids.UserId("U0CLAIRE"))


def test_reports_without_a_schedule_are_not_coming() -> None:
    of = customer("acme")
    unscheduled = {name: replace(one, schedule=None) for name, one in of.reports.items()}
    stagger = 10 * MINUTE
    assert not schedule.coming([replace(of, reports=unscheduled)], now=MONDAY, stagger=stagger)
