"""The SQL beside each module and the names in Python stay in step."""

import re
import sqlite3
from pathlib import Path

import pytest

from bot import store
from bot.store import migrations, statements

FOLDER = Path(store.__file__).parent
MODULES = sorted(file.stem for file in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("module", MODULES)
def test_every_statement_is_used_and_every_used_one_is_there(module: str) -> None:
    text = (FOLDER / f"{module}.py").read_text("utf-8")
    quoted = set(re.findall(r'"(\w+)"', text))
    used = set(re.findall(r'_sql\("(\w+)"\)', text))
    named = set(statements.load(module))
    assert named <= quoted, "never used"
    assert used <= named, "not there"


@pytest.mark.parametrize("module", MODULES)
def test_every_block_is_one_statement(module: str) -> None:
    for name, sql in statements.load(module).items():
        assert sqlite3.complete_statement(sql + ";"), name
        code = [line for line in sql.splitlines() if not line.startswith("--")]
        assert ";" not in "".join(code), name


def test_no_sql_stands_in_python() -> None:
    sql = re.compile(r'"(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|COMMIT|ROLLBACK)\b')
    found = [
        file.name
        for file in FOLDER.rglob("*.py")
        if file.name != "__init__.py" and sql.search(file.read_text("utf-8"))
    ]
    assert not found


def test_a_script_is_split_into_its_statements() -> None:
    script = "-- why; not\nCREATE TABLE a (b TEXT);\nINSERT INTO a VALUES (';');\n-- the end"
    first, second, *rest = statements.split(script)
    assert first.endswith("(b TEXT);")
    assert second == "INSERT INTO a VALUES (';');"
    assert rest == ["-- the end"]


@pytest.mark.parametrize(
    ("module", "name"),
    [("deliveries", name) for name in ("due", "wake", "stale", "of_run", "of_message")]
    + [("promises", "awaited")]
    + [("runs", name) for name in ("same", "in_status", "due", "latest")]
    + [("incidents", name) for name in ("over", "unattended", "broken_promises", "stale_notices")],
)
def test_what_every_sweep_asks_reads_no_whole_table(module: str, name: str) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for step in migrations.everything():
        step.apply(connection)
    sql = statements.get(module, name)
    values: dict[str, str | None] = dict.fromkeys(re.findall(r":(\w+)", sql))
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values | {"status": "[]"}).fetchall()
    connection.close()
    steps = [str(step[3]) for step in plan]
    assert not [step for step in steps if re.match(r"SCAN (?!.*INDEX)(?!json_each|\()", step)]
