"""What people ask of runs, over the real store."""

import asyncio
from dataclasses import replace

import pytest

from bot import errors
from bot.access import Kind
from bot.domain import ids, run
from bot.operations import answers
from tests.operations import house
from tests.operations.house import ACME, CLAIRE, GLOBEX, TOM, House
from tests.store import make

READERS = [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN]


async def test_a_rerun_is_of_the_last_complete_period_and_is_written_down(home: House) -> None:
    done = await home.operations.runs.rerun(house.asker(), ("acme",))
    wanted = await home.store.runs.get(done.runs[0])
    assert wanted is not None
    assert (wanted.period.start.isoformat(), wanted.status) == ("2026-11-16", run.Status.QUEUED)
    assert (wanted.requested_by, wanted.trigger) == (CLAIRE, run.Trigger.SLACK)
    assert "Acme Corp · Weekly KPIs · 16–22 Nov: on its way" in done.text
    assert await home.trail() == [(CLAIRE, "rerun", "acme")]


async def test_a_named_period_is_the_one_that_is_run(home: House) -> None:
    done = await home.operations.runs.rerun(house.asker(), ("acme", "weekly"), period="2026-W46")
    wanted = await home.store.runs.get(done.runs[0])
    assert wanted is not None
    assert wanted.period.start.isoformat() == "2026-11-09"


async def test_the_same_request_twice_is_one_run(home: House) -> None:
    one = await home.operations.runs.rerun(house.asker(request="t1"), ("acme",))
    two = await home.operations.runs.rerun(house.asker(request="t1"), ("acme",))
    assert one.runs == two.runs


async def test_another_request_joins_the_run_that_is_under_way(home: House) -> None:
    one = await home.operations.runs.rerun(house.asker(), ("acme",))
    two = await home.operations.runs.rerun(house.asker(who=TOM), ("acme",))
    assert two.runs == one.runs
    assert "under way already, asked for by <@U0CLAIRE>" in two.text


async def test_in_a_clients_channel_it_is_the_default(home: House) -> None:
    done = await home.operations.runs.rerun(house.asker(where="acme"), ())
    assert "Acme Corp" in done.text
    done = await home.operations.runs.rerun(house.asker(where="globex"), ("daily",))
    assert "Globex · daily figures" in done.text


@pytest.mark.parametrize(
    ("where", "names", "period", "says"),
    [
        ("ops", (), None, "Which client?"),
        ("ops", ("acmee",), None, "Did you mean `acme`?"),
        ("ops", ("zzz",), None, "`/report list` names them all"),
        ("ops", ("acme", "wekly"), None, "Did you mean `weekly`?"),
        ("ops", ("acme", "zzz"), None, "It has: `weekly`"),
        ("ops", ("globex",), None, "Which one: `weekly` or `daily`?"),
        ("acme", ("weekyl",), None, "Did you mean `weekly`?"),
        ("ops", ("acme",), "2026-11", "does not name a period of this report"),
        ("ops", ("acme",), "2027-W10", "has not begun"),
    ],
)
async def test_what_cannot_be_meant_is_told_with_what_can(
    home: House, where: str, names: tuple[str, ...], period: str | None, says: str
) -> None:
    with pytest.raises(errors.UsageError) as caught:
        await home.operations.runs.rerun(house.asker(where=where), names, period=period)
    assert says in str(caught.value)
    assert not await home.trail()


@pytest.mark.parametrize("kind", READERS)
async def test_readers_start_nothing_and_learn_nothing(home: House, kind: Kind) -> None:
    told: set[str] = set()
    for names in ((), ("acme",), ("globex",), ("nobody",), ("acme", "weekly")):
        with pytest.raises(errors.UsageError) as caught:
            await home.operations.runs.rerun(house.asker(kind, "acme"), names)
        told.add(str(caught.value))
    assert len(told) == 1
    assert "lobex" not in told.pop()


