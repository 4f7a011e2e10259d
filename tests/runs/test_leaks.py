"""Nothing that a run told is kept where a credential is in it; no two clients sign in as one."""

from dataclasses import replace

import pytest

from bot.domain import client, credential, run
from bot.domain.report import Identity
from bot.domain.run import FailureCode
from bot.runs import posting
from tests.runs.people import FLAKY, HOUR, MONDAY, customer
from tests.runs.stage import Stage, Store, stage

SECRET = "a-quiet-word-of-acme"
REFERENCE = "env://ACME_BIGQUERY"
SERVED = Identity(source="warehouse", name="Acme")


def _seen(*secrets: str, pepper: str = "pepper") -> credential.Seen:
    marks = credential.prints(secrets, pepper=pepper)
    return credential.Seen(reference=REFERENCE, prints=marks, own=marks)


async def _failure(here: Stage, name: str) -> run.Failure | None:
    attempts = await here.store.runs.attempts((await here.only(name)).id)
    return attempts[-1].failure


async def test_every_order_has_what_prints_are_made_with(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        await here.live_until(MONDAY + HOUR)
        assert [order.pepper for _, order in here.worker.orders] == ["pepper"]
        assert "pepper=" not in repr(here.worker.orders)


@pytest.mark.parametrize("later", [False, True])
async def test_a_report_with_its_clients_credential_in_it_is_not_kept(
    store: Store, later: bool
) -> None:
    """Also by a run that tells nothing of what it opened: an earlier one did."""
    async with stage(store, customer("acme")) as here:
        here.worker.serves["acme"] = (replace(SERVED, name=f"Acme ({SECRET})"),)
        if later:
            await here.prints.keep({"acme": [_seen(SECRET)]}, at=MONDAY)
        else:
            here.worker.opens["acme"] = (_seen(SECRET),)
        await here.live_until(MONDAY + HOUR)
        stopped = await here.only("acme")
        assert stopped.status is run.Status.FAILED
        assert await here.store.runs.outcome(stopped.id) is None
        assert await here.posted("acme") is None
        assert await _failure(here, "acme") == run.Failure(code=FailureCode.LEAKED)


async def test_a_failure_with_a_secrets_shape_in_it_is_not_kept(store: Store) -> None:
    async with stage(store, customer("acme")) as here:
        token = "xoxb-" + "1234-5678"
        here.worker.script["acme"] = [replace(FLAKY, said=f"refused {token}")]
        await here.live_until(MONDAY + HOUR)
        assert await _failure(here, "acme") == run.Failure(code=FailureCode.LEAKED)


async def test_a_post_that_would_show_a_credential_is_held(store: Store) -> None:
    """The second door: here what shows it stands in the client's own name, and no run told it."""
    acme = replace(customer("acme"), name=f"Acme {SECRET}")
    async with stage(store, acme) as here:
        await here.prints.keep({"acme": [_seen(SECRET)]}, at=MONDAY)
        await here.live_until(MONDAY + HOUR)
        held = await here.only("acme")
        assert (held.status, held.hold) == (run.Status.HELD, posting.SHOWN)
        assert await here.posted("acme") is None
        assert here.people.holds == ["shown"]


async def test_another_clients_print_is_nobody_elses_word(store: Store) -> None:
    """Else a run that was misled could hold back every other client's reports."""
    async with stage(store, customer("acme")) as here:
        here.worker.serves["acme"] = (replace(SERVED, name="Organic Search"),)
        await here.prints.keep({"globex": [_seen("Organic Search", "Organic")]}, at=MONDAY)
        await here.live_until(MONDAY + HOUR)
        assert (await here.only("acme")).status is run.Status.SUCCEEDED


async def test_two_clients_that_sign_in_as_one_are_refused(store: Store) -> None:
    async with stage(store, customer("acme"), customer("globex")) as here:
        here.worker.opens = dict.fromkeys(("acme", "globex"), (_seen(SECRET),))
        await here.live_until(MONDAY + HOUR)
        ended = {name: (await here.only(name)).status for name in ("acme", "globex")}
        assert sorted(ended.values()) == [run.Status.FAILED, run.Status.SUCCEEDED]
        refused = next(name for name, status in ended.items() if status is run.Status.FAILED)
        failure = await _failure(here, refused)
        assert failure is not None
        assert failure.code is FailureCode.CREDENTIAL_SHARED
        assert (failure.reference, failure.source) == (REFERENCE, "warehouse")
        other = {"acme": "globex", "globex": "acme"}[refused]
        assert other not in str(failure)


@pytest.mark.parametrize("both", [False, True])
async def test_two_clients_may_share_where_both_say_so(store: Store, both: bool) -> None:
    acme = replace(customer("acme"), shares=("globex",))
    globex = replace(customer("globex"), shares=("acme",) if both else ())
    async with stage(store, acme, globex) as here:
        here.worker.opens = dict.fromkeys(("acme", "globex"), (_seen(SECRET),))
        await here.live_until(MONDAY + HOUR)
        ended = [(await here.only(name)).status.value for name in ("acme", "globex")]
        assert sorted(ended) == ["succeeded" if both else "failed", "succeeded"]


async def test_what_the_agency_lends_is_shared_by_all_that_name_it(store: Store) -> None:
    async with stage(store, _lent("acme"), _lent("globex")) as here:
        here.worker.opens = dict.fromkeys(("acme", "globex"), (_seen(SECRET),))
        await here.live_until(MONDAY + HOUR)
        assert [(await here.only(name)).status.value for name in ("acme", "globex")] == [
            "succeeded",
            "succeeded",
        ]
        assert {owner for owner, _ in here.prints.kept} == {"agency.google"}


def _lent(name: str) -> client.Client:
    of = customer(name)
    sources = {key: replace(one, agency="google") for key, one in of.sources.items()}
    return replace(of, sources=sources)
