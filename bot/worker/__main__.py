"""The isolated process: one order from stdin, lines to stdout, exactly one outcome, then the end.

Started by bot.executors.process, which calls ``limits.apply`` before it imports this.
"""

import asyncio
import base64
import os
import re
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from bot import errors, wire
from bot.domain import delivery, run
from bot.domain.run import FailureCode
from bot.worker import pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = re.compile(r"[^A-Za-z0-9_.]")
_NAME = 80


def main() -> None:
    """Answer the order on stdin and end the process; whatever happens becomes an outcome."""
    out = _claim_stdout()
    try:
        order = wire.read_order(sys.stdin.buffer.read())
        if isinstance(order, wire.ChartOrder):
            _end(out, _drawn(order))
        asyncio.run(_work(order, out))
    except BaseException as error:  # noqa: BLE001 - the border: a crash is an outcome too
        _end(out, _crashed(error))


async def _work(order: wire.RunOrder, out: BinaryIO) -> None:
    def tell(stage: str) -> None:
        out.write(wire.write_line(wire.Progress(stage=stage)))
        out.flush()

    try:
        outcome = await pipeline.run(order, tell)
    except BaseException as error:  # noqa: BLE001 - as in main, before a hung thread can delay it
        outcome = _crashed(error)
    _end(out, outcome)


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


def _end(out: BinaryIO, outcome: wire.RunOutcome | wire.ChartMade) -> NoReturn:
    """Write the outcome and leave at once: a thread that hangs in a library is not waited for."""
    out.write(wire.write_line(outcome))
    out.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


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