async def test_a_paused_client_is_not_rerun(home: House) -> None:
    await home.store.pauses.pause(ACME.id, None, by=CLAIRE, reason="", at=home.clock.now())
    with pytest.raises(errors.UsageError, match="paused"):
        await home.operations.runs.rerun(house.asker(), ("acme",))


async def test_of_two_presses_one_wins_and_the_other_is_told_who_and_when(home: House) -> None:
    stopped, found = await home.failed()
    stamp = f"{found.id}:{found.version}"
    done = await home.operations.runs.retry(house.asker(), stamp)
    assert "is being tried again" in done.text
    with pytest.raises(errors.UsageError, match=r"<@U0CLAIRE> was first, at 06:00: retry"):
        await home.operations.runs.retry(house.asker(who=TOM), stamp)
    again = await home.store.runs.get(stopped.id)
    assert again is not None
    assert again.status is run.Status.QUEUED
    assert await home.trail() == [(CLAIRE, "retry", "acme")]


async def test_two_presses_at_the_same_moment_are_one_act(home: House) -> None:
    _, found = await home.failed()
    stamp = f"{found.id}:{found.version}"
    told: list[str] = []

    async def press(who: ids.UserId) -> None:
        try:
            done = await home.operations.runs.retry(house.asker(who=who), stamp)
        except errors.UsageError as error:
            told.append(str(error))
        else:
            told.append(done.text)

    async with asyncio.TaskGroup() as group:
        for who in (CLAIRE, TOM):
            group.create_task(press(who))
    assert sorted("was first, at 06:00: retry" in text for text in told) == [False, True]
    assert len(await home.trail()) == 1


async def test_skip_ends_the_run_and_closes_its_incident(home: House) -> None:
    stopped, found = await home.failed()
    await home.operations.runs.skip(house.asker(), f"{found.id}:{found.version}")
    skipped = await home.store.runs.get(stopped.id)
    closed = await home.store.incidents.get(found.id)
    assert skipped is not None
    assert closed is not None
    assert skipped.status is run.Status.SKIPPED
    assert closed.closed_at is not None


async def test_what_a_client_without_files_stopped_may_be_let_go_and_no_more(home: House) -> None:
    stopped, found = await home.failed()
    del home.clients.by_id[ACME.id]
    stamp = f"{found.id}:{found.version}"
    with pytest.raises(errors.UsageError):
        await home.operations.runs.retry(house.asker(), stamp)
    with pytest.raises(errors.UsageError, match=house.REFUSED):
        await home.operations.runs.skip(house.asker(Kind.MEMBER, "ops"), stamp)
    await home.operations.runs.skip(house.asker(), stamp)
    skipped = await home.store.runs.get(stopped.id)
    closed = await home.store.incidents.get(found.id)
    assert skipped is not None
    assert closed is not None
    assert skipped.status is run.Status.SKIPPED
    assert closed.closed_at is not None


async def test_send_without_leaves_the_failed_source_out(home: House) -> None:
    optional = replace(
        make_optional := ACME.reports[ids.ReportName("weekly")],
        queries=tuple(
            replace(one, optional=one.source == "warehouse") for one in make_optional.queries
        ),
    )
    home.clients.by_id[ACME.id] = replace(ACME, reports={optional.name: optional})
    stopped, found = await home.failed()
    done = await home.operations.runs.send_without(house.asker(), f"{found.id}:{found.version}")
    again = await home.store.runs.get(stopped.id)
    assert again is not None
    assert (again.without, again.status) == (("warehouse",), run.Status.QUEUED)
    assert "without warehouse" in done.text


async def test_what_cannot_be_left_out_is_not(home: House) -> None:
    _, found = await home.failed()
    with pytest.raises(errors.UsageError, match="no failed source"):
        await home.operations.runs.send_without(house.asker(), f"{found.id}:{found.version}")


@pytest.mark.parametrize("stamp", ["", "nothing", "nothing:1", "::", "x" * 99])
async def test_a_button_of_something_that_is_gone_answers_kindly(home: House, stamp: str) -> None:
    for press in (home.operations.runs.retry, home.operations.runs.skip):
        with pytest.raises(errors.UsageError):
            await press(house.asker(), stamp)


