"""A client whose fires fail in a row is paused once, in the bot's own name, with one notice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import ids, pause, period, run, spec
from tests.runs.people import HOUR, MONDAY, REVOKED, customer
from tests.runs.stage import CLAIRE, Stage, Store, stage

DAY = timedelta(days=1)
DAILY = period.PeriodRule(kind=period.PeriodKind.DAY)
ACME = ids.ClientId("acme")
OF = customer("acme", cron="0 6 * * *", rule=DAILY)
PAUSED = ("acme", "its last 4 fires have failed", False)


async def days(here: Stage, count: int) -> None:
    """Let that many mornings pass."""
    await here.live_until(here.clock.now() + count * DAY)


async def test_four_fires_in_a_row_pause_the_client_once(store: Store) -> None:
    async with stage(store, OF, customer("pvcp")) as here:
        here.worker.script["acme"] = [REVOKED] * 10
        await days(here, 3)
        assert not here.people.pauses
        await days(here, 3)
        assert await here.statuses("acme") == ["failed"] * 4 + ["skipped"] * 2
        assert here.people.pauses == [PAUSED]
        assert here.people.redrawn == ["acme"]
        (found,) = await store.pauses.all()
        assert (found.client, found.by, found.until) == (ACME, pause.BOT, None)
        assert await here.statuses("pvcp") == ["succeeded"]


async def test_a_success_starts_the_count_anew(store: Store) -> None:
    async with stage(store, OF) as here:
        here.worker.script["acme"] = [*[REVOKED] * 3, "48000", *[REVOKED] * 3]
        await days(here, 7)
        assert not here.people.pauses
        await days(here, 1)
        assert await here.statuses("acme") == [
            *["failed"] * 3, "succeeded", *["failed"] * 3, "succeeded"
        ]  # fmt: skip


async def test_what_a_person_reruns_does_not_count_and_its_success_does(store: Store) -> None:
    async with stage(store, OF) as here:
        here.worker.script["acme"] = [REVOKED] * 6
        await days(here, 3)
        for number in range(3):
            await here.ask("acme", f"2026-10-0{number + 1}", key=f"ask:{number}")
            await here.sweep()
        assert not here.people.pauses
        await here.ask("acme", key="ask:again")
        await here.sweep()  # this morning's, tried again: it succeeds
        here.worker.script["acme"] = [REVOKED] * 3
        await days(here, 3)
        assert not here.people.pauses


async def test_reports_of_one_morning_are_one_fire(store: Store) -> None:
    (name, asked), *_ = OF.reports.items()
    names = [ids.ReportName(f"report{number}") for number in range(5)]
    many: dict[ids.ReportName, spec.ReportSpec] = {
        one: replace(asked, name=one) for one in (name, *names)
    }
    async with stage(store, replace(OF, reports=many)) as here:
        here.worker.script["acme"] = [REVOKED] * 30
        await days(here, 3)
        assert not here.people.pauses
        await days(here, 1)
        assert len(here.people.pauses) == 1


async def test_after_a_resume_it_takes_as_many_again(store: Store) -> None:
    async with stage(store, OF) as here:
        here.worker.script["acme"] = [REVOKED] * 20
        await days(here, 4)
        await here.resume("acme")
        await days(here, 3)
        assert here.people.pauses == [PAUSED, (*PAUSED[:2], True)]
        await days(here, 1)
        assert here.people.pauses[2:] == [PAUSED]


async def test_it_can_be_told_never_to(store: Store) -> None:
    async with stage(store, OF, config={"pause_after": 0}) as here:
        here.worker.script["acme"] = [REVOKED] * 20
        await days(here, 8)
        assert not here.people.pauses


async def test_a_death_before_the_notice_loses_nothing(store: Store) -> None:
    async with stage(store, OF) as here:
        here.worker.script["acme"] = [REVOKED] * 20
        here.people.deaf = True
        await days(here, 4)
        assert await store.pauses.current(ACME) is not None
        assert not here.people.pauses
        here.people.deaf = False
        here.boot()
        await here.runner.start()
        await here.sweep()
        assert here.people.pauses == [PAUSED]


async def test_a_death_before_the_posts_were_taken_back_loses_no_pause(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.slack_is_up = False
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["posting"]
        await store.pauses.pause(ACME, None, by=CLAIRE, reason="", at=here.clock.now())
        here.boot()
        await here.runner.start()
        here.slack_is_up = True
        await here.sweep()
        assert await here.statuses("acme") == ["ready"]


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_missed_fires_are_said_in_one_message_whatever_dies(
    store: Store, is_deaf: bool
) -> None:
    of = [customer(name, cron="0 6 * * *", rule=DAILY) for name in ("acme", "pvcp")]
    async with stage(store, *of) as here:
        here.clock.move_to(MONDAY + 2 * DAY + HOUR)
        here.people.deaf = is_deaf
        await here.sweep()
        if is_deaf:
            assert not here.people.missed_fires
            here.people.deaf = False
            here.boot()
            await here.runner.start()
            await here.sweep()
        assert len(here.people.missed_fires) == 4
        assert len(here.people.messages) == 1
        await here.sweep()
        assert len(here.people.messages) == 1


async def test_a_rerun_held_before_a_death_is_said_again_where_it_lasts(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        here.worker.script["acme"] = ["1"]
        await here.ask("acme")
        await here.sweep()
        assert not here.people.holds  # its preview was shown to Claire alone
        here.boot()
        await here.runner.start()
        assert here.people.holds == ["changed"]
        assert (await here.runs("acme"))[-1].status is run.Status.HELD
