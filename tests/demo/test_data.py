"""The demo's figures: always the same, and good enough for the sample clients' own SQL."""

import hashlib
import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bot.catalog import load
from bot.demo import data
from bot.domain import ids
from tests.gates import source

MONDAY = date(2026, 11, 23)
WEEK = timedelta(days=7)
WEEKLY = ids.ReportName("weekly")


@pytest.fixture(name="clients", scope="module")
def _clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo") / "clients"
    shutil.copytree(source.ROOT / "clients", place)
    data.write(place, today=MONDAY, seed=7)
    return place


def ask(clients: Path, client: str, query: str, *, start: date) -> list[tuple[object, ...]]:
    """Run one query of a sample client, as it stands in its folder."""
    spec = load.load(clients, demo=True).clients[ids.ClientId(client)]
    report = spec.reports[WEEKLY]
    (wanted,) = (q for q in (*report.queries, *report.breakdowns) if q.name == query)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"SET file_search_path = '{clients / client}'")
        setup = str(spec.sources[wanted.source].settings["setup"])
        connection.execute((clients / client / setup).read_text("utf-8"))
        values = {"period_start": start, "period_end": start + WEEK}
        return connection.execute(wanted.sql, values).fetchall()


def one(clients: Path, client: str, query: str, *, start: date) -> tuple[Decimal, ...]:
    (row,) = ask(clients, client, query, start=start)
    return tuple(Decimal(str(cell)) for cell in row if not isinstance(cell, date))


def weeks(count: int) -> list[date]:
    return [MONDAY - WEEK * back for back in range(1, count + 1)]


def test_acme_sells_every_week_of_the_trend_and_a_year_ago(clients: Path) -> None:
    for start in [*weeks(8), MONDAY - WEEK * 53]:
        orders, revenue = one(clients, "acme", "orders", start=start)
        (sessions,) = one(clients, "acme", "traffic", start=start)
        assert 800 < orders < 2000
        assert 30 < revenue / orders < 50
        assert Decimal("0.015") < orders / sessions < Decimal("0.025")


def test_acmes_spend_answers_for_all_weeks_at_once(clients: Path) -> None:
    rows = ask(clients, "acme", "spend", start=MONDAY - WEEK)
    assert [row[0] for row in rows] == [MONDAY - WEEK]
    (_, revenue) = one(clients, "acme", "orders", start=MONDAY - WEEK)
    assert 3 < revenue / Decimal(str(rows[0][1])) < 9


def test_acmes_channels_add_up_and_one_of_them_moves(clients: Path) -> None:
    now, before = (
        {
            str(name): Decimal(str(value))
            for name, value in ask(clients, "acme", "channels", start=w)
        }
        for w in weeks(2)
    )
    assert sum(now.values()) == one(clients, "acme", "orders", start=MONDAY - WEEK)[1]
    assert max(abs(now[name] / before[name] - 1) for name in now) > Decimal("0.15")


def test_pvcp_takes_bookings_and_guests_arrive(clients: Path) -> None:
    for start in [*weeks(12), MONDAY - WEEK * 53]:
        bookings, cancellations = one(clients, "pvcp", "booked", start=start)
        nights, revenue = one(clients, "pvcp", "stays", start=start)
        assert 100 < bookings < 400
        assert Decimal("0.08") < cancellations / bookings < Decimal("0.4")
        assert 60 < revenue / nights < 140
    assert len(ask(clients, "pvcp", "segments", start=MONDAY - WEEK)) == 5


def digest(place: Path, *, today: date, seed: int) -> str:
    data.write(place, today=today, seed=seed)
    files = sorted(place.glob("*/data/*.csv"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def test_the_same_seed_and_day_make_the_same_figures(tmp_path: Path) -> None:
    first = digest(tmp_path, today=MONDAY, seed=7)
    assert digest(tmp_path, today=MONDAY, seed=7) == first
    assert digest(tmp_path, today=MONDAY, seed=8) != first


def test_a_week_later_the_past_is_what_it_was(tmp_path: Path) -> None:
    data.write(tmp_path, today=MONDAY, seed=7)
    before = (tmp_path / "acme/data/shop.csv").read_text("utf-8").splitlines()
    data.write(tmp_path, today=MONDAY + WEEK, seed=7)
    after = (tmp_path / "acme/data/shop.csv").read_text("utf-8").splitlines()
    assert set(before[1 + 7 * 6 :]) <= set(after)
    assert after[-1].startswith("2026-11-29")


def test_xyz_opens_wins_and_loses_deals() -> None:
    tables = data.xyz_tables(today=MONDAY, seed=7)
    assert tables == data.xyz_tables(today=MONDAY, seed=7)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE deals AS {tables['crm.opportunities']}")
        for start in [*weeks(8), MONDAY - WEEK * 53]:
            row = connection.execute(
                "SELECT count(*) FILTER (stage = 'won'), count(*) FILTER (stage = 'lost') "
                "FROM deals WHERE closed_on >= ? AND closed_on < ?",
                [start, start + WEEK],
            ).fetchone()
            assert row is not None
            assert min(row) >= 1
        latest = connection.execute("SELECT max(opened_on), max(closed_on) FROM deals").fetchone()
    assert latest is not None
    assert max(latest) < MONDAY
