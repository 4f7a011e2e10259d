"""How long a bot takes that finds the work of a killed one, against one that finds nothing."""

import asyncio
import contextlib
import signal
import sqlite3
import time
from pathlib import Path

from bot import errors
from tests.scenario import many

CLIENTS = 12
_LEFT = "SELECT count(*) FROM runs WHERE status NOT IN ('succeeded', 'missed')"
_BEGUN = "SELECT count(*) FROM attempts WHERE ended IS NULL"


async def measure(folder: Path) -> None:
    """Print the start, the start after a kill, and the time until nothing is left undone."""
    settings = {"REPORTOPS_STAGGER": "0", "REPORTOPS_MAX_CONCURRENT_RUNS": str(CLIENTS)}
    async with many.open_many(folder, CLIENTS, settings=settings) as on:
        await on.start_bot()  # makes the database
        await on.stop_bot()
        empty = await _started(on)
        on.clock.move_to(on.monday)
        await _woken(on)
        async with asyncio.timeout(30):
            while not _number(on, _BEGUN):  # noqa: ASYNC110 - another process begins them
                await asyncio.sleep(0.05)
        await on.stop_bot(signal.SIGKILL)
        began = time.monotonic()
        killed = await _started(on)
        async with asyncio.timeout(120):
            while _number(on, _LEFT):
                await _woken(on)
                await asyncio.sleep(0.1)
        settled = time.monotonic() - began
        await on.stop_bot()
    for name, span in (
        ("started, nothing left behind", empty),
        (f"started, {CLIENTS} runs cut by a kill", killed),
        (f"… and all {CLIENTS} made anew and posted", settled),
    ):
        print(f"{name:35} {span * 1000:8.0f} ms   {span / empty:5.2f}")


async def _started(on: many.Stage) -> float:
    """The first look at what is due comes before the socket that this waits for."""
    began = time.monotonic()
    await on.start_bot()
    return time.monotonic() - began


async def _woken(on: many.Stage) -> None:
    with contextlib.suppress(errors.ReportopsError, OSError):
        await on.wake()


def _number(on: many.Stage, sql: str) -> int:
    reading = sqlite3.connect(f"file:{on.database}?mode=ro", uri=True, timeout=10)
    with contextlib.closing(reading):
        return int(reading.execute(sql).fetchone()[0])
