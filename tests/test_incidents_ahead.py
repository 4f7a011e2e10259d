"""What a preflight found: an incident before any run has met it, and what becomes of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from bot import clock
from bot.domain import delivery, foresight, ids, incident, run
from bot.store import Store
from tests import samples, test_incidents, test_outages
from tests.slack import local
from tests.store import make
from tests.test_incidents import ALERTS, OPS, Desk

NOT_IN = run.Failure(
    code=run.FailureCode.POST_REFUSED,
    said="not_in_channel",
    params={"fault": "the bot is not a member of the channel", "remedy": "Invite it."},
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in test_incidents.opened(tmp_path):
        yield one


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[test_outages.Desk]:
    async with Store.open(tmp_path / "a.db") as kept:
        yield test_outages.Desk(kept, test_outages.Fleet(1000), clock.HeldClock(make.LATER))


async def foresee(desk: Desk, *found: run.Failure) -> None:
    await desk.incidents.foreseen(samples.ACME, found)


async def the_incident(desk: Desk) -> incident.Incident:
    (found,) = await desk.kept.incidents.recent(make.NOW - timedelta(days=1))
    return found


async def test_it_is_told_once_in_the_ops_channel_with_its_fix(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    await foresee(desk, make.REFUSED)
    shown = await desk.card()
    assert (shown.kind, shown.channel) == (delivery.Kind.CARD, OPS)
    assert "nothing is late yet" in shown.bodies[0].text
    assert "Weekly KPIs runs Mon 30 Nov 06:00" in shown.bodies[0].text
    row = str(shown.bodies[0].blocks[-1])
    assert row.index("Rotate credential") < row.index("Check again")
    assert local.refusal(shown.bodies[0]) == ""
    assert (await the_incident(desk)).version == 1


async def test_alerts_are_where_it_is_told_but_never_where_outside_people_read(desk: Desk) -> None:
    desk.world.found = replace(samples.CLIENT, alerts=ALERTS)
    await foresee(desk, make.REFUSED)
    assert (await desk.card()).channel == ALERTS
    desk.world.outside = {ALERTS}
    await foresee(desk, make.REFUSED, NOT_IN)
    found = await desk.kept.incidents.all_open()
    assert [(await desk.card_of(one)).channel for one in found] == [ALERTS, OPS]


async def test_a_look_that_meets_it_no_more_ends_it(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    await foresee(desk)
    found = await the_incident(desk)
    assert found.status is incident.IncidentStatus.RECOVERED
    shown = await desk.card_of(found)
    assert shown.bodies[0].text.startswith("🟢 Acme Corp · BigQuery works again")


async def test_what_may_pass_by_itself_opens_no_card_and_ends_none(desk: Desk) -> None:
    away = replace(make.BUSY, kind="bigquery")
    await desk.incidents.foreseen(samples.ACME, (), met=(away,))
    assert await desk.kept.incidents.all_open() == []
    await foresee(desk, away)
    await desk.incidents.foreseen(samples.ACME, (), met=(away,))
    assert len(await desk.kept.incidents.all_open()) == 1


async def test_of_a_client_whose_files_are_gone_it_is_closed(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    desk.world.found = None
    await desk.incidents.sweep()
    found = await the_incident(desk)
    assert found.status is incident.IncidentStatus.CLOSED
    assert "its files are gone" in (await desk.card_of(found)).bodies[0].text


async def test_sweeps_leave_it_open(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    await desk.incidents.sweep()
    assert (await the_incident(desk)).status is incident.IncidentStatus.OPEN


async def test_the_run_that_meets_it_takes_over_its_card(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    before = await the_incident(desk)
    stopped = await desk.fail()
    found = await the_incident(desk)
    assert (found.id, found.runs, found.foreseen) == (before.id, (stopped.id,), None)
    shown = await desk.card_of(found)
    assert (shown.channel, "not sent" in shown.bodies[0].text) == (OPS, True)
    await foresee(desk)
    assert (await the_incident(desk)).status is incident.IncidentStatus.OPEN
    await desk.recover(stopped)
    assert (await the_incident(desk)).status is incident.IncidentStatus.RECOVERED


@pytest.mark.parametrize("code", [run.FailureCode.CREDENTIAL_MISSING, make.REFUSED.code])
async def test_another_fault_of_the_same_login_is_the_same_card(
    desk: Desk, code: run.FailureCode
) -> None:
    await foresee(desk, replace(make.REFUSED, code=run.FailureCode.CREDENTIAL_INVALID))
    before = await the_incident(desk)
    await foresee(desk, replace(make.REFUSED, code=code))
    found = await the_incident(desk)
    assert (found.id, found.failure.code, found.runs) == (before.id, code, ())
    assert found.foreseen is not None
    stopped = await desk.fail()
    met = await the_incident(desk)
    assert (met.id, met.runs, met.failure.code) == (before.id, (stopped.id,), make.REFUSED.code)
    await foresee(desk, replace(make.REFUSED, code=code))
    assert (await the_incident(desk)).runs == (stopped.id,)


async def test_a_report_that_came_from_the_source_ends_it(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    there = await make.ready(desk.kept)
    wanted = make.post(there)
    await desk.kept.runs.enter_posting(there.id, wanted)
    await desk.kept.deliveries.posted(wanted.key, ts=make.TS, at=make.LATER)
    now = await desk.kept.runs.get(there.id)
    assert now is not None
    await desk.incidents.changed(now)
    assert (await the_incident(desk)).status is incident.IncidentStatus.RECOVERED


async def test_a_report_made_without_the_source_ends_nothing(desk: Desk) -> None:
    await foresee(desk, make.REFUSED)
    there = replace(make.a_run(), status=run.Status.SUCCEEDED, without=("warehouse",))
    await desk.incidents.changed(there)
    assert (await the_incident(desk)).status is incident.IncidentStatus.OPEN


async def test_what_slack_refuses_has_no_credential_to_rotate(desk: Desk) -> None:
    await foresee(desk, NOT_IN)
    (opened,) = await desk.kept.incidents.all_open()
    view = await desk.incidents.ahead(opened.id)
    assert view is not None
    assert (view.source, view.source_label) == (None, None)
    assert isinstance(view, foresight.AheadView)
    assert await desk.incidents.view(opened.id) is None


async def test_a_login_that_many_share_is_one_card(fleet: test_outages.Desk) -> None:
    for number in range(3):
        name = ids.ClientId(f"c{number}")
        await fleet.speaker.foreseen(name, (make.REFUSED,))
    await fleet.sweep()
    card = await fleet.card()
    assert "3 reports of 3 clients would not be sent" in card.bodies[0].text
    assert local.refusal(card.bodies[0]) == ""
    (first,) = await fleet.kept.incidents.all_open(ids.ClientId("c0"))
    rotate, check = _buttons(card.bodies[0])
    assert rotate == {"Rotate credential": f"{first.id}:{first.version}"}
    assert check == {"Check again": "c0"}
    (own,) = await fleet.said(delivery.Kind.CARD)
    assert own.client == "c0", "it stood before it was known that others share it"
    for number in range(3):
        await fleet.speaker.foreseen(ids.ClientId(f"c{number}"), ())
    await fleet.sweep()
    assert "over · before a report was due" in (await fleet.card()).bodies[0].text
    assert (await fleet.outage()).status is incident.IncidentStatus.RECOVERED


async def test_what_no_credential_mends_offers_a_look_alone(fleet: test_outages.Desk) -> None:
    away = replace(make.BUSY, kind="bigquery")
    for number in range(3):
        await fleet.speaker.foreseen(ids.ClientId(f"c{number}"), (away,))
    await fleet.sweep()
    assert _buttons((await fleet.card()).bodies[0]) == [{"Check again": "c0"}]


def _buttons(body: delivery.Body) -> list[dict[str, str]]:
    """Of its last row: what each says, and what it carries."""
    row = cast("Sequence[Mapping[str, object]]", body.blocks[-1]["elements"])
    texts = [cast("Mapping[str, str]", one["text"])["text"] for one in row]
    return [{text: str(one["value"])} for text, one in zip(texts, row, strict=True)]
