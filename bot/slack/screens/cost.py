"""`/report cost`: a month in US dollars, for operators and never where a client reads."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bot.domain import bill, delivery
from bot.slack import blocks, ids, limits, moments
from bot.slack.screens import dollars


def draw(view: bill.Costs) -> delivery.Body:
    """Return the month: the sum first, then each client, then who pays whom."""
    head = " · ".join(_head(view))
    by_report = any(row.report for row in view.rows)
    kind = "Report" if by_report else "Client"
    rows = [[kind, "Reports", "Cost"], *(_row(row) for row in _by_cost(view))]
    asked = f"{view.month:%Y-%m} {view.only or ''}".strip()
    parts = [
        blocks.section(head),
        *((blocks.table(rows),) if view.rows else ()),
        blocks.context(_payers(view)),
        blocks.actions(
            blocks.button("CSV by direct message", ids.COST_CSV, value=asked),
            *(() if by_report else (blocks.button("By report", ids.COST_REPORTS, value=asked),)),
        ),
    ]
    return limits.fit(delivery.Body(text=head, blocks=tuple(parts)))


def _head(view: bill.Costs) -> Iterator[str]:
    reports = sum(row.reports for row in view.rows)
    each = f" ({dollars.told(view.total / reports)} each)" if reports else ""
    noun = "report" if reports == 1 else "reports"
    start = f"{moments.month(view.month)} to {moments.day(view.until)}"
    yield f"{start}: {dollars.told(view.total)} for {reports} {noun}{each}"
    if view.forecast is not None:
        yield f"forecast {dollars.told(view.forecast)}"
    if view.budget is not None:
        used = dollars.share(_model(view), view.budget)
        yield f"AI budget {dollars.told(view.budget)} ({used} used)"
    before = moments.month(_month_before(view.month))
    yield f"{before} {dollars.told(view.previous_total)}"


def _by_cost(view: bill.Costs) -> list[bill.CostRow]:
    return sorted(view.rows, key=lambda row: (-(row.model + row.warehouse), row.name.casefold()))


def _row(row: bill.CostRow) -> list[str]:
    reruns = f" ({row.reruns} {'rerun' if row.reruns == 1 else 'reruns'})" if row.reruns else ""
    cost = dollars.told(row.model + row.warehouse)
    if row.budget is not None:
        cost = f"{cost} (AI {dollars.share(row.model, row.budget)} of {dollars.told(row.budget)})"
    name = f"{row.name} · {row.report}" if row.report else row.name
    return [name, f"{row.reports}{reruns}", cost]


def _payers(view: bill.Costs) -> str:
    warehouse = sum((row.warehouse for row in view.rows), Decimal(0))
    paid = f"Clients pay: warehouses {dollars.told(warehouse)}"
    taken = sum((row.credits for row in view.rows), Decimal(0))
    if taken:
        paid = f"{paid} (Snowflake: about {taken:.2f} credits)"
    return f"You pay: AI {dollars.told(_model(view))}. {paid}"


def _model(view: bill.Costs) -> Decimal:
    return sum((row.model for row in view.rows), Decimal(0))


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
