"""`reportops check` and SQL that every run would refuse."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shell

SOURCES = """\
sources:
  crm: {kind: postgres, host: db.globex.example, database: crm, user: reader,
        credential: env://GLOBEX_CRM}
reports:
  weekly:
    title: Weekly
    period: week
    queries:
      deals: {source: crm, sql: deals.sql, fresh: loaded.sql}
    metrics:
      deals: {label: Deals, unit: count, from: deals.deals}
"""


@pytest.fixture
def folder(clients: Path) -> Path:
    """globex, with a source of Postgres."""
    place = clients / "globex"
    text = (place / "client.yaml").read_text("utf-8")
    (place / "client.yaml").write_text(text[: text.index("sources:")] + SOURCES, "utf-8")
    (place / "deals.sql").write_text("SELECT count(*) AS deals FROM deals", "utf-8")
    (place / "loaded.sql").write_text("SELECT max(day) FROM loads", "utf-8")
    return place


def test_what_only_reads_is_in_order(shell: Shell, folder: Path) -> None:
    assert folder.is_dir()
    result = shell("check")
    assert (result.exit_code, result.stderr) == (0, ""), result.output


@pytest.mark.parametrize(
    ("file", "sql", "said"),
    [
        ("deals.sql", "DELETE FROM deals RETURNING 1 AS deals", "it is not one single SELECT."),
        (
            "deals.sql",
            "SELECT set_config('transaction_read_only', 'off', true) AS deals",
            "set_config does more than read.",
        ),
        (
            "loaded.sql",
            "WITH a AS (DELETE FROM loads RETURNING day) SELECT max(day) FROM a",
            "its a is not a SELECT.",
        ),
        ("deals.sql", "SELECT count(*) AS FROM WHERE", "its SQL cannot be read: "),
    ],
)
def test_what_every_run_would_refuse_is_told_with_its_file(
    shell: Shell, folder: Path, *, file: str, sql: str, said: str
) -> None:
    (folder / file).write_text(sql, "utf-8")
    result = shell("check")
    assert result.exit_code == 2
    assert f"globex/{file}:1: Every run would refuse this: {said}" in result.stdout
