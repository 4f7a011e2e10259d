"""SIGTERM: nothing new begins, what runs gets its grace, the rest is handed to the next start."""

import signal
from pathlib import Path

import pytest

from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SETTINGS = {"REPORTOPS_STAGGER": "0", "REPORTOPS_STOP_GRACE": "PT1S"}


async def test_what_a_drained_bot_hands_over_is_posted_once_by_the_next(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 2, settings=SETTINGS) as on:
        quick = on.sales(0).read_text("utf-8")
        on.sales(0).write_text(many.ENDLESS, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        await on.until_written(
            "SELECT id FROM runs WHERE client = 'client001' AND status = 'succeeded'"
        )
        await on.until_written(
            "SELECT id FROM runs WHERE client = 'client000' AND status = 'running'"
        )
        await on.stop_bot(signal.SIGTERM)
        log = on.place.log.read_text("utf-8")
        assert [log.count(event) for event in ("attempts_handed_over", '"stopped"')] == [1, 1]
        assert on.rows("SELECT status, attempts, retries FROM runs ORDER BY client") == [
            ("running", 1, 0),
            ("succeeded", 1, 0),
        ]
        on.sales(0).write_text(quick, "utf-8")
        await on.start_bot()
        await on.wake()
        await on.until_written(
            "SELECT id FROM runs WHERE client = 'client000' AND status = 'succeeded'"
        )
        assert on.rows("SELECT ended FROM attempts ORDER BY run, number") in (
            [("abandoned",), ("report",), ("report",)],
            [("report",), ("abandoned",), ("report",)],
        )
        assert on.rows("SELECT retries FROM runs") == [(0,), (0,)]
        posts = [key for key, _ in on.keyed() if key.startswith("report:")]
        assert len(posts) == len(set(posts)) == 2
        assert on.rows("SELECT id FROM incidents") == []
