"""A bot that starts anew while a client's file is broken: no promise is broken in silence."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operations import answers, control
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
FIRE = "client001/daily/fire:"


def _promised(on: many.Stage, number: int) -> Path:
    """One client's file, with a promise; return it."""
    file = on.place.clients / f"client{number:03d}" / "client.yaml"
    told = file.read_text("utf-8").replace('"0 6 * * *"}', '"0 6 * * *", deliver_by: "09:00"}')
    file.write_text(told, "utf-8")
    return file


def _word(on: many.Stage, prefix: str) -> str:
    """What stands in the one message whose key begins so; empty: there is none yet."""
    found = [one for key, one in on.keyed() if key.startswith(prefix)]
    assert len(found) < 2
    return f"{found[0].text} {found[0].blocks}" if found else ""


async def _until(on: many.Stage, is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not is_so():
            await on.wake()
            await asyncio.sleep(0.3)  # its work is in other processes: there is no event


async def _health(on: many.Stage) -> str:
    told = await control.call(on.database, answers.Question(verb=answers.Verb.HEALTH))
    return told.body


async def test_a_promise_is_not_broken_in_silence(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "house", 2, settings={"REPORTOPS_STAGGER": "0"}) as on:
        files = [_promised(on, number) for number in range(2)]
        await on.start_bot()
        await _until(on, lambda: True)
        await on.stop_bot()
        good = files[1].read_text("utf-8")
        files[1].write_text(good.replace("stage: live", "stage: lively"), "utf-8")
        await on.start_bot()
        on.clock.move_to(on.monday + timedelta(minutes=10))
        await _until(on, lambda: "1 sent · 1 needs you" in _word(on, "digest:"))
        told = _word(on, "digest:")
        assert "nothing runs, its files have faults (client001/client.yaml:3 stage)" in told
        assert "1 report fell due" in await _health(on)
        assert not _word(on, f"late:{FIRE}")
        on.clock.move_to(on.monday + timedelta(hours=2, minutes=40))
        await _until(on, lambda: "at risk for 09:00: nothing runs" in _word(on, f"late:{FIRE}"))
        on.clock.move_to(on.monday + timedelta(hours=3, minutes=1))
        await _until(on, lambda: "late: nothing runs" in _word(on, f"late:{FIRE}"))
        files[1].write_text(good, "utf-8")
        await _until(on, lambda: "sent 09:" in _word(on, f"late:{FIRE}"))
        await _until(on, lambda: "2 sent" in _word(on, "digest:"))
        assert "needs you" not in _word(on, "digest:")
        assert "fell due" not in await _health(on)
        reports = [key for key, _ in on.keyed() if key.startswith("report:")]
        assert len(reports) == len({*reports}) == 2
        await on.stop_bot()
