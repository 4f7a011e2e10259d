"""`reportops check --estimate`: what a run would read, before it reads."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Shell
from tests.contract import benches

pytestmark = pytest.mark.slow

CLIENT = """\
name: Globex
channel: C0GLOBEX1
timezone: Europe/Paris
sources:
  warehouse: {kind: bigquery, project: acme-analytics, dataset: shop, location: EU,
              maximum_bytes_billed: MOST, credential: env://GLOBEX_BIGQUERY}
reports:
  weekly:
    title: Weekly
    period: week
    history: 2
    queries:
      orders: {source: warehouse, sql: orders.sql}
    metrics:
      amount: {unit: count}
    narrative: none
"""
SQL = "SELECT SUM(amount) AS amount FROM orders WHERE day >= @period_start AND day < @period_end"


@pytest.fixture
def doubles(monkeypatch: pytest.MonkeyPatch) -> Iterator[benches.Doubles]:
    with ExitStack() as stack:
        made = benches.filled(stack)
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", made.warehouse.url)
        monkeypatch.setenv("GLOBEX_BIGQUERY", made.key)
        inside = [urlsplit(one).netloc for one in (made.warehouse.url, made.accounts.url)]
        monkeypatch.setenv("REPORTOPS_EGRESS_PRIVATE", ",".join(inside))
        yield made


def _write(clients: Path, sql: str = SQL, *, most: str = "1 GB") -> None:
    (clients / "globex/client.yaml").write_text(CLIENT.replace("MOST", most), "utf-8")
    (clients / "globex/orders.sql").write_text(sql, "utf-8")


def test_each_query_is_told_with_what_it_reads_and_nothing_is_run(
    shell: Shell, clients: Path, doubles: benches.Doubles
) -> None:
    _write(clients)
    result = shell("check", "--estimate")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        "globex weekly: orders reads 21 MB, about $0.0001 a run",
        "One run of each of 1 report would cost about $0.0001.",
    ]
    assert not doubles.warehouse.jobs


def test_a_query_over_its_limit_is_told_before_it_is_refused(
    shell: Shell, clients: Path, doubles: benches.Doubles
) -> None:
    _write(clients, most="1 MB")
    result = shell("check", "--estimate")
    assert "one period reads 10.5 MB, maximum_bytes_billed is 1 MB: refused" in result.stdout
    assert not doubles.warehouse.jobs


@pytest.mark.usefixtures("doubles")
def test_a_query_that_cannot_be_told_fails(shell: Shell, clients: Path) -> None:
    _write(clients, SQL.replace("orders", "absent"))
    result = shell("check", "--estimate")
    assert result.exit_code == 1
    assert "globex weekly: BigQuery cannot run the query “orders” (orders.sql)." in result.stderr
