"""What a worker says that a report would cost is held against its order."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import wire
from bot.executors import checks
from tests import samples
from tests.guard import clients

GOOD = wire.Estimate(query="orders", source="shop", bytes=20, largest=10, cost=Decimal("0.1"))


def _fits(*estimates: wire.Estimate) -> bool:
    order = clients.order(Path("unused"))
    report = replace(samples.REPORT_SPEC, queries=(samples.query("orders", "shop"),))
    known = {"shop": samples.CLIENT.sources[next(iter(samples.CLIENT.sources))]}
    of = replace(order.client, sources=known, reports={order.report: report})
    return checks.sums(wire.Estimated(estimates=estimates), replace(order, client=of))


def test_an_estimate_of_the_orders_own_queries_fits() -> None:
    assert _fits(GOOD)
    assert _fits()


@pytest.mark.parametrize(
    "changed",
    [
        {"query": "other"},
        {"source": "other"},
        {"bytes": 5},
        {"largest": -1},
        {"bytes": 2**60},
        {"cost": Decimal("NaN")},
        {"cost": Decimal(-1)},
    ],
)
def test_one_that_cannot_be_is_refused(changed: dict[str, object]) -> None:
    forged = wire.Estimate(**{**_written(GOOD), **changed})  # pyright: ignore[reportArgumentType]
    assert not _fits(forged)
    assert not _fits(*[GOOD] * 2000)


def _written(one: wire.Estimate) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
