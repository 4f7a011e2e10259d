"""A death between what an incident's row says and what its card says: the next life mends it."""

from pathlib import Path

from bot import clock, incidents
from bot.domain import ids, incident, run
from bot.slack.screens import card
from bot.store import Store
from tests.store import make
from tests.test_incidents import OPS, World


def _life(kept: Store) -> incidents.Incidents:
    world = World()
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
