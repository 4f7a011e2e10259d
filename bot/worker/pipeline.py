"""One order → one outcome, in the stages of the path of a run."""

import asyncio
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from bot import errors, wire
from bot.domain import spec
from bot.kinds import mask
from bot.worker import assembly, narrator, plan, reading
from bot.worker.credentials import env

_THREADS = 32
"""Reads wait far more than they compute; a source that hangs must not starve the others."""

Tell = Callable[[str], None]
"""Takes the name of each stage as it begins."""


async def run(order: wire.RunOrder, tell: Tell) -> wire.RunOutcome:
    """Make the report. Known failures are an outcome; anything else is raised."""
    stages = _Stages(tell)
    readings = reading.Readings()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    try:
        with stages("credentials"):
            credentials = {
                source.name: env.fetch(source, order.credentials)
                for source in reading.needed(order)
            }
        current = plan.make(_spec(order), order.period)
        with stages("sources"):
            wanted = reading.Wanted(
                order=order, plan=current, credentials=credentials, mask=mask.Mask(order.secrets)
            )
            await reading.read(wanted, readings)
        with stages("metrics"):
            facts = assembly.Found(order=order, plan=current, readings=readings).report()
        with stages("narrative"):
            written = await asyncio.to_thread(
                narrator.write,
                facts,
                spec=_spec(order).narrative,
                access=order.model_access(),
                note=order.model_note or _no_key(order),
            )
    except errors.RunError as error:
        return wire.RunFailed(
            failure=error.failure, usage=tuple(readings.usage), timings=stages.timings
        )
    finished = replace(
        facts,
        narrative=written.sentences,
        author=written.author,
        author_note=written.author_note,
        findings=(*facts.findings, *written.findings),
    )
    return wire.ReportMade(
        report=finished, usage=(*readings.usage, *written.usage), timings=stages.timings
    )


def _no_key(order: wire.RunOrder) -> str:
    lacks = order.model is not None and order.model_access() is None
    return "the key that its report names is not set" if lacks else ""


class _Stages:
    """Tells of each stage and times it, in whole milliseconds."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.timings: dict[str, int] = {}

    @contextmanager
    def __call__(self, name: str) -> Generator[None]:
        self._tell(name)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = round((time.perf_counter() - began) * 1000)


def _spec(order: wire.RunOrder) -> spec.ReportSpec:
    return order.client.reports[order.report]
