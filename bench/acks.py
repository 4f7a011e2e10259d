"""How soon commands are acknowledged while fifty runs execute, against an idle bot."""

import asyncio
import contextlib
import math
from collections.abc import Sequence
from pathlib import Path

from bot import errors
from bot.demo import stage
from tests.scenario import many, monday

RUNS = 50
_ASKED = 60
_COMMANDS = ("/report status", "/report resume client000", "/report history client001")
"""One in three changes something: it is written down before it is acknowledged."""


async def measure(folder: Path) -> None:
    """Print both, and their ratio."""
    settings = {"REPORTOPS_STAGGER": "0", "REPORTOPS_MAX_CONCURRENT_RUNS": str(RUNS)}
    async with many.open_many(folder, RUNS, settings=settings) as on:
        await on.start_bot()
        idle = await _asked(on)
        on.clock.move_to(on.monday)
        with contextlib.suppress(errors.ReportopsError, OSError):
            await on.wake()
        busy = await _asked(on)
        await on.stop_bot()
    for name, found in (("an idle bot", idle), (f"{RUNS} runs executing", busy)):
        middle, worst = monday.quantile(found, 0.5), monday.quantile(found, 0.99)
        ratio = middle / monday.quantile(idle, 0.5)
        print(f"ack, p50 of {name:24}{middle:8.1f} ms   {ratio:5.2f}   p99 {worst:.0f} ms")


async def _asked(on: many.Stage) -> Sequence[float]:
    """Milliseconds each; infinite where nobody answered within Slack's three seconds."""
    spans: list[float] = []
    for turn in range(_ASKED):
        done = await on.slack.control.command(
            user=many.OPERATOR, channel=stage.OPS, text=_COMMANDS[turn % len(_COMMANDS)]
        )
        spans.append(done.latency_ms if done.acked else math.inf)
        await asyncio.sleep(0.05)
    return spans
