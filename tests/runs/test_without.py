"""A source that stays away does not cost a report that can do without it."""

from dataclasses import replace
from datetime import time

from bot.domain import client, run
from tests.runs.people import FLAKY, HOUR, MONDAY, REVOKED, WEEKLY, customer
from tests.runs.stage import Store, stage

AWAY = replace(FLAKY, source="warehouse")


def acme(*, optional: bool = True) -> client.Client:
    """Acme, whose promise is at 06:20, and whose warehouse its report can do without."""
    of = customer("acme", deliver_by=time(6, 20))
    asked = of.reports[WEEKLY]
    queries = tuple(
        replace(one, optional=optional) if one.source == "warehouse" else one
        for one in asked.queries
    )
    breakdowns = tuple(replace(one, optional=True) for one in asked.breakdowns)
    changed = replace(asked, queries=queries, breakdowns=breakdowns)
    return replace(of, reports={WEEKLY: changed})


async def test_it_goes_out_without_once_the_tries_are_used_up(store: Store) -> None:
    async with stage(store, acme()) as here:
        here.worker.script["acme"] = [AWAY] * 3
        await here.live_until(MONDAY + 3 * HOUR)
        found = await here.only("acme")
        assert (found.status, found.without) == (run.Status.SUCCEEDED, ("warehouse",))
        assert [one.without for _, one in here.worker.orders] == [()] * 3 + [("warehouse",)]
        assert here.people.failures[-1] == ("acme", run.Status.FAILED)
        assert here.people.changes[-1] == ("acme", run.Status.POSTING)


async def test_it_is_tried_without_once(store: Store) -> None:
    async with stage(store, acme()) as here:
        here.worker.script["acme"] = [AWAY] * 20
        await here.live_until(MONDAY + 6 * HOUR)
        found = await here.only("acme")
        assert (found.status, found.without) == (run.Status.FAILED, ("warehouse",))
        assert [one.without for _, one in here.worker.orders].count(("warehouse",)) == 1


async def test_what_it_needs_is_waited_for(store: Store) -> None:
    async with stage(store, acme(optional=False)) as here:
        here.worker.script["acme"] = [AWAY] * 20
        await here.live_until(MONDAY + 6 * HOUR)
        assert (await here.only("acme")).without == ()


async def test_what_cannot_pass_by_itself_is_an_operators_to_decide(store: Store) -> None:
    async with stage(store, acme()) as here:
        here.worker.script["acme"] = [replace(REVOKED, source="warehouse")]
        await here.live_until(MONDAY + 3 * HOUR)
        found = await here.only("acme")
        assert (found.status, found.without) == (run.Status.FAILED, ())
