"""A real bot whose guard fails: it says so once, ends in order, and the next one goes on."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.scenario import many

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="the guard is Linux's"),
]
SETTINGS = {"REPORTOPS_STAGGER": "0"}


def _program(bot: int, name: str) -> int:
    """Return the process id of one of the bot's small programs."""
    children = Path(f"/proc/{bot}/task/{bot}/children").read_text("ascii").split()
    return next(
        int(pid)
        for pid in children
        if f"\0{name}\0" in Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    )


async def test_a_bot_without_its_keeper_ends_and_its_run_costs_no_retry(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 1, settings=SETTINGS) as on:
        quick = on.sales(0).read_text("utf-8")
        on.sales(0).write_text(many.ENDLESS, "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday)
        await on.wake()
        await on.until_written("SELECT id FROM runs WHERE status = 'running'")
        os.kill(_program(on.pid, "keeper"), signal.SIGKILL)
        await on.until_written("SELECT ended FROM attempts WHERE ended = 'abandoned'")
        assert await on.ended() == 1
        log = on.place.log.read_text("utf-8")
        counted = ('"signal 9"', "no_run_starts", '"stopped"')
        assert [log.count(event) for event in counted] == [1, 1, 1]
        said = [one.text for key, one in on.keyed() if key.startswith("ops:warned:")]
        assert len([text for text in said if "programs that hold the runs" in text]) == 1
        on.sales(0).write_text(quick, "utf-8")
        await on.start_bot()
        await on.wake()
        await on.until_written("SELECT id FROM runs WHERE status = 'succeeded'")
        assert on.rows("SELECT ended FROM attempts ORDER BY number") == [
            ("abandoned",),
            ("report",),
        ]
        assert on.rows("SELECT retries FROM runs") == [(0,)]
