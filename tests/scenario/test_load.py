"""A Monday with some of the clients that `python -m bench.monday` has five hundred of."""

from pathlib import Path

import pytest

from tests.scenario import monday

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CLIENTS = 20


async def test_all_are_posted_once_within_slacks_limits_while_people_type(tmp_path: Path) -> None:
    async with monday.open_monday(tmp_path / "house", CLIENTS) as on:
        count = await monday.Monday(on, CLIENTS).run(within=120)
    assert (count.lost, count.doubled, count.exceeded, count.unacked) == (0, 0, 0, 0), count.lines()
    assert count.acks
