"""Kinds of other packages: found, refused where they are broken, and run like our own.

``example/`` is what such a package looks like once it is installed.
"""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module, metadata
from pathlib import Path
from typing import cast

import pytest

from bot import errors, kinds, wire
from bot.catalog import load, schema
from bot.domain import client, ids, report, run
from bot.kinds import installed
from bot.worker import pipeline
from bot.worker.sources import base
from tests import samples
from tests.catalog import folder

EXAMPLE = Path(__file__).parent / "example"
YAML = """\
name: Globex
channel: C0GLOBEX1
timezone: Europe/Paris
sources:
  sales: {kind: crm, workspace: globex, credential: env://GLOBEX_CRM}
reports:
  weekly:
    title: Weekly KPIs
    period: week
    history: 4
    queries:
      deals: {source: sales, request: {stages: [won], least: "50"}}
    metrics:
      amount: {unit: currency}
      deals: {unit: count}
"""
GLOBEX = ids.ClientId("globex")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> installed.Kinds:
    monkeypatch.setattr(sys, "path", [*sys.path, str(EXAMPLE)])
    return installed.Kinds(kinds.OURS, tuple(metadata.entry_points(group=installed.GROUP)))


@pytest.fixture
def known(found: installed.Kinds, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot as if the packages had been there when it started."""
    for name, value in vars(found).items():
        monkeypatch.setattr(kinds.KINDS, name, value)


def _order(of: client.Client, token: str = "crm-demo") -> wire.RunOrder:
    return wire.RunOrder(
        run=ids.RunId("0123456789abcdef"),
        attempt=1,
        client=of,
        report=samples.WEEKLY,
        period=samples.THIS_WEEK,
        as_of=datetime(2026, 11, 23, 5, tzinfo=UTC),
        credentials={"env://GLOBEX_CRM": token},
        deadline_seconds=15,
        scratch=Path("nowhere"),
    )


def _client(place: Path, text: str = YAML) -> client.Client:
    folder.write(place, text=text)
    found = load.load(place, demo=False)
    assert not found.faults
    return found.clients[GLOBEX]


async def _failure(order: wire.RunOrder) -> run.Failure:
    outcome = await pipeline.run(order, lambda _: None)
    assert isinstance(outcome, wire.RunFailed)
    return outcome.failure


def test_an_installed_kind_is_found_without_its_client(found: installed.Kinds) -> None:
    assert list(found) == [*kinds.OURS, "crm"]
    assert found["crm"].label == "Example CRM"


def test_who_asks_for_one_kind_loads_no_other(
    found: installed.Kinds, capfd: pytest.CaptureFixture[str]
) -> None:
    assert found["duckdb"] is kinds.OURS["duckdb"]
    assert found["crm"].name == "crm"
    assert "torn says hello" not in capfd.readouterr().err
    assert "torn" not in found
    assert "torn says hello" in capfd.readouterr().err


@pytest.mark.usefixtures("known")
def test_a_package_that_takes_a_name_of_ours_takes_nothing(tmp_path: Path) -> None:
    assert "duckdb" in kinds.KINDS.broken
    folder.write(tmp_path)
    assert not load.load(tmp_path, demo=False).faults


def test_a_broken_package_is_one_clear_sentence_and_stops_no_other(found: installed.Kinds) -> None:
    why = {
        "torn": "RuntimeError: it wants a newer reportops",
        "alien": "TypeError: reportops_crm.kind:CrmSettings is no bot.kinds.Kind",
        "duckdb": "ValueError: there is a kind of this name already",
        "other": "ValueError: its kind calls itself crm",
    }
    assert found.broken == {
        name: f"The package reportops-torn cannot be used ({said})." for name, said in why.items()
    }


@pytest.mark.slow
def test_a_python_that_has_the_package_knows_its_kind_and_imports_no_client() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; from bot import kinds; "
        "print(sorted(kinds.KINDS), 'reportops_crm.source' in sys.modules)"
    )
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-I", "-c", code, root, str(EXAMPLE)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout == f"{sorted([*kinds.OURS, 'crm'])} False\n"
    assert "torn says hello" in told.stderr


@pytest.mark.usefixtures("known")
def test_a_client_that_names_a_broken_kind_is_told_why(tmp_path: Path) -> None:
    text = YAML.replace("kind: crm", "kind: torn")
    fault = next(one for one in folder.faults(tmp_path, text) if one.key == "sources.sales.kind")
    assert "it wants a newer reportops" in fault.problem
    assert "Install a version" in fault.remedy


@pytest.mark.usefixtures("known")
def test_a_request_is_checked_by_its_own_kind(tmp_path: Path) -> None:
    (asked,) = _client(tmp_path).reports[samples.WEEKLY].queries
    assert asked.request == {"stages": ["won"], "least": 50}
    assert (asked.sql, asked.file) == ("", "client.yaml")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("written", "key", "problem", "remedy"),
    [
        ("request: {stages: [won], lest: 1}", "request.lest", "not known", "least"),
        ("request: {stages: [open]}", "request.stages[0]", "none of the choices", "won or lost"),
        ("request: {}", "request.stages", "required", ""),
        ("request: {stages: [won], least: -1}", "request.least", "less than 0", "0 or more"),
        ("sql: orders.sql", "sql", "A crm source takes no file", "request:"),
        ("optional: true", "request", "Nothing is asked", "request:"),
        ("request: {stages: [won]}, span: all", "span", "for each period", "out"),
        ("request: {stages: [won]}, sql: orders.sql", "request", "not both", "request:"),
        ("request: won", "request", "not a group", "Indent"),
    ],
)
def test_a_faulty_request_is_told_with_its_place(
    written: str, key: str, problem: str, remedy: str, *, tmp_path: Path
) -> None:
    text = YAML.replace('request: {stages: [won], least: "50"}', written)
    (fault,) = folder.faults(tmp_path, text)
    assert fault.key == f"reports.weekly.queries.deals.{key}"
    assert fault.line == 12
    assert problem in fault.problem
    assert remedy in fault.remedy


@pytest.mark.usefixtures("known")
def test_the_schema_of_client_yaml_has_its_settings_and_its_request() -> None:
    made = schema.text()
    assert '"#/$defs/source_crm"' in made
    assert '"#/$defs/request_crm"' in made


def test_a_source_in_sql_takes_no_request(tmp_path: Path) -> None:
    text = folder.edit("sql: orders.sql", "request: {a: b}")
    fault = folder.only(tmp_path, text)
    assert (fault.key, fault.problem) == (
        "reports.weekly.queries.orders.request",
        "A duckdb source takes no request.",
    )


@pytest.mark.usefixtures("known")
async def test_it_is_run_like_our_own(tmp_path: Path) -> None:
    outcome = await pipeline.run(_order(_client(tmp_path)), lambda _: None)
    assert isinstance(outcome, wire.ReportMade), outcome
    made = outcome.report
    amount, deals = made.metrics
    assert (amount.value, amount.previous, deals.value) == (700, 700, 7)
    assert [point.value for point in amount.history] == [Decimal(700)] * 4
    assert made.identities == (
        report.Identity(source="sales", name="Globex", account="globex", currency="EUR"),
    )
    assert [(one.code, one.subject) for one in made.findings] == [
        ("provisional", "deals"),
        ("data_incomplete", "deals"),
        ("sampled", "deals"),
    ]
    (origin,) = made.provenance
    assert (origin.data_to, origin.provisional_from) == (date(2026, 11, 21), date(2026, 11, 22))


@pytest.mark.usefixtures("known")
async def test_it_is_asked_as_much_at_once_as_it_can_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm = cast("type[base.Batching]", import_module("reportops_crm.source").Crm)
    answer, sizes = crm.read_all, list[int]()

    def counted(self: base.Batching, asks: Sequence[base.Ask]) -> Sequence[base.Answer]:
        sizes.append(len(asks))
        return answer(self, asks)

    monkeypatch.setattr(crm, "read_all", counted)
    outcome = await pipeline.run(_order(_client(tmp_path)), lambda _: None)
    assert isinstance(outcome, wire.ReportMade)
    assert sizes == [3, 1]


@pytest.mark.usefixtures("known")
async def test_money_in_another_currency_is_refused_not_mixed(tmp_path: Path) -> None:
    text = YAML.replace("timezone:", "currency: USD\ntimezone:")
    failure = await _failure(_order(_client(tmp_path, text)))
    assert failure.code is run.FailureCode.OTHER_CURRENCY
    assert failure.params == {"given": "EUR", "wanted": "USD"}
    only_counts = text.replace("      amount: {unit: currency}\n", "")
    outcome = await pipeline.run(_order(_client(tmp_path, only_counts)), lambda _: None)
    assert isinstance(outcome, wire.ReportMade)


@pytest.mark.usefixtures("known")
async def test_its_credential_is_its_own_and_stays_its_secret(tmp_path: Path) -> None:
    of = _client(tmp_path)
    wrong = await _failure(_order(of, "no-crm-token"))
    assert wrong.code is run.FailureCode.CREDENTIAL_INVALID
    assert wrong.params["fault"] == "it does not begin with crm-"
    revoked = await _failure(_order(of, "crm-revoked"))
    assert revoked.code is run.FailureCode.CREDENTIAL_REFUSED
    assert revoked.said == "token *** is gone"
    assert (await _failure(_order(of, ""))).code is run.FailureCode.CREDENTIAL_MISSING


@pytest.mark.usefixtures("known")
async def test_a_client_library_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = _client(tmp_path)
    monkeypatch.setitem(sys.modules, "reportops_crm.source", None)
    failure = await _failure(_order(of))
    assert failure.code is run.FailureCode.CONFIGURATION
    assert "reportops_crm.source is not installed" in errors.describe(failure)
