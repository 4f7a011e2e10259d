"""A trial in the worker: the client's own queries of one source, each query for itself."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot import errors, wire
from bot.domain import metric, rotation, run, spec
from bot.executors import checks
from bot.worker import trying
from bot.worker.sources import base
from tests import samples

WEEKLY = samples.WEEKLY


@dataclass(frozen=True)
class Source:
    """Answers each query as a test says, and remembers nothing."""

    says: Mapping[str, base.Table | run.FailureCode]

    def read(self, ask: base.Ask) -> base.Answer:
        assert (ask.period, ask.timezone) == (samples.THIS_WEEK, "Europe/Paris")
        said = self.says[ask.query]
        if isinstance(said, base.Table):
            return base.Answer(table=said)
        raise errors.RunError(run.Failure(code=said, source="shop", kind="duckdb"))

    def stop(self) -> None: ...
    def close(self) -> None: ...


def _row(**cells: base.Cell) -> base.Table:
    return base.Table(columns=tuple(cells), rows=(tuple(cells.values()),))


def _tried(**says: base.Table | run.FailureCode) -> trying.Tried:
    order = _order()
    return trying.ask(order, order.client.sources["shop"], opened=Source(says=says))


def _order(**changes: spec.QuerySpec) -> wire.CheckOrder:
    asked = samples.REPORT_SPEC
    queries = tuple(changes.get(one.name, one) for one in asked.queries)
    return wire.CheckOrder(
        client=replace(samples.CLIENT, reports={WEEKLY: replace(asked, queries=queries)}),
        periods={WEEKLY: samples.THIS_WEEK},
        as_of=samples.AS_OF,
        credentials={},
        deadline_seconds=time.monotonic(),
        scratch=Path("unused"),
    )


def _figure(name: str, value: str | None) -> rotation.Figure:
    return rotation.Figure(
        report=WEEKLY, name=name, value=None if value is None else Decimal(value)
    )


_CHANNELS = base.Table(
    columns=("channel", "Revenue"), rows=(("Email", Decimal("5600.10")), ("Direct", 3500))
)


def test_every_metric_that_is_a_column_of_it_and_the_sum_of_a_breakdown() -> None:
    tried = _tried(
        orders=_row(Revenue=Decimal("48210.10"), orders=1204, other=7),
        sessions=_row(sessions=61480),
        channels=_CHANNELS,
    )
    assert tried.refused == []
    assert tried.figures == [
        _figure("revenue", "48210.10"),
        _figure("orders", "1204"),
        _figure("sessions", "61480"),
        _figure("channels", "9100.10"),
    ]


def test_what_one_query_fails_with_is_told_of_it_and_the_others_are_asked() -> None:
    tried = _tried(
        orders=run.FailureCode.PERMISSION_DENIED,
        sessions=_row(sessions=None),
        channels=_row(channel="Email", revenue="many"),
    )
    assert tried.figures == [_figure("sessions", None)]
    codes = [(one.query, one.code.value) for one in tried.refused]
    assert codes == [("orders", "permission_denied"), ("channels", "result_invalid")]


def test_a_query_over_all_periods_is_read_for_the_one() -> None:
    order = _order(orders=replace(samples.query("orders", "shop"), span=spec.Span.ALL))
    rows = ((date(2026, 11, 9), 1), (date(2026, 11, 16), 2))
    table = base.Table(columns=("period_start", "orders"), rows=rows)
    says = {"orders": table, "sessions": _row(sessions=1), "channels": _CHANNELS}
    tried = trying.ask(order, order.client.sources["shop"], opened=Source(says=says))
    assert _figure("orders", "2") in tried.figures


def test_of_a_rate_parts_do_not_add_up() -> None:
    rate = tuple(
        replace(one, unit=metric.Unit.RATIO) if one.name == "revenue" else one
        for one in samples.asked()
    )
    order = _order()
    told = replace(order.client.reports[WEEKLY], metrics=rate)
    order = replace(order, client=replace(order.client, reports={WEEKLY: told}))
    says = {"orders": _row(revenue=1), "sessions": _row(sessions=1), "channels": _CHANNELS}
    tried = trying.ask(order, order.client.sources["shop"], opened=Source(says=says))
    assert "channels" not in {one.name for one in tried.figures}


def test_without_periods_nothing_is_asked() -> None:
    order = replace(_order(), periods={})
    tried = trying.ask(order, order.client.sources["shop"], opened=Source(says={}))
    assert (tried.figures, tried.refused) == ([], [])


def test_what_a_worker_tells_beside_is_not_taken() -> None:
    huge = Decimal("1e9999")
    ghosts = (
        _figure("ghost", "1"),
        _figure("revenue", "1"),
        replace(_figure("orders", "1"), value=huge),
    )
    refused = tuple(
        run.Failure(code=run.FailureCode.PERMISSION_DENIED, query=f"q{n}") for n in range(99)
    )
    told = wire.Source(name="shop", figures=ghosts, refused=refused)
    (found, _) = checks.checked(wire.Checked(sources=(told,)), _order()).sources
    assert found.figures == (_figure("revenue", "1"),)
    assert {one.query for one in found.refused} == {None}
    assert len(found.refused) <= 4
