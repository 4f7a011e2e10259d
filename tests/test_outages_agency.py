"""What the agency lends is nobody's own: where it fails, one card says so, from the first on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot import clock
from bot.domain import client, delivery, ids, incident, run, spec
from bot.store import Store
from tests import samples
from tests import test_outages as bench
from tests.store import make
from tests.test_outages import Desk

LENT = "env://AGENCY_GOOGLE_ADS"
ADS = spec.SourceSpec(
    name="ads",
    kind="google_ads",
    settings={},
    credential=LENT,
    agency="google-ads",
    identity="google_ads:1",
)
EXPIRED = run.Failure(
    code=run.FailureCode.CREDENTIAL_REFUSED, source="ads", kind="google_ads", reference=LENT
)


@dataclass
class Fleet(bench.Fleet):
    """Each reads one more source, with the agency's login."""

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        found = super().client(client_id)
        return found and replace(found, sources={**samples.CLIENT.sources, "ads": ADS})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Store.open(tmp_path / "a.db") as kept:
        yield Desk(kept, Fleet(14), clock.HeldClock(make.LATER))


async def test_what_the_agency_lends_is_one_card_from_the_first_on(desk: Desk) -> None:
    await desk.fail(0, EXPIRED)
    await desk.sweep()
    assert await desk.said(delivery.Kind.CARD) == []
    (told,) = await desk.said(delivery.Kind.OPS)
    shown = str(told.bodies[0].blocks)
    assert "1 report of 1 client not sent" in told.bodies[0].text
    assert "the agency's credential “google-ads”. Used too by 13 clients not stopped yet:" in shown
    assert "Client 1, Client 2" in shown
    assert "Client 10 and 3 more" in shown
    for number in range(1, 14):
        await desk.fail(number, EXPIRED)
    await desk.sweep()
    assert await desk.said(delivery.Kind.CARD) == []
    (told,) = await desk.said(delivery.Kind.OPS)
    assert "14 reports of 14 clients not sent" in told.bodies[0].text
    assert "not stopped yet" not in str(told.bodies[0].blocks)


async def test_a_death_before_the_agencys_card_is_mended_though_one_client_is_stopped(
    desk: Desk,
) -> None:
    stopped = await desk.fail(0, EXPIRED, tell=False)
    await desk.kept.incidents.join(
        incident.Incident(
            id=ids.IncidentId(ids.new_id()),
            client=stopped.client,
            cause="x",
            shared="agency:google-ads",
            failure=EXPIRED,
            status=incident.IncidentStatus.OPEN,
            runs=(stopped.id,),
            opened_at=desk.clock.now(),
        ),
        lately=desk.clock.now(),
    )
    desk.reborn()
    await desk.sweep()
    assert await desk.said(delivery.Kind.CARD) == []
    assert len(await desk.said(delivery.Kind.OPS)) == 1


async def test_a_login_of_its_own_is_a_clients_own(desk: Desk) -> None:
    await desk.fail(0, make.REFUSED)
    await desk.sweep()
    assert len(await desk.said(delivery.Kind.CARD)) == 1
    assert await desk.said(delivery.Kind.OPS) == []


async def test_a_name_that_is_sealed_for_each_client_by_itself_is_nobody_elses(desk: Desk) -> None:
    """Only what opens them all is one thing: the master key."""
    own = replace(EXPIRED, reference="local://ads")
    await desk.fail(0, own)
    await desk.fail(1, own)
    await desk.sweep()
    assert len(await desk.said(delivery.Kind.CARD)) == 2
    assert await desk.said(delivery.Kind.OPS) == []
    closed = replace(own, code=run.FailureCode.CREDENTIAL_CLOSED)
    await desk.fail(2, closed)
    await desk.fail(3, replace(closed, reference="local://other"))
    await desk.sweep()
    (told,) = await desk.said(delivery.Kind.OPS)
    assert "2 reports of 2 clients not sent" in told.bodies[0].text
