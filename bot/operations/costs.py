"""What a month cost, and will have cost at its end; for operators only."""

import calendar
import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bot import errors
from bot.access import Operation
from bot.domain import bill, client, ids
from bot.operations import grammar, ports, scope
from bot.store import ledger

_DAY = timedelta(days=1)


class Costs:
    """What may be asked about money."""

    def __init__(self, scope: scope.Scope, needs: ports.Needs, *, budget: Decimal | None) -> None:
        self._scope = scope
        self._needs = needs
        self._budget = budget

    async def month(
        self,
        asker: scope.Asker,
        names: Sequence[str] = (),
        *,
        month: date | None = None,
        by_report: bool = False,
    ) -> bill.Costs:
        """`/report cost [MONTH] [CLIENT]`: each client's month, its forecast and budget; or, asked
        ``by_report``, each report's.

        Months are UTC's: one bill for clients of many zones. In the ops channel and by direct
        message no client is implied.
        """
        only = self._only(asker, names)
        today = self._scope.now().date()
        first = self._first(month, today)
        before = (first - _DAY).replace(day=1)
        spent = await self._spent(first, only)
        total = sum((one.model + one.warehouse for one in spent), Decimal(0))
        return bill.Costs(
            month=first,
            until=min(today, _next(first) - _DAY),
            rows=tuple(map(self._report, spent)) if by_report else self._rows(spent),
            previous_total=sum(
                (one.model + one.warehouse for one in await self._spent(before, only)), Decimal(0)
            ),
            forecast=forecast(total, first=first, now=self._scope.now()),
            budget=only.budget if only else self._budget,
            only=only.id if only else None,
        )

    async def lines(
        self, asker: scope.Asker, names: Sequence[str] = (), *, month: date | None = None
    ) -> str:
        """The month as CSV text, one line of cost per row, oldest first; of one client if named."""
        only = self._only(asker, names)
        first = self._first(month, self._scope.now().date())
        found = await self._needs.store.ledger.lines(
            _start(first), _start(_next(first)), client=only.id if only else None
        )
        return sheet(found)

    def _only(self, asker: scope.Asker, names: Sequence[str]) -> client.Client | None:
        if not names:
            self._scope.allow(asker, Operation.COST)
            return None
        return self._scope.one(asker, names, to=Operation.COST).client

    def _first(self, month: date | None, today: date) -> date:
        first = (month or today).replace(day=1)
        if first > today:
            raise errors.UsageError(f"{first:%Y-%m} has not begun yet.")
        return first

    async def _spent(self, first: date, only: client.Client | None) -> Sequence[ledger.Spent]:
        return await self._needs.store.ledger.spent(
            _start(first), _start(_next(first)), client=only.id if only else None
        )

    def _rows(self, spent: Sequence[ledger.Spent]) -> tuple[bill.CostRow, ...]:
        found: dict[ids.ClientId, list[ledger.Spent]] = {}
        for one in spent:
            found.setdefault(one.client, []).append(one)
        return tuple(self._row(name, of) for name, of in found.items())

    def _report(self, one: ledger.Spent) -> bill.CostRow:
        about = self._scope.find(one.client)
        known = about.reports.get(one.report) if about else None
        row = self._row(one.client, [one])
        return replace(row, budget=None, report=known.title if known else one.report)

    def _row(self, name: ids.ClientId, spent: Sequence[ledger.Spent]) -> bill.CostRow:
        about = self._scope.find(name)
        return bill.CostRow(
            client=name,
            name=about.name if about else name,
            reports=sum(one.reports for one in spent),
            reruns=sum(one.reruns for one in spent),
            model=sum((one.model for one in spent), Decimal(0)),
            warehouse=sum((one.warehouse for one in spent), Decimal(0)),
            credits=sum((one.credits for one in spent), Decimal(0)),
            budget=about.budget if about else None,
        )


def forecast(total: Decimal, *, first: date, now: datetime) -> Decimal | None:
    """Return what the month will have cost at its end, at the pace of what is gone of it.

    None: a past month is what it was. The first day counts whole, so that one early report does not
    make a fortune of the month.
    """
    days = calendar.monthrange(first.year, first.month)[1]
    gone = (now - _start(first)) / _DAY
    if gone >= days:
        return None
    return total * days / Decimal(str(max(gone, 1.0)))


def sheet(found: Sequence[ledger.Line]) -> str:
    """Return lines of cost as CSV; a cell that a spreadsheet would run is made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for line in found:
        used = line.usage
        cells = (line.at.isoformat(), line.client, line.report, ids.short_ref(line.run))
        counts = (used.input_tokens, used.output_tokens, used.cache_read_tokens)
        writer.writerow(
            [
                *(_inert(cell) for cell in cells),
                line.attempt,
                used.kind.value,
                _inert(used.item),
                *counts,
                used.cache_write_tokens,
                used.bytes_billed,
                f"{used.cost:f}",
                f"{used.credits:f}",
                int(used.estimated),
            ]
        )
    return out.getvalue()


_HEAD = (
    *("at", "client", "report", "ref", "attempt", "kind", "item"),
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("bytes_billed", "cost_usd", "credits", "estimated"),
)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def asked(text: str) -> tuple[date | None, Sequence[str]]:
    """Return the month and the clients that a button carries, as in ``2026-11 acme``; None: the
    running month. Raises UsageError.
    """
    month, *names = text.split() or [""]
    return (grammar.parse_month(month) if month else None), names
