"""The one button for everything that one cause stopped."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import errors
from bot.access import Kind
from bot.domain import incident, run
from tests.operations import house
from tests.operations.house import ACME, CLAIRE, GLOBEX, TOM, House
from tests.store import make


async def _stopped(home: House) -> tuple[list[run.Run], incident.Outage]:
    """One login of two clients that is refused."""
    runs = [(await home.failed(of=of))[0] for of in (ACME, GLOBEX)]
    await home.cards.sweep()
    (found,) = await home.store.outages.all_open()
    return runs, found


async def _status(home: House, runs: list[run.Run]) -> list[run.Status]:
    found = [await home.store.runs.get(one.id) for one in runs]
    return [one.status for one in found if one is not None]


async def test_one_press_tries_everything_again_and_is_written_down(home: House) -> None:
    runs, found = await _stopped(home)
    done = await home.operations.outages.retry_all(house.asker(), f"{found.id}:{found.version}")
    assert done.text == "2 reports are being tried again."
    assert await _status(home, runs) == [run.Status.QUEUED] * 2
    assert sorted(await home.trail()) == [
        (CLAIRE, "retry all", "acme"),
        (CLAIRE, "retry all", "globex"),
    ]


async def test_of_two_presses_at_once_one_wins(home: House) -> None:
    _, found = await _stopped(home)
    told: list[str] = []

    async def press(who: str) -> None:
        try:
            stamp = f"{found.id}:{found.version}"
            asked = await home.operations.outages.retry_all(house.asker(who=who), stamp)
            told.append(asked.text)
        except errors.UsageError as error:
            told.append(str(error))

    async with asyncio.TaskGroup() as group:
        for who in (CLAIRE, TOM):
            group.create_task(press(who))
    assert sorted("being tried again" in text for text in told) == [False, True]
    assert sorted("was first" in text for text in told) == [False, True]


@pytest.mark.parametrize("kind", [Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN])
async def test_only_operators_may(home: House, kind: Kind) -> None:
    runs, found = await _stopped(home)
    with pytest.raises(errors.UsageError, match=house.REFUSED):
        await home.operations.outages.retry_all(house.asker(kind=kind), f"{found.id}:1")
    assert await _status(home, runs) == [run.Status.FAILED] * 2


async def test_who_is_paused_stays_paused(home: House) -> None:
    runs, found = await _stopped(home)
    await home.store.pauses.pause(ACME.id, None, by=CLAIRE, reason="", at=make.NOW)
    done = await home.operations.outages.retry_all(house.asker(), f"{found.id}:1")
    assert done.text == "1 report is being tried again."
    assert await _status(home, runs) == [run.Status.FAILED, run.Status.QUEUED]


@pytest.mark.parametrize("stamp", ["none:1", "", "{id}:7"])
async def test_what_is_gone_or_has_changed_is_told(home: House, stamp: str) -> None:
    runs, found = await _stopped(home)
    with pytest.raises(errors.UsageError, match=r"no longer kept|changed meanwhile"):
        await home.operations.outages.retry_all(house.asker(), stamp.format(id=found.id))
    assert await _status(home, runs) == [run.Status.FAILED] * 2


async def test_a_press_that_a_killed_bot_left_half_done_is_done(home: House) -> None:
    runs, found = await _stopped(home)
    asked_at = home.clock.now()
    await home.cards.act_on_outage(found.id, 1, by=CLAIRE, what="retry all")
    await home.runner.retry(runs[0].id, CLAIRE)
    again = replace(house.asker(), asked_at=asked_at)
    done = await home.operations.outages.retry_all(again, f"{found.id}:1")
    assert done.runs == (runs[1].id,)
    assert await _status(home, runs) == [run.Status.QUEUED] * 2
    late = replace(house.asker(), asked_at=asked_at + timedelta(hours=1))
    with pytest.raises(errors.UsageError, match="was first"):
        await home.operations.outages.retry_all(late, f"{found.id}:1")
