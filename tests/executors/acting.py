"""Workers that misbehave on purpose, inside the real worker's walls."""

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot import wire
from bot.domain import ids, run, spec
from bot.executors import plain, process, starting, walled
from bot.ipc import guarded
from tests import samples

_SCRIPT = """#!{python} -I
import sys
boot = sys.argv[sys.argv.index("-c") + 1]
sys.argv = ["-c", *sys.argv[sys.argv.index("-c") + 2:]]
head, _, tail = boot.partition("from bot.worker.__main__ import main")
exec(head)
import tests.executors.puppet
from bot.worker.__main__ import main
main()
"""
FAILED = "return wire.RunFailed(failure=run.Failure(code=run.FailureCode.SOURCE_BUSY), timings={})"
"""What an acting worker says when it has nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where workers act, and who starts them."""

    place: Path
    """The folder of all clients; of what is in it a walled worker sees its client's alone."""
    starter: starting.Starter

    def executor(self, code: str = "", *, memory_mb: int = 2048) -> process.ProcessExecutor:
        """Return an executor whose worker runs ``code`` in place of the pipeline."""
        order(self.place / "acme")
        if code:
            (self.place / "acme/act.py").write_text(code, "utf-8")
        return process.ProcessExecutor(memory_mb=memory_mb, starter=self.starter)

    def order(self, *, deadline: float = 15.0) -> wire.RunOrder:
        """Return the order for Acme's small report."""
        return order(self.place / "acme", deadline=deadline)


def plainly(place: Path) -> plain.Plain:
    """Return what starts acting workers as plain processes; their Python is put in the place."""
    script = place / "python"
    script.write_text(_SCRIPT.format(python=sys.executable), "utf-8")
    script.chmod(0o700)
    return plain.Plain(python=str(script))


def walledly(guard: guarded.Guard) -> walled.Walled:
    """Return what starts acting workers behind walls."""
    modules = (*walled.MODULES, "tests.executors.puppet")
    return walled.starter(guard, private=(), modules=modules, model={})


def order(folder: Path, *, deadline: float = 15.0) -> wire.RunOrder:
    """Return an order for a small report of Acme's from one file."""
    folder.mkdir(exist_ok=True)
    (folder / "load.sql").write_text(
        "CREATE TABLE orders AS SELECT DATE '2026-11-16' + i::INT AS day, i AS amount"
        " FROM range(-7, 7) r(i)",
        "utf-8",
    )
    query = spec.QuerySpec(
        name="orders",
        source="shop",
        sql=(
            "SELECT count(*) AS orders, sum(amount) AS revenue FROM orders"
            " WHERE day >= $period_start AND day < $period_end"
        ),
        file="orders_weekly.sql",
    )
    report = replace(
        samples.REPORT_SPEC,
        queries=(query,),
        breakdowns=(),
        metrics=samples.asked((samples.REVENUE, samples.ORDERS)),
        narrative=spec.NarrativeSpec(),
        history=2,
    )
    client = replace(
        samples.CLIENT,
        folder=folder,
        sources={"shop": samples.SOURCES["shop"]},
        reports={samples.WEEKLY: report},
    )
    return wire.RunOrder(
        run=ids.RunId("0123456789abcdef"),
        attempt=1,
        client=client,
        report=samples.WEEKLY,
        period=samples.THIS_WEEK,
        as_of=datetime(2026, 11, 23, 5, tzinfo=UTC),
        credentials={"env://ACME_BIGQUERY": "the-quiet-word-of-acme"},
        references=("env://ACME_BIGQUERY",),
        deadline_seconds=deadline,
        scratch=Path("replaced"),
    )


def numbered(asked: wire.RunOrder, attempt: int) -> wire.RunOrder:
    """Return the order for another attempt."""
    return replace(asked, attempt=attempt)


def failure(outcome: wire.RunOutcome) -> run.Failure:
    """Return why a run failed."""
    assert isinstance(outcome, wire.RunFailed)
    return outcome.failure
