"""A client's folder for tests: one good one, and ways to spoil it."""

from pathlib import Path

from bot.catalog import load
from bot.domain import views

GOOD = """\
name: Globex
channel: C0GLOBEX1
stage: live
owner: U0CLAIRE
timezone: Europe/Paris
sources:
  shop: {kind: duckdb, setup: load.sql}
  warehouse:
    kind: bigquery
    project: globex-analytics
    credential: env://GLOBEX_BIGQUERY
reports:
  weekly:
    title: Weekly KPIs
    schedule: {cron: "0 6 * * 1", post_at: "08:30", deliver_by: "09:00"}
    period: week
    compare: [previous, last_year]
    queries:
      orders: {source: shop, sql: orders.sql}
      spend: {source: warehouse, sql: spend.sql}
    metrics:
      revenue: {unit: currency}
      ad_spend: {unit: currency, better: lower}
      roas: {unit: ratio, formula: revenue / ad_spend}
    breakdowns:
      channels: {source: shop, sql: channels.sql, by: channel, metric: revenue}
    narrative: {model: claude-haiku-5-5}
"""
FILES = {
    "load.sql": "CREATE VIEW orders AS SELECT 1 AS revenue, 'x' AS channel;\n",
    "orders.sql": "SELECT 1 AS revenue WHERE $period_start < $period_end\n",
    "channels.sql": "SELECT channel, revenue FROM orders\n",
    "spend.sql": "SELECT 1 AS ad_spend FROM t WHERE day >= @period_start\n",
}


def write(root: Path, name: str = "globex", text: str | bytes = GOOD) -> Path:
    """Write a client's folder and return its path."""
    path = root / name
    path.mkdir(parents=True, exist_ok=True)
    for file, content in FILES.items():
        (path / file).write_text(content, "utf-8")
    raw = text.encode() if isinstance(text, str) else text
    (path / "client.yaml").write_bytes(raw)
    return path


def edit(old: str, new: str, text: str = GOOD) -> str:
    """Return the text with one place changed, which must be there."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def other(name: str) -> str:
    """Return a good file that shares nothing with GOOD."""
    return (
        GOOD.replace("globex", name)
        .replace("GLOBEX_BIGQUERY", f"{name.upper()}_BIGQUERY")
        .replace("C0GLOBEX1", f"C0{name.upper()}1")
    )


def faults(root: Path, text: str | bytes = GOOD) -> tuple[views.Fault, ...]:
    """Write one client and return what is wrong with it."""
    write(root, text=text)
    return load.load(root, demo=False).faults


def only(root: Path, text: str | bytes = GOOD) -> views.Fault:
    """Write one client and return the one fault it has."""
    found = faults(root, text)
    assert len(found) == 1, [str(fault) for fault in found]
    return found[0]


def line_of(part: str, text: str) -> int:
    """Return the number of the line that holds the part."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)
