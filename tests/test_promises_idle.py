"""Promises of clients whose files cannot be read: nothing runs, and somebody is told in time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain import delivery, expected, ids, pause, views
from tests import samples
from tests import test_incidents as bench
from tests.store import make

Desk = bench.Desk
AT = make.LATER
DUE = AT + timedelta(hours=3)
FIRE = expected.Expected(
    client=samples.ACME,
    report=samples.WEEKLY,
    key="fire:2026-11-23T06:00 Europe/Paris",
    due_at=AT,
    deliver_by=DUE,
    client_name="Acme",
    report_title="Weekly KPIs",
    timezone="Europe/Paris",
    owner=ids.UserId("U0CLAIRE"),
)
FAULT = views.Fault(
    client=samples.ACME, file="acme/client.yaml", line=7, key="stage", problem="Odd.", remedy="Mend"
)
WHY = "nothing runs, its files have faults (acme/client.yaml:7 stage)"
PARIS = ZoneInfo("Europe/Paris")
KEY = f"late:acme/{FIRE.report}/{FIRE.key}"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in bench.opened(tmp_path):
        one.world.found, one.world.faults = None, (FAULT,)
        await one.kept.fires.expect({samples.ACME: [FIRE]})
        yield one


async def _said(desk: Desk, *, left: int) -> str | None:
    """What the operators read, so many minutes before the promise."""
    desk.clock.move_to(DUE - timedelta(minutes=left))
    await desk.incidents.sweep()
    found = await desk.kept.deliveries.get(KEY)
    return found.bodies[0].text if found else None


async def _shown(desk: Desk) -> None:
    """The warning stands in the channel."""
    await _said(desk, left=5)
    await desk.kept.deliveries.begin(KEY, since=make.SINCE)
    await desk.kept.deliveries.posted(KEY, ts=make.SINCE, at=AT)


async def test_it_is_warned_of_once_and_then_late(desk: Desk) -> None:
    assert await _said(desk, left=31) is None
    at_risk = await _said(desk, left=30)
    assert at_risk is not None
    assert at_risk.endswith(
        f"Acme · Weekly KPIs · at risk for {DUE.astimezone(PARIS):%H:%M}: {WHY}"
    )
    shown = await desk.kept.deliveries.get(KEY)
    assert shown is not None
    assert (shown.kind, shown.channel, shown.run) == (delivery.Kind.NOTICE, bench.OPS, None)
    late = await _said(desk, left=-1)
    assert late is not None
    assert late.endswith(f"Acme · Weekly KPIs · late: {WHY}")
    await _said(desk, left=-2)
    kept = await desk.kept.deliveries.get(KEY)
    assert kept is not None
    assert kept.version == 2


async def test_its_run_takes_the_message_over_once_the_files_are_mended(desk: Desk) -> None:
    await _shown(desk)
    desk.world.found, desk.world.faults = samples.CLIENT, ()
    one = replace(make.a_run(FIRE.key), deliver_by=DUE)
    await desk.kept.fires.claim([one], considered={})
    await desk.kept.fires.expect({samples.ACME: []})
    said = await _said(desk, left=4)
    assert said is not None
    assert WHY not in said
    await make.tried(desk.kept, one, make.made())
    wanted = make.post(one)
    await desk.kept.runs.enter_posting(one.id, wanted)
    await desk.kept.deliveries.posted(wanted.key, ts=make.TS, at=DUE + timedelta(minutes=2))
    said = await _said(desk, left=-3)
    assert said is not None
    assert "sent" in said
    (told,) = await desk.kept.promises.told(AT)
    assert (told.run.id, told.message) == (one.id, KEY)
    assert await desk.kept.promises.awaited(DUE + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("mended", "words"),
    [(True, "its files are in order again, and plan it no more"), (False, "its client was taken")],
)
async def test_what_is_planned_no_more_is_said_so_once(
    desk: Desk, mended: bool, words: str
) -> None:
    await _shown(desk)
    desk.world.found, desk.world.faults = samples.CLIENT if mended else None, ()
    said = await _said(desk, left=4)
    assert said is not None
    assert words in said
    assert await desk.kept.promises.awaited(DUE) == []


async def test_a_client_taken_away_or_paused_and_a_report_without_promise_are_not_warned_of(
    desk: Desk,
) -> None:
    desk.world.faults = (replace(FAULT, client="globex"),)
    assert await _said(desk, left=1) is None
    desk.world.faults = (FAULT,)
    await desk.kept.pauses.pause(samples.ACME, None, by=pause.BOT, reason="winter", at=AT)
    assert await _said(desk, left=0) is None
    await desk.kept.pauses.resume(samples.ACME, AT)
    await desk.kept.fires.expect({samples.ACME: [replace(FIRE, deliver_by=None)]})
    assert await _said(desk, left=-1) is None


async def test_a_folder_that_is_away_stops_everybody_and_many_share_a_message(desk: Desk) -> None:
    desk.world.faults = (replace(FAULT, client="", file="clients", key=""),)
    names = [ids.ClientId(f"client{number}") for number in range(5)]
    await desk.kept.fires.expect({name: [replace(FIRE, client=name)] for name in names})
    assert await _said(desk, left=20) is None
    (message,) = {one.message for one in await desk.kept.promises.awaited(DUE)}
    assert message is not None
    shown = await desk.kept.deliveries.get(message)
    assert shown is not None
    assert "6 of 6 reports are at risk" in shown.bodies[0].text


async def test_a_fire_that_has_its_run_is_awaited_no_more(desk: Desk) -> None:
    await desk.kept.fires.claim([make.a_run(FIRE.key)], considered={})
    assert await desk.kept.promises.awaited(DUE) == []
    await desk.incidents.sweep()
    assert (await desk.kept.promises.told(AT)) == []


async def test_what_a_client_plans_no_more_is_forgotten_unless_somebody_was_warned(
    desk: Desk,
) -> None:
    other = replace(FIRE, report=ids.ReportName("daily"))
    await desk.kept.fires.expect({samples.ACME: [FIRE, other]})
    await desk.kept.fires.expect({samples.ACME: [FIRE]})
    assert [one.report for one in await desk.kept.promises.awaited(AT)] == [FIRE.report]
    await _shown(desk)
    await desk.kept.fires.expect({samples.ACME: []})
    (kept,) = await desk.kept.promises.awaited(AT)
    assert kept.message == KEY
