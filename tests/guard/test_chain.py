"""A report from the bot's executor to the model and back, through the real guard."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import wire
from bot.demo import anthropic
from bot.domain import money, report, spec
from bot.executors import process, walled
from bot.guard import launcher
from tests import samples
from tests.guard import clients as inner
from tests.guard import test_model as model

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
    pytest.mark.timeout(60),
]
NAMED = "claude-haiku-4-5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """An executor behind the real guard, and the model's double before it."""

    executor: process.ProcessExecutor
    clients: Path

    def order(self, *, left: Decimal | None = None, sql: str = "") -> wire.RunOrder:
        """Return an order for a small report of one file, written by a model."""
        folder = self.clients / "acme"
        folder.mkdir()
        (folder / "load.sql").write_text("CREATE TABLE orders AS SELECT 7 AS n", "utf-8")
        query = spec.QuerySpec(
            name="orders", source="shop", sql=sql or "SELECT n AS orders FROM orders", file="o.sql"
        )
        asked = replace(
            samples.REPORT_SPEC,
            queries=(query,),
            breakdowns=(),
            metrics=samples.asked((samples.ORDERS,)),
            narrative=spec.NarrativeSpec(model=NAMED),
            history=2,
        )
        client = replace(
            samples.CLIENT,
            folder=folder,
            sources={"shop": samples.SOURCES["shop"]},
            reports={samples.WEEKLY: asked},
        )
        return replace(
            inner.order(folder),
            client=client,
            model=wire.ModelAccess(key=model.KEY, left=left),
            hosts=(),
            deadline_seconds=30,
        )


@asynccontextmanager
async def chain(at: Path, double: anthropic.Double) -> AsyncGenerator[Chain]:
    os.chmod(at, 0o755)  # noqa: PTH101 - at once
    guard = launcher.start({}, clients=at)
    starter = walled.starter(guard, private=(), model={"key": model.KEY, "url": double.url})
    try:
        yield Chain(
            executor=process.ProcessExecutor(memory_mb=2048, starter=starter),
            clients=at,
        )
    finally:
        guard.close()


async def test_a_report_is_written_with_a_key_that_stays_outside(tmp_path: Path) -> None:
    with anthropic.Double(key=model.KEY) as double:
        double.answer("{orders.label}: {orders.value}.")
        async with chain(tmp_path, double) as made:
            order = made.order(left=Decimal(1))
            assert model.KEY not in wire.write_order(order.at_the_broker("http://m")).decode()
            outcome = await made.executor.execute(order)
    assert isinstance(outcome, wire.ReportMade)
    assert outcome.report.author is report.Author.AI, outcome.report.author_note
    assert [one.item for one in outcome.usage] == [NAMED]
    assert outcome.usage[0].kind is money.UsageKind.MODEL
    assert outcome.usage[0].cost > 0
    assert [one.headers["x-api-key"] for one in double.requests] == [model.KEY]


async def test_what_is_left_ends_the_asking_and_the_template_says_so(tmp_path: Path) -> None:
    with anthropic.Double(key=model.KEY) as double:
        double.answer("Revenue rose 12%.")  # refused by the checks, and so asked again
        async with chain(tmp_path, double) as made:
            outcome = await made.executor.execute(made.order(left=Decimal("0.000001")))
    assert isinstance(outcome, wire.ReportMade)
    assert outcome.report.author is report.Author.TEMPLATE
    assert outcome.report.author_note == "its budget for AI is used up"
    assert len(double.requests) == len(outcome.usage) == 1
