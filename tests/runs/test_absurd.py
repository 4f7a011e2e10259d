"""Figures that nobody may be sent unseen: the report waits for an operator's word."""

from dataclasses import replace

import pytest

from bot import wire
from bot.domain import report, run
from bot.runs import acts, posting
from tests.runs import people
from tests.runs.people import HOUR, MONDAY, customer
from tests.runs.stage import BOB, CLAIRE, Stage, Store, stage

NOTHING, USUAL = "0", "48210"


async def held(here: Stage) -> run.Run:
    """A report whose revenue fell to nothing."""
    here.worker.script["acme"] = [NOTHING, USUAL]
    await here.live_until(MONDAY + HOUR)
    found = await here.only("acme")
    assert (found.status, found.hold) == (run.Status.HELD, posting.ABSURD)
    return found


async def test_a_fall_to_nothing_waits_and_says_why(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        assert await here.posted("acme") is None
        assert here.people.holds == ["absurd"]
        assert here.people.why == ["Revenue is 0; lately it was 45,200 at least"]
        made = await here.store.runs.outcome(found.id)
        assert made is not None
        assert [one.code for one in made.findings if one.subject == "revenue"] == ["absurd"]


async def test_a_workers_own_word_holds_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = report.Finding(
        code="absurd", severity=report.Severity.HOLD, subject="revenue", text="<!channel>"
    )
    made = people.report

    def lying(order: wire.RunOrder, revenue: str) -> report.Report:
        return replace(made(order, revenue), findings=(lie,))

    monkeypatch.setattr(people, "report", lying)
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]


async def test_an_operator_posts_it_anyway(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        assert (await here.runner.release(found.id, "post", by=CLAIRE)).done
        assert not (await here.runner.release(found.id, "discard", by=BOB)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert here.people.choices == [("post", CLAIRE)]


async def test_an_operator_has_it_tried_again(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        assert (await here.runner.release(found.id, "again", by=CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        made = await here.store.runs.outcome(found.id)
        assert made is not None
        assert not [one for one in made.findings if one.code == "absurd"]


async def test_asking_for_the_report_again_tries_again(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        asked = await here.ask("acme")
        assert (asked.run.id, asked.joined) == (found.id, True)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_an_operator_discards_it(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        assert (await here.runner.release(found.id, "discard", by=CLAIRE)).done
        await here.live_until(MONDAY + 2 * HOUR)
        assert await here.statuses("acme") == ["cancelled"]
        assert await here.posted("acme") is None


@pytest.mark.parametrize("choice", ["replace", "new"])
async def test_what_was_never_sent_cannot_be_replaced(store: Store, choice: acts.Choice) -> None:
    async with stage(store, customer("acme")) as here:
        found = await held(here)
        assert not (await here.runner.release(found.id, choice, by=CLAIRE)).done
