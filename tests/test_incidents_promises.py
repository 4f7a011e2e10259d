"""The neutral line, the buttons, and alerts that cannot be said in their place."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import client, delivery, ids, run, spec, views
from bot.domain.delivery import Refused
from tests import samples
from tests import test_incidents as bench
from tests.store import make

GONE = Refused(code="not_in_channel", permanent=True)
Desk = bench.Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for one in bench.opened(tmp_path):
        yield one


async def _late(desk: Desk, *, outside: bool = True) -> run.Run:
    if outside:
        desk.world.outside = {samples.CHANNEL}
    stopped = await desk.fail()
    desk.clock.move_to(bench.BREAK)
    return stopped


async def _hold(desk: Desk, stopped: run.Run) -> None:
    """Its retry made the report, and that is held for who reads the channel."""
    await desk.kept.runs.move(stopped.id, run.Status.QUEUED, expect={run.Status.FAILED})
    there = await make.tried(desk.kept, stopped, make.made())
    await desk.kept.runs.move(
        there.id, run.Status.HELD, expect={there.status}, change=run.Change(hold="outsiders")
    )


@pytest.mark.parametrize("held", [False, True])
async def test_the_line_waits_for_no_confirmation_but_where_all_waits_for_it(
    desk: Desk, held: bool
) -> None:
    desk.world.confirmed = False
    stopped = await _late(desk)
    if held:
        await _hold(desk, stopped)
    await desk.incidents.sweep()
    notice = await desk.kept.deliveries.get(f"notice:{stopped.id}")
    assert (notice is None) is held


async def test_outside_people_get_one_neutral_line_once_the_promise_is_broken(desk: Desk) -> None:
    stopped = await _late(desk)
    desk.clock.move_to(make.NOW + timedelta(hours=2))
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"notice:{stopped.id}") is None
    desk.clock.move_to(bench.BREAK)
    for _ in range(2):
        await desk.incidents.sweep()
    notice = await desk.kept.deliveries.get(f"notice:{stopped.id}")
    assert notice is not None
    assert notice.channel == samples.CHANNEL
    assert "delayed" in notice.bodies[0].text
    assert (await desk.view()).client_saw == "one neutral line"


async def test_the_line_speaks_the_reports_language(desk: Desk) -> None:
    french = replace(samples.REPORT_SPEC, narrative=spec.NarrativeSpec(language="fr"))
    desk.world.found = replace(samples.CLIENT, reports={samples.WEEKLY: french})
    stopped = await _late(desk)
    await desk.incidents.sweep()
    key = f"notice:{stopped.id}"
    notice = await desk.kept.deliveries.get(key)
    assert notice is not None
    assert notice.bodies[0].text.startswith("Le rapport de la semaine est en retard")
    await desk.kept.deliveries.posted(key, ts=make.TS, at=bench.BREAK)
    await desk.recover(stopped, at=bench.BREAK)
    mended = await desk.kept.deliveries.get(key)
    assert mended is not None
    assert mended.bodies[0].text == "Envoyé, voir ci-dessous."


@pytest.mark.parametrize("crash", [False, True])
async def test_the_neutral_line_is_mended_once_the_report_is_there(desk: Desk, crash: bool) -> None:
    stopped = await _late(desk)
    await desk.incidents.sweep()
    key = f"notice:{stopped.id}"
    await desk.kept.deliveries.posted(key, ts=make.TS, at=bench.BREAK)
    await desk.recover(stopped, at=bench.BREAK, tell=not crash)
    if crash:
        await desk.incidents.sweep()
    notice = await desk.kept.deliveries.get(key)
    assert notice is not None
    assert notice.bodies[0].text == "Sent, see below."
    assert notice.version == 2
    assert await desk.kept.incidents.stale_notices() == []


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("end", [run.Status.SKIPPED, run.Status.CANCELLED])
async def test_the_neutral_line_says_that_no_report_will_come(
    desk: Desk, end: run.Status, *, crash: bool
) -> None:
    stopped = await _late(desk)
    await desk.incidents.sweep()
    key = f"notice:{stopped.id}"
    await desk.kept.deliveries.posted(key, ts=make.TS, at=bench.BREAK)
    ended = await desk.kept.runs.move(stopped.id, end, expect={stopped.status})
    await (desk.incidents.sweep() if crash else desk.incidents.changed(ended))
    notice = await desk.kept.deliveries.get(key)
    assert notice is not None
    assert notice.bodies[0].text.startswith("This week's report will not come;")
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(key) == notice
    assert await desk.kept.incidents.stale_notices() == []


async def test_a_neutral_line_that_was_not_said_yet_is_not_needed_any_more(desk: Desk) -> None:
    stopped = await _late(desk)
    await desk.incidents.sweep()
    await desk.recover(stopped, at=bench.BREAK)
    notice = await desk.kept.deliveries.get(f"notice:{stopped.id}")
    assert notice is not None
    assert notice.state is delivery.State.CANCELLED


@pytest.mark.parametrize("why", ["card", "internal", "unconfirmed", "paused", "asked", "old"])
async def test_nothing_is_said_before_a_client_without_need(desk: Desk, why: str) -> None:
    stopped = await _late(desk, outside=why != "card")
    if why == "internal":
        desk.world.found = replace(samples.CLIENT, stage=client.Stage.INTERNAL)
    if why == "unconfirmed":
        desk.world.confirmed = False
        await _hold(desk, stopped)
    if why == "paused":
        await desk.kept.pauses.pause(samples.ACME, None, by=samples.OWNER, reason="", at=make.NOW)
    if why == "old":
        desk.clock.move_to(bench.BREAK + timedelta(days=2))
    if why == "asked":
        await desk.kept.runs.move(stopped.id, run.Status.SKIPPED, expect={run.Status.FAILED})
        asked = replace(make.a_run("ask:1"), trigger=run.Trigger.SLACK, deliver_by=None)
        stopped = await make.failed(desk.kept, asked)
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"notice:{stopped.id}") is None


async def test_a_late_run_without_a_card_has_the_neutral_line_too(desk: Desk) -> None:
    desk.world.outside = {samples.CHANNEL}
    one = make.a_run()
    await desk.kept.runs.claim(one)
    desk.clock.move_to(bench.BREAK)
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"notice:{one.id}") is not None
    told = await desk.kept.deliveries.get(f"late:{one.id}")
    assert told is not None
    assert "one neutral line" in str(told.bodies[0].blocks)


@pytest.mark.parametrize("crash", [False, True])
async def test_a_report_late_without_a_failure_is_told_to_the_operators(
    desk: Desk, crash: bool
) -> None:
    one = make.a_run()
    await desk.kept.runs.claim(one)
    await desk.kept.runs.begin(one.id, at=make.LATER, by=None)
    desk.clock.move_to(bench.BREAK)
    for _ in range(2):
        await desk.incidents.sweep()
    told = await desk.kept.deliveries.get(f"late:{one.id}")
    assert told is not None
    assert told.channel == bench.OPS
    assert "Acme Corp" in told.bodies[0].text
    assert "still under way" in told.bodies[0].text
    assert "The client has seen: nothing" in str(told.bodies[0].blocks)
    assert await desk.kept.deliveries.get(f"notice:{one.id}") is None
    await desk.kept.deliveries.posted(told.key, ts=make.TS, at=bench.BREAK)
    await desk.deliver(one, at=bench.BREAK + timedelta(minutes=4), tell=not crash)
    await desk.incidents.sweep()
    mended = await desk.kept.deliveries.get(told.key)
    assert mended is not None
    assert "late" in mended.bodies[0].text
    assert "🟢" in mended.bodies[0].text
    assert await desk.kept.incidents.stale_notices() == []


async def test_a_card_says_by_itself_that_it_is_late(desk: Desk) -> None:
    stopped = await _late(desk, outside=False)
    await desk.incidents.sweep()
    assert await desk.kept.deliveries.get(f"late:{stopped.id}") is None


async def test_without_an_ops_channel_it_is_told_where_a_card_would_stand(tmp_path: Path) -> None:
    async for desk in bench.opened(tmp_path, ops=None):
        one = make.a_run()
        await desk.kept.runs.claim(one)
        desk.clock.move_to(bench.BREAK)
        desk.world.outside = {samples.CHANNEL}
        await desk.incidents.sweep()
        await desk.incidents.sweep()
        lost = await desk.kept.deliveries.get(f"late:{one.id}")
        assert lost is not None
        assert lost.state is delivery.State.FAILED
        assert await desk.kept.deliveries.undelivered(make.NOW) == 1
        second = make.of_week(make.a_run("fire:2"), 1)
        await desk.kept.runs.claim(second)
        desk.world.outside = set()
        await desk.incidents.sweep()
        told = await desk.kept.deliveries.get(f"late:{second.id}")
        assert told is not None
        assert told.channel == samples.CHANNEL


async def test_the_buttons_are_those_that_can_help(desk: Desk) -> None:
    button = views.Button
    all_of_them = (button.ROTATE, button.RETRY, button.DETAILS, button.SKIP, button.PAUSE)
    stopped = await desk.fail()  # its credential was refused
    assert (await desk.view()).buttons == all_of_them
    await desk.kept.runs.move(stopped.id, run.Status.QUEUED, expect={run.Status.FAILED})
    assert (await desk.view()).buttons == all_of_them
    await desk.kept.runs.begin(stopped.id, at=make.LATER, by=None)
    assert (await desk.view()).buttons == (button.DETAILS,)
    held = replace(make.made(), to=run.Status.HELD, hold="outsiders")
    await desk.kept.runs.end(stopped.id, held, attempt=2)
    assert (await desk.view()).buttons[0] is button.CONFIRM
    await desk.kept.pauses.pause(samples.ACME, None, by=samples.OWNER, reason="", at=make.NOW)
    assert (await desk.view()).buttons[0] is button.RESUME


async def test_a_source_may_be_left_out_where_all_it_answers_is_optional(desk: Desk) -> None:
    first, second, spend = samples.REPORT_SPEC.queries
    optional = replace(samples.REPORT_SPEC, queries=(first, second, replace(spend, optional=True)))
    stopped = await desk.fail()
    assert (await desk.view()).without == ()
    desk.world.found = replace(samples.CLIENT, reports={samples.WEEKLY: optional})
    view = await desk.view()
    assert view.without == ("warehouse",)
    assert views.Button.SEND_WITHOUT in view.buttons
    left_out = {run.Status.FAILED}
    await desk.kept.runs.move(
        stopped.id, run.Status.QUEUED, expect=left_out, change=run.Change(without=("warehouse",))
    )
    assert (await desk.view()).without == ()


@pytest.mark.parametrize(
    ("optional", "without"),
    [({"spend"}, ()), ({"orders", "spend"}, ("warehouse", "shop"))],
)
async def test_sources_that_failed_together_are_left_out_together_or_not_at_all(
    desk: Desk, *, optional: set[str], without: tuple[str, ...]
) -> None:
    first, second, spend = (
        replace(one, optional=one.name in optional) for one in samples.REPORT_SPEC.queries
    )
    queries = (first, replace(second, source="site"), spend)
    wanted = replace(samples.REPORT_SPEC, queries=queries)
    desk.world.found = replace(samples.CLIENT, reports={samples.WEEKLY: wanted})
    await desk.fail(replace(make.REFUSED, params={run.BESIDE: "shop"}))
    assert (await desk.view()).without == without


async def test_a_card_that_cannot_stand_in_its_place_stands_in_the_ops_channel(desk: Desk) -> None:
    await desk.fail()
    shown = await desk.card()
    failed = await desk.kept.deliveries.failed(shown.key, error="not_in_channel")
    await desk.incidents.undelivered(failed, GONE)
    again = await desk.card()
    assert (again.state, again.channel) == (delivery.State.PENDING, bench.OPS)
    (found,) = await desk.kept.incidents.all_open()
    rows = await desk.kept.deliveries.of_incident(found.id)
    assert {row.channel for row in rows} == {bench.OPS}
    assert await desk.kept.deliveries.undelivered(make.NOW) == 0


async def test_a_card_that_can_stand_nowhere_is_counted(desk: Desk) -> None:
    desk.world.outside = {samples.CHANNEL}
    await desk.fail()
    shown = await desk.card()
    failed = await desk.kept.deliveries.failed(shown.key, error="is_archived")
    await desk.incidents.undelivered(failed, GONE)
    assert await desk.kept.deliveries.undelivered(make.NOW) == 1


async def test_without_an_ops_channel_a_card_that_needs_it_is_counted(tmp_path: Path) -> None:
    async for desk in bench.opened(tmp_path, ops=None):
        desk.world.outside = {samples.CHANNEL}
        await desk.fail()
        assert (await desk.card()).state is delivery.State.FAILED
        assert await desk.kept.deliveries.undelivered(make.NOW) == 1


async def test_a_line_that_cannot_be_said_in_its_place_is_said_to_the_operators(
    desk: Desk,
) -> None:
    stopped = await _late(desk)
    await desk.incidents.sweep()
    key = f"notice:{stopped.id}"
    failed = await desk.kept.deliveries.failed(key, error="not_in_channel")
    await desk.incidents.undelivered(failed, GONE)
    told = await desk.kept.deliveries.get(f"ops:{key}")
    assert told is not None
    assert told.channel == bench.OPS
    assert told.bodies[0].text.startswith("Could not be said in <#C0ACME> (not_in_channel): This")
    assert told.bodies[0].blocks


async def test_a_report_that_failed_is_not_said_twice(desk: Desk) -> None:
    there = await make.ready(desk.kept)
    wanted = make.post(there)
    await desk.kept.runs.enter_posting(there.id, wanted)
    failed = await desk.kept.deliveries.failed(wanted.key, error="is_archived")
    await desk.incidents.undelivered(failed, GONE)
    assert await desk.kept.deliveries.get(f"ops:{wanted.key}") is None


async def test_a_source_is_named_as_people_call_it(desk: Desk) -> None:
    await desk.fail()
    assert (await desk.view()).source_label == "BigQuery"
    twin = replace(samples.SOURCES["warehouse"], name="billing")
    two = {**samples.SOURCES, "billing": twin}
    desk.world.found = replace(samples.CLIENT, sources=two)
    assert (await desk.view()).source_label == "BigQuery (warehouse)"
    desk.world.found = replace(samples.CLIENT, sources={})
    assert (await desk.view()).source_label == "warehouse"


async def test_no_message_names_another_client(desk: Desk) -> None:
    await desk.fail()
    other = replace(make.a_run(), client=ids.ClientId("zebra"))
    stopped = await make.failed(desk.kept, other)
    await desk.incidents.failed(stopped, make.REFUSED)
    for row in await desk.kept.deliveries.due(make.LATER):
        if row.channel != bench.OPS:
            assert "zebra" not in str(row.bodies)
