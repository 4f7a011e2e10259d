"""The isolated process: one order from stdin, lines to stdout, exactly one outcome, then the end.

Started by bot.executors.process, which bounds it before it imports this.
"""

import asyncio
import base64
import json
import os
import re
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, Protocol, cast

from bot import errors, wire
from bot.domain import delivery, run
from bot.domain.run import FailureCode
from bot.domain.walls import Attack, Targets, Walls
from bot.kinds import mask
from bot.worker import checking, credentials, egress, estimating, hushed, pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.kept import Kept

_PLAIN = re.compile(r"[^A-Za-z0-9_.]")
_NAME = 80


class _Suite(Protocol):
    """As much of bot.guard.probes as is used."""

    def attack(self, targets: Targets, *, scratch: str) -> Sequence[Attack]: ...


def main() -> None:
    """Answer the order on stdin and end the process; whatever happens becomes an outcome."""
    out = _claim_stdout()
    try:
        order = wire.read_order(sys.stdin.buffer.read())
        if not isinstance(order, wire.RunOrder | wire.CheckOrder):
            _end(out, _other(order, order.scratch))
        asyncio.run(_work(order, out))
    except BaseException as error:  # noqa: BLE001 - the border: a crash is an outcome too
        _end(out, _crashed(error))


def walled(
    stands: Walls,
    given: "tuple[Mapping[str, str], Kept]",
    *,
    scratch: Path,
    broker: socket.socket,
) -> NoReturn:
    """As ``main``, for a process whose walls stand: tell them first, then read the order.

    ``given`` came from the keeper: texts, and what is sealed; the order holds neither. ``broker``
    is the way out.
    """
    out = _claim_stdout()
    try:
        _settle(scratch)
        out.write(wire.write_line(wire.Walled(walls=stands)))
        out.flush()
        order = wire.read_order(sys.stdin.buffer.read())
        if not isinstance(order, wire.RunOrder | wire.CheckOrder):
            _end(out, _other(order, scratch))
        if not stands.level.meets(order.client.isolation):
            _end(out, _too_open())
        egress.arrange(egress.Way(broker=broker), stands, order=order)
        own = order.with_kept(*given).in_scratch(scratch)
        asyncio.run(_work(own, out))
    except errors.RunError as error:
        _end(out, wire.RunFailed(failure=error.failure, timings={}))
    except BaseException as error:  # noqa: BLE001 - the border: a crash is an outcome too
        _end(out, _crashed(error))
    raise AssertionError


def _settle(scratch: Path) -> None:
    """Live in the scratch directory, which is the run's own."""
    for name in ("home", "tmp"):
        (scratch / name).mkdir(mode=0o700, exist_ok=True)
    os.chdir(scratch)
    environment = os.environ  # noqa: TID251 - written, not read: what libraries look for
    environment.update(HOME=str(scratch / "home"), TMPDIR=str(scratch / "tmp"))


async def _work(order: wire.RunOrder | wire.CheckOrder, out: BinaryIO) -> None:
    keys = credentials.Keys(order)
    hushed.hush(keys.mask)

    def tell(stage: str) -> None:
        out.write(wire.write_line(wire.Progress(stage=stage)))
        out.flush()

    try:
        outcome = await _obey(order, tell, keys=keys)
    except BaseException as error:  # noqa: BLE001 - as in main, before a hung thread can delay it
        outcome = _crashed(error)
    if isinstance(outcome, wire.ReportMade | wire.RunFailed | wire.Checked):
        outcome = replace(outcome, seen=keys.seen)
    _end(out, outcome, clean=keys.mask)


async def _obey(
    order: wire.RunOrder | wire.CheckOrder, tell: pipeline.Tell, *, keys: credentials.Keys
) -> wire.RunOutcome | wire.Checked | wire.Estimated:
    if isinstance(order, wire.CheckOrder):
        return await checking.check(order, keys)
    if order.estimate:
        return await estimating.run(order, keys)
    return await pipeline.run(order, tell, keys=keys)


def _other(
    order: wire.ChartOrder | wire.AttackOrder, scratch: Path
) -> wire.ChartMade | wire.RunFailed | wire.Attacked:
    """What is asked of a worker beside reports."""
    if isinstance(order, wire.ChartOrder):
        return _drawn(order)
    suite = cast("_Suite", import_module("bot.guard.probes"))
    return wire.Attacked(attacks=tuple(suite.attack(order.targets, scratch=str(scratch))))


def _drawn(order: wire.ChartOrder) -> wire.ChartMade | wire.RunFailed:
    draw = cast("Callable[[delivery.Trend], bytes]", import_module("bot.worker.charts").draw)
    try:
        return wire.ChartMade(png=base64.b64encode(draw(order.trend)).decode())
    except errors.RunError as error:
        return wire.RunFailed(failure=error.failure, timings={})


def _claim_stdout() -> BinaryIO:
    """Keep stdout for our lines; what a library prints goes to stderr."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _end(
    out: BinaryIO,
    outcome: wire.RunOutcome | wire.Checked | wire.Estimated | wire.ChartMade | wire.Attacked,
    *,
    clean: mask.Mask | None = None,
) -> NoReturn:
    """Write the outcome, every text of it masked, and leave at once: a thread that hangs in a
    library is not waited for.
    """
    line = wire.write_line(outcome)
    if clean is not None:
        line = json.dumps(clean.within(json.loads(line))).encode() + b"\n"
    out.write(line)
    out.flush()
    hushed.drain()
    os._exit(0)


def _too_open() -> wire.RunFailed:
    """Its client demands more than stands; what stands was told, and who listens says the rest."""
    failure = run.Failure(code=FailureCode.ISOLATION_MISSING)
    return wire.RunFailed(failure=failure, timings={})


def _crashed(error: BaseException) -> wire.RunFailed:
    """An outcome that names the class alone; texts and values could hold anything."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    name = _PLAIN.sub("", f"{type(error).__module__}.{type(error).__qualname__}")[:_NAME]
    for frame in traceback.extract_tb(error.__traceback__):
        sys.stderr.write(f"{name} at {frame.filename}:{frame.lineno} in {frame.name}\n")
    failure = run.Failure(code=FailureCode.CRASHED, said=name)
    return wire.RunFailed(failure=failure, timings={})


if __name__ == "__main__":
    main()
