"""A report goes out only where somebody has said that what its sources serve is its client's."""

from dataclasses import replace
from datetime import time

import pytest

from bot.domain import client, identity, ids, run
from bot.domain.report import Identity
from bot.runs import posting
from tests import samples
from tests.runs.people import HOUR, MONDAY, WEEKLY, customer
from tests.runs.stage import BOB, CLAIRE, OPS, Stage, Store, stage

OWN = Identity(source="warehouse", name="Acme Shop", account="properties/1", domain="acme.com")
OTHER = replace(OWN, name="Globex", account="properties/2", domain="globex.com")
WEEK = 7 * 24 * HOUR


async def _confirm(here: Stage, about: run.Run, by: ids.UserId = CLAIRE) -> bool:
    """What the operation does."""
    made = await here.store.runs.outcome(about.id)
    assert made is not None
    await here.identities.confirm(about.client, made.identities, by=by, at=here.clock.now())
    return (await here.runner.confirm_identity(about.id, by)).done


async def test_the_first_time_it_waits_for_an_operator(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        here.worker.serves["acme"] = (OWN,)
        await here.live_until(MONDAY + HOUR)
        held = await here.only("acme")
        assert (held.status, held.hold) == (run.Status.HELD, posting.IDENTITY)
        assert await here.posted("acme") is None
        assert here.people.holds == ["identity"]
        assert await _confirm(here, held)
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert here.people.choices == [("identify", CLAIRE)]
        assert not (await here.runner.confirm_identity(held.id, BOB)).done


async def test_every_run_compares(store: Store) -> None:
    """The property is renamed, then another one: a name holds nothing, an id does."""
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        here.worker.serves["acme"] = (OWN,)
        await here.live_until(MONDAY + HOUR)
        await _confirm(here, await here.only("acme"))
        here.worker.serves["acme"] = (replace(OWN, name="Acme 2", domain="acme.fr"),)
        await here.live_until(MONDAY + WEEK + HOUR)
        assert await here.statuses("acme") == ["succeeded", "succeeded"]
        here.worker.serves["acme"] = (OTHER,)
        await here.live_until(MONDAY + 2 * WEEK + HOUR)
        assert await here.statuses("acme") == ["succeeded", "succeeded", "held"]


async def test_a_source_that_tells_nothing_is_known_by_its_settings(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]
        here.identities.trusting = False
        source = replace(samples.SOURCES["warehouse"], identity="bigquery:globex-analytics")
        copied = replace(customer("acme"), sources={**samples.SOURCES, "warehouse": source})
        here.clients.now[samples.ACME] = copied
        await here.live_until(MONDAY + WEEK + HOUR)
        assert await here.statuses("acme") == ["succeeded", "held"]


async def test_files_of_the_clients_own_folder_need_no_word(store: Store) -> None:
    of = customer("acme")
    asked = of.reports[WEEKLY]
    queries = tuple(replace(one, source="shop") for one in asked.queries)
    own = replace(asked, queries=queries, breakdowns=())
    async with stage(store, replace(of, reports={WEEKLY: own})) as here:
        here.identities.trusting = False
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["succeeded"]


async def test_an_internal_client_posts_meanwhile_and_its_operators_are_asked(
    store: Store,
) -> None:
    async with stage(store, customer("acme", internal=True)) as here:
        here.identities.trusting = False
        await here.live_until(MONDAY + HOUR)
        found = await here.only("acme")
        assert found.status is run.Status.SUCCEEDED
        assert here.people.asked == [found.id]
        posted = await here.posted("acme")
        assert posted is not None
        assert posted.channel == OPS
        assert not (await here.runner.confirm_identity(found.id, CLAIRE)).done
        assert here.people.asked == [found.id, found.id]  # drawn anew


async def test_a_client_that_goes_live_while_its_report_waits_is_asked_first(
    store: Store,
) -> None:
    early = customer("acme", internal=True, post_at=time(9))
    async with stage(store, early) as here:
        here.identities.trusting = False
        await here.live_until(MONDAY + HOUR)
        assert await here.statuses("acme") == ["ready"]
        here.clients.now[early.id] = replace(early, stage=client.Stage.LIVE)
        await here.live_until(MONDAY + 4 * HOUR)
        assert await here.statuses("acme") == ["held"]
        here.clients.now[early.id] = early
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_a_word_said_elsewhere_lets_it_go_on(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        await here.live_until(MONDAY + HOUR)
        here.identities.trusting = True
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]
        assert here.people.choices == [("", None)]


@pytest.mark.parametrize("asks", [True, False])
async def test_once_the_file_is_mended_it_is_made_again(store: Store, *, asks: bool) -> None:
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        own = replace(OWN, settings="bigquery:acme-analytics")
        await here.identities.confirm(samples.ACME, [own], by=CLAIRE, at=MONDAY)
        here.worker.serves["acme"] = (OTHER,)
        await here.live_until(MONDAY + HOUR)
        held = await here.only("acme")
        assert held.status is run.Status.HELD
        here.worker.serves["acme"] = (OWN,)
        if asks:
            await here.ask("acme")
        else:
            assert (await here.runner.release(held.id, "again", by=CLAIRE)).done
        await here.sweep()
        assert await here.statuses("acme") == ["succeeded"]


async def test_it_is_not_posted_as_it_is_but_may_be_discarded(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        await here.live_until(MONDAY + HOUR)
        held = await here.only("acme")
        assert not (await here.runner.release(held.id, "post", by=CLAIRE)).done
        assert (await here.runner.release(held.id, "discard", by=CLAIRE)).done
        assert not (await here.runner.confirm_identity(held.id, BOB)).done
        await here.live_until(MONDAY + 2 * HOUR)
        assert await here.statuses("acme") == ["cancelled"]


async def test_what_was_sent_is_not_replaced_by_somebody_elses(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        here.worker.serves["acme"] = (OTHER,)
        here.worker.script["acme"] = ["1201"]
        here.identities.trusting = False
        own = replace(OWN, settings="bigquery:acme-analytics")
        await here.identities.confirm(samples.ACME, [own], by=CLAIRE, at=MONDAY)
        asked = await here.ask("acme")
        await here.sweep()
        again = await here.store.runs.get(asked.run.id)
        assert again is not None
        assert (again.status, again.hold) == (run.Status.HELD, posting.IDENTITY)
        assert not (await here.runner.release(again.id, "replace", by=CLAIRE)).done
        await _confirm(here, again)
        await here.sweep()
        changed = await here.store.runs.get(asked.run.id)
        assert changed is not None
        assert changed.hold == posting.CHANGED


async def test_absurd_figures_are_asked_about_first_and_then_whose_they_are(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        here.identities.trusting = False
        here.worker.script["acme"] = ["0"]
        await here.live_until(MONDAY + HOUR)
        held = await here.only("acme")
        assert held.hold == posting.ABSURD
        await here.runner.release(held.id, "post", by=CLAIRE)
        await here.sweep()
        assert (await here.only("acme")).hold == posting.IDENTITY


async def test_a_worker_neither_names_its_settings_nor_floods(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        lie = replace(OWN, settings="bigquery:acme-analytics", name="x\n" * 500)
        here.worker.serves["acme"] = (lie, replace(OWN, source="ghost"))
        await here.live_until(MONDAY + HOUR)
        made = await here.store.runs.outcome((await here.only("acme")).id)
        assert made is not None
        (seen,) = made.identities
        assert (seen.source, seen.settings) == ("warehouse", "bigquery:acme-analytics")
        assert len(seen.name) == 200
        assert "\n" not in seen.name
        assert identity.is_same(seen, replace(seen, name="y"))
