"""One order → one outcome, in the stages of the path of a run."""

import asyncio
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from bot import errors, wire
from bot.domain import run as run_
from bot.domain import spec
from bot.worker import assembly, credentials, narrator, plan, reading

_THREADS = 32
"""Reads wait far more than they compute; a source that hangs must not starve the others."""

Tell = Callable[[str], None]
"""Takes the name of each stage as it begins."""


async def run(
    order: wire.RunOrder, tell: Tell, *, keys: credentials.Keys | None = None
) -> wire.RunOutcome:
    """Make the report. Known failures are an outcome; anything else is raised.

    ``keys`` are the order's own; None: they are made here.
    """
    stages = _Stages(tell)
    keys = keys or credentials.Keys(order)
    readings = reading.Readings()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    try:
        with stages("credentials"):
            opened = await asyncio.to_thread(_opened, order, keys)
            access, note = await asyncio.to_thread(_model, order, keys)
        current = plan.make(_spec(order), order.period)
        with stages("sources"):
            wanted = reading.Wanted(order=order, plan=current, credentials=opened, mask=keys.mask)
            await reading.read(wanted, readings)
        with stages("metrics"):
            facts = assembly.Found(order=order, plan=current, readings=readings).report()
        with stages("narrative"):
            written = await asyncio.to_thread(
                narrator.write,
                facts,
                spec=_spec(order).narrative,
                access=access,
                note=note,
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


def _opened(order: wire.RunOrder, keys: credentials.Keys) -> Mapping[str, object | None]:
    opened: dict[str, object | None] = {}
    failures: list[errors.RunError] = []
    for one in reading.needed(order):
        try:
            opened[one.name] = keys.credential(one)
        except errors.RunError as error:
            failures.append(error)
    if failures:
        raise reading.decisive(order, failures)
    return opened


def _model(order: wire.RunOrder, keys: credentials.Keys) -> tuple[wire.ModelAccess | None, str]:
    """How the model is reached, its key opened; None where it is not, and why, in a few words."""
    model = order.model
    if model is None or model.reference is None:
        return model, order.model_note
    try:
        return replace(model, key=keys.text(model.reference).strip()), order.model_note
    except errors.RunError as error:
        if error.failure.code is run_.FailureCode.CREDENTIAL_MISSING:
            return None, "the key that its report names is not set"
        return None, "the key that its report names cannot be opened"


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
