"""`reportops check --online`: what a source is asked, and what a person at a terminal is."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Shell
from tests.contract import benches

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="a pty")]

CLIENT = """\
name: Hermes
channel: C0GLOBEX1
stage: live
timezone: Europe/Paris
sources:
  warehouse: {kind: bigquery, project: acme-analytics, dataset: shop, location: EU,
              credential: env://GLOBEX_BIGQUERY}
reports:
  weekly:
    title: Weekly
    period: week
    queries:
      orders: {source: warehouse, sql: orders.sql}
    metrics:
      amount: {unit: count}
"""
TOLD = "  BigQuery: acme-analytics.shop: "


@pytest.fixture
def doubles(clients: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[benches.Doubles]:
    (clients / "globex/client.yaml").write_text(CLIENT, "utf-8")
    (clients / "globex/orders.sql").write_text("SELECT 1 AS amount", "utf-8")
    with ExitStack() as stack:
        made = benches.filled(stack)
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", made.warehouse.url)
        monkeypatch.setenv("GLOBEX_BIGQUERY", made.key)
        inside = [urlsplit(one).netloc for one in (made.warehouse.url, made.accounts.url)]
        monkeypatch.setenv("REPORTOPS_EGRESS_PRIVATE", ",".join(inside))
        yield made


def _at_a_terminal(answer: str) -> str:
    """What is printed where somebody sits and types."""
    outer, inner = os.openpty()
    try:
        os.write(outer, answer.encode())
        ran = subprocess.run(
            [sys.executable, "-m", "bot.cli", "check", "--online", "globex"],
            stdin=inner,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(inner)
        os.close(outer)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.usefixtures("shell", "doubles")
@pytest.mark.parametrize(("answer", "confirmed"), [("y\n", True), ("\n", False)])
def test_who_sits_at_a_terminal_is_asked_and_no_is_the_default(
    answer: str, confirmed: bool
) -> None:
    told = _at_a_terminal(answer)
    assert f"{TOLD}not confirmed yet" in told
    assert "  Is this Hermes'? [y/N]: " in told
    assert ("Confirmed for Hermes." in told) is confirmed


@pytest.mark.usefixtures("doubles")
def test_one_command_confirms_after_an_upgrade(shell: Shell) -> None:
    assert "Not confirmed; reportops check --online globex --confirm does it." in (
        shell("check", "--online").stdout
    )
    assert "Confirmed for Hermes." in shell("check", "--online", "--confirm").stdout
    assert f"{TOLD}confirmed" in shell("check", "--online").stdout


def test_a_project_that_is_not_there_is_not_believed(
    shell: Shell, doubles: benches.Doubles, clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clients / "globex/client.yaml"
    file.write_text(CLIENT.replace("dataset: shop", "dataset: shp"), "utf-8")
    result = shell("check", "--online", "--confirm")
    assert result.exit_code == 1
    assert "the data set acme-analytics.shp is not there" in result.stdout
    file.write_text(CLIENT.replace("acme-analytics", "acme-analytisc"), "utf-8")
    key = json.dumps(doubles.accounts.service_account("other@acme.example", "other"))
    monkeypatch.setenv("GLOBEX_BIGQUERY", key)
    result = shell("check", "--online", "--confirm")
    assert result.exit_code == 1
    assert "Confirmed" not in result.stdout
    assert "Project acme-analytisc" in result.stdout
