"""Money: who may ask, what a month comes to, and what leaves as CSV."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot import errors
from bot.access import Kind
from bot.domain import ids, money
from bot.operations import costs
from bot.store import ledger
from tests.operations import house
from tests.operations.house import House
from tests.store import make


async def test_a_month_has_each_clients_costs_and_a_forecast(home: House) -> None:
    await home.sent()
    told = await home.operations.costs.month(house.asker())
    (row,) = told.rows
    assert (row.client, row.reports, row.model) == ("acme", 1, make.USAGE.cost)
    assert (told.month, told.until) == (date(2026, 11, 1), date(2026, 11, 23))
    assert told.forecast is not None
    assert told.forecast > told.total == make.USAGE.cost
    only = await home.operations.costs.month(house.asker(), ("globex",))
    assert only.rows == ()


async def test_a_month_can_be_told_by_report(home: House) -> None:
    sent = await home.sent()
    told = await home.operations.costs.month(house.asker(), ("acme",), by_report=True)
    (row,) = told.rows
    title = home.clients.by_id[sent.client].reports[sent.report].title
    assert (row.name, row.report, row.model) == ("Acme Corp", title, make.USAGE.cost)
    assert told.only == "acme"


def test_a_button_carries_the_month_and_the_client() -> None:
    assert costs.asked("2026-10 acme") == (date(2026, 10, 1), ["acme"])
    assert costs.asked("") == (None, [])


async def test_another_month_is_what_it_was(home: House) -> None:
    await home.sent()
    told = await home.operations.costs.month(house.asker(), month=date(2026, 10, 1))
    assert (told.total, told.forecast, told.until) == (0, None, date(2026, 10, 31))
    with pytest.raises(errors.UsageError, match="has not begun"):
        await home.operations.costs.month(house.asker(), month=date(2026, 12, 1))


@pytest.mark.parametrize("where", ["acme", "elsewhere"])
async def test_costs_are_told_where_nobody_reads_along(home: House, where: str) -> None:
    await home.operations.costs.month(house.asker(where="direct"))
    with pytest.raises(errors.UsageError, match="ops channel or in a direct message"):
        await home.operations.costs.month(house.asker(where=where))


@pytest.mark.parametrize("where", ["ops", "direct", "acme"])
async def test_others_learn_no_costs_anywhere(home: House, where: str) -> None:
    who = house.asker(Kind.MEMBER, where)
    for ask in (home.operations.costs.month, home.operations.costs.lines):
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await ask(who)


async def test_the_sheet_holds_every_line(home: House) -> None:
    await home.sent()
    text = await home.operations.costs.lines(house.asker())
    head, line = text.splitlines()
    assert head.startswith("at,client,report,ref,attempt,kind,item,input_tokens")
    assert f"model,{make.USAGE.item},1200,210,0,0,0,0.0123456789,0,0" in line
    only = await home.operations.costs.lines(house.asker(), ("globex",))
    assert only.splitlines() == [head]


def test_a_cell_that_a_spreadsheet_would_run_is_made_text() -> None:
    line = ledger.Line(
        at=datetime(2026, 11, 23, tzinfo=UTC),
        client=ids.ClientId("acme"),
        report=ids.ReportName("weekly"),
        run=ids.RunId("0000000000007k2f"),
        attempt=1,
        usage=replace(make.USAGE, item="=cmd()", kind=money.UsageKind.BIGQUERY),
    )
    assert ",bigquery,'=cmd()," in costs.sheet([line])


def test_credits_are_told_as_an_estimate() -> None:
    taken = money.Usage(
        kind=money.UsageKind.SNOWFLAKE,
        item="orders",
        cost=Decimal("0.039"),
        credits=Decimal("0.013"),
        estimated=True,
    )
    line = ledger.Line(
        at=datetime(2026, 11, 23, tzinfo=UTC),
        client=ids.ClientId("acme"),
        report=ids.ReportName("weekly"),
        run=ids.RunId("0000000000007k2f"),
        attempt=1,
        usage=taken,
    )
    head, row = costs.sheet([line]).splitlines()
    assert head.endswith(",bytes_billed,cost_usd,credits,estimated")
    assert row.endswith(",1,snowflake,orders,0,0,0,0,0,0.039,0.013,1")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 1, 6, tzinfo=UTC), Decimal(90)),
        (datetime(2026, 11, 16, tzinfo=UTC), Decimal(6)),
        (datetime(2026, 12, 1, tzinfo=UTC), None),
        (datetime(2027, 1, 9, tzinfo=UTC), None),
    ],
)
def test_a_forecast_goes_on_at_the_months_pace(now: datetime, expected: Decimal | None) -> None:
    assert costs.forecast(Decimal(3), first=date(2026, 11, 1), now=now) == expected
