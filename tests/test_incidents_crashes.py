"""A death between what an incident's row says and what its card says: the next life mends it."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog import testing

from bot import clock, incidents
from bot.domain import client, ids, incident, run
from bot.slack.screens import card
from bot.store import Store
from tests.store import make
from tests.test_incidents import OPS, World


class _Broken(World):
    """One client breaks whoever looks at it."""

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        if client_id == "broken":
            raise RecursionError
        return super().client(client_id)


def _life(kept: Store, world: World | None = None) -> incidents.Incidents:
    world = world or World()
    return incidents.Incidents(
        kept,
        clients=world,
        audiences=world,
        cards=card,
        clock=clock.HeldClock(make.NOW),
        ops_channel=OPS,
    )


def _opened(stopped: run.Run) -> incident.Incident:
    return incident.Incident(
        id=ids.IncidentId("i000000000000001"),
        client=stopped.client,
        cause="shop:credential_refused",
        failure=make.REFUSED,
        status=incident.IncidentStatus.OPEN,
        runs=(stopped.id,),
        opened_at=make.NOW,
    )


async def test_an_incident_without_a_card_gets_one(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "kept.db") as kept:
        stopped = await make.failed(kept, make.a_run(), failure=make.REFUSED)
        opened = await kept.incidents.join(_opened(stopped))
        assert await kept.deliveries.get(f"card:{opened.id}") is None
        await _life(kept).sweep()
        assert await kept.deliveries.get(f"card:{opened.id}") is not None


async def test_a_closed_card_says_so_in_the_next_life(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "kept.db") as kept:
        stopped = await make.failed(kept, make.a_run(), failure=make.REFUSED)
        await _life(kept).failed(stopped, make.REFUSED)
        (opened,) = await kept.incidents.all_open()
        before = await kept.deliveries.get(f"card:{opened.id}")
        await kept.incidents.close(opened.id, incident.IncidentStatus.CLOSED, at=make.NOW)
        await _life(kept).sweep()
        after = await kept.deliveries.get(f"card:{opened.id}")
        assert before is not None
        assert after is not None
        assert after.version == before.version + 1
        await _life(kept).sweep()
        assert await kept.deliveries.get(f"card:{opened.id}") == after


async def test_an_incident_that_breaks_the_sweep_stops_no_other(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "kept.db") as kept:
        broken = replace(make.a_run(), id=ids.RunId("broken0000000000"), client="broken")
        await make.failed(kept, broken, failure=make.BUSY)
        await make.failed(kept, make.a_run(), failure=make.REFUSED)
        with testing.capture_logs() as told, pytest.raises(RecursionError):
            await _life(kept, _Broken()).sweep()  # it fails the health check
        failed = [line for line in told if line["event"] == "incident_step_failed"]
        assert failed[0]["run"] == broken.id
        shown = {one.client: one for one in await kept.incidents.all_open()}
        assert await kept.deliveries.get(f"card:{shown[make.a_run().client].id}") is not None


async def test_looks_at_data_that_is_not_complete_are_no_failures(tmp_path: Path) -> None:
    """Neither to the sweep nor to the attempt that fails after them: that one is the first."""
    behind = run.Failure(code=run.FailureCode.NOT_FRESH, source="shop", query="orders")
    flaky = run.Failure(code=run.FailureCode.SOURCE_FAULT, source="shop", query="orders")
    async with Store.open(tmp_path / "kept.db") as kept:
        one = make.a_run()
        await kept.runs.claim(one)
        waits = replace(make.stopped(behind), to=run.Status.WAITING)
        for _ in range(3):
            await make.tried(kept, one, waits)
            one = await kept.runs.move(one.id, run.Status.QUEUED, expect={run.Status.WAITING})
        await _life(kept).sweep()
        assert not await kept.incidents.all_open()
        again = make.stopped(flaky, to=run.Status.QUEUED, again=make.LATER)
        stopped = await make.tried(kept, one, again)
        await _life(kept).failed(stopped, flaky)
        await _life(kept).sweep()
        assert not await kept.incidents.all_open()
        stopped = await make.tried(kept, one, again)
        await _life(kept).failed(stopped, flaky)
        assert len(await kept.incidents.all_open()) == 1