@pytest.mark.parametrize("kind", READERS)
async def test_readers_press_nothing_on_a_card(home: House, kind: Kind) -> None:
    _, found = await home.failed()
    stamp = f"{found.id}:{found.version}"
    runs = home.operations.runs
    who = house.asker(kind, "acme")
    for press in (runs.retry, runs.skip, runs.send_without):
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await press(who, stamp)
    assert not await home.trail()


async def test_everything_that_failed_is_tried_again_but_paused_clients(home: House) -> None:
    await home.failed()
    await home.failed(of=GLOBEX)
    await home.store.pauses.pause(GLOBEX.id, None, by=CLAIRE, reason="", at=home.clock.now())
    done = await home.operations.runs.rerun_failed(house.asker())
    assert done.text == "1 run is being tried again: Acme Corp."
    again = await home.operations.runs.rerun_failed(house.asker())
    assert again.text == "Nothing has failed that could be tried again."


async def test_a_held_rerun_is_released_once(home: House) -> None:
    await home.sent()
    held = replace(make.a_run("ask:1"), requested_by=CLAIRE)
    await home.store.runs.claim(held)
    await home.store.runs.begin(held.id, at=home.clock.now(), by=CLAIRE)
    ended = replace(make.made(to=run.Status.HELD), hold="changed")
    await home.store.runs.end(held.id, ended, attempt=1)
    done = await home.operations.runs.release(house.asker(), held.id, choice="replace")
    assert "replaced" in done.text
    with pytest.raises(errors.UsageError, match="too late"):
        await home.operations.runs.release(house.asker(who=TOM), held.id, choice="discard")
    assert await home.trail() == [(CLAIRE, "release", "acme")]


async def test_confirming_an_audience_lets_the_post_go_and_is_written_down(home: House) -> None:
    wanted = make.a_run()
    await home.store.runs.claim(wanted)
    await home.store.runs.begin(wanted.id, at=home.clock.now(), by=None)
    ended = replace(make.made(to=run.Status.HELD), hold="outsiders")
    await home.store.runs.end(wanted.id, ended, attempt=1)
    await home.store.channels.saw(ACME.channel, outside=True, fingerprint="f1", at=home.clock.now())
    await home.operations.runs.confirm(house.asker(), wanted.id)
    seen = await home.store.channels.get(ACME.channel)
    assert seen is not None
    assert (seen.is_confirmed, seen.confirmed_by) == (True, CLAIRE)
    moved = await home.store.runs.get(wanted.id)
    assert moved is not None
    assert moved.status is run.Status.READY


async def test_the_shell_learns_how_a_run_stands(home: House) -> None:
    stopped, _ = await home.failed()
    shell = house.asker(Kind.SHELL, "shell", who="shell:root")
    state = await home.operations.runs.state(shell, stopped.id)
    assert (state.settled, state.status) == (True, run.Status.FAILED)
    assert "BigQuery refused our sign-in" in state.text
    assert state.made is None


async def test_the_shell_gets_what_a_run_made(home: House) -> None:
    sent = await home.sent()
    shell = house.asker(Kind.SHELL, "shell", who="shell:root")
    state = await home.operations.runs.state(shell, sent.id)
    assert state.text.endswith(": posted")
    assert state.made is not None
    assert (state.made.report, state.made.usage) == (make.made().report, (make.USAGE,))
    again = answers.unpack(answers.pack(state))
    assert again == state


async def test_the_shell_is_told_that_nothing_changed(home: House) -> None:
    wanted = make.a_run()
    await home.store.runs.claim(wanted)
    await home.store.runs.begin(wanted.id, at=home.clock.now(), by=None)
    same = replace(make.made(), to=run.Status.SUCCEEDED)
    await home.store.runs.end(wanted.id, same, attempt=1)
    shell = house.asker(Kind.SHELL, "shell", who="shell:root")
    state = await home.operations.runs.state(shell, wanted.id)
    assert "nothing changed" in state.text
    assert state.made is not None
