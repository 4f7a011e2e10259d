"""What runs cost: per client, per report, per line. Spans are half-open and in UTC."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.domain import ids, money
from bot.store import codec, database, statements


def _sql(name: str) -> str:
    return statements.get("ledger", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One report of one client in a span. Money is in US dollars."""

    client: ids.ClientId
    report: ids.ReportName
    reports: int = 0
    """Runs that made their report."""
    reruns: int = 0
    """Of them, those that a person asked for."""
    model: Decimal = Decimal(0)
    warehouse: Decimal = Decimal(0)
    credits: Decimal = Decimal(0)
    """Snowflake's, as estimated; what they cost is in ``warehouse`` too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of cost, as the CSV has it."""

    at: datetime
    client: ids.ClientId
    report: ids.ReportName
    run: ids.RunId
    attempt: int
    usage: money.Usage


class Ledger:
    """Usage and cost."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def spent(
        self, start: datetime, end: datetime, *, client: ids.ClientId | None = None
    ) -> Sequence[Spent]:
        """What each report of each client cost, by client and report; one without cost counts."""
        values = _span(start, end, client=client)
        return await self._database.read(lambda connection: _spent(connection, values))

    async def model_cost(
        self, start: datetime, end: datetime, *, client: ids.ClientId | None = None
    ) -> Decimal:
        """What the model cost one client, or all of them: what a budget is held against."""
        values = {**_span(start, end, client=client), "kind": money.UsageKind.MODEL.value}
        return await self._total("costs", values)

    async def run_cost(self, run_id: ids.RunId) -> Decimal:
        """What one run cost, over all its attempts."""
        return await self._total("of_run", {"run": run_id})

    async def of_run(self, run_id: ids.RunId) -> Sequence[money.Usage]:
        """What one run used, over all its attempts, oldest first."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("lines_of_run"), run=run_id)
        )
        return [_line(row).usage for row in found]

    async def counted(self, run_id: ids.RunId) -> Mapping[str, int]:
        """Query → the newest attempt of the run that told what the warehouse took for it."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("lines_of_run"), run=run_id)
        )
        newest: dict[str, int] = {}
        for line in map(_line, found):
            if line.usage.kind is money.UsageKind.BIGQUERY:
                item = line.usage.item
                newest[item] = max(line.attempt, newest.get(item, 0))
        return newest

    async def lines(
        self, start: datetime, end: datetime, *, client: ids.ClientId | None = None
    ) -> Sequence[Line]:
        """Every line of cost, oldest first."""
        values = _span(start, end, client=client)
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("lines"), **values)
        )
        return [_line(row) for row in found]

    async def _total(self, name: str, values: database.Values) -> Decimal:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return sum((codec.money(row, "cost") for row in found), Decimal(0))


def _span(start: datetime, end: datetime, *, client: ids.ClientId | None) -> database.Values:
    return {"start": codec.instant(start), "end": codec.instant(end), "client": client}


def _spent(connection: sqlite3.Connection, values: database.Values) -> Sequence[Spent]:
    found: dict[tuple[ids.ClientId, ids.ReportName], Spent] = {}
    for row in database.rows(connection, _sql("made"), **values):
        name = (codec.client(row), codec.report(row))
        found[name] = Spent(
            client=name[0],
            report=name[1],
            reports=codec.count(row, "reports"),
            reruns=codec.count(row, "reruns"),
        )
    for row in database.rows(connection, _sql("costs"), **{**values, "kind": None}):
        name = (codec.client(row), codec.report(row))
        found[name] = _add(found.get(name, Spent(client=name[0], report=name[1])), row)
    return [found[name] for name in sorted(found)]


def _add(spent: Spent, row: sqlite3.Row) -> Spent:
    cost = codec.money(row, "cost")
    if money.UsageKind(codec.text(row, "kind")) is money.UsageKind.MODEL:
        return replace(spent, model=spent.model + cost)
    taken = codec.money(row, "credits")
    return replace(spent, warehouse=spent.warehouse + cost, credits=spent.credits + taken)


def _line(row: sqlite3.Row) -> Line:
    return Line(
        at=codec.moment(row, "at"),
        client=codec.client(row),
        report=codec.report(row),
        run=ids.RunId(codec.text(row, "run")),
        attempt=codec.count(row, "attempt"),
        usage=money.Usage(
            kind=money.UsageKind(codec.text(row, "kind")),
            item=codec.text(row, "item"),
            cost=codec.money(row, "cost"),
            input_tokens=codec.count(row, "input_tokens"),
            output_tokens=codec.count(row, "output_tokens"),
            cache_read_tokens=codec.count(row, "cache_read_tokens"),
            cache_write_tokens=codec.count(row, "cache_write_tokens"),
            bytes_billed=codec.count(row, "bytes_billed"),
            credits=codec.money(row, "credits"),
            estimated=bool(codec.count(row, "estimated")),
        ),
    )
