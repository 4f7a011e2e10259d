"""Files as spreadsheet programs write them, in the client's folder: what docs/sources.md shows."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bot import errors
from bot.domain.run import FailureCode
from tests.contract import benches

NARROW = "\u202f"
"""What newer versions group digits with."""
LINES = (
    "Date;Ville;Montant;Taux",
    "16/11/2026;Orléans;1 234,56;4,5",
    '22/11/2026;"Saint-Étienne; nord";12,00;',
    "23/11/2026;Lyon;8,00;1",
)
READ = """
CREATE VIEW sales AS SELECT * FROM read_csv(
    'sales.csv', delim = ';', decimal_separator = ',', thousands = ' ', dateformat = '%d/%m/%Y',
    encoding = '{encoding}',
    columns = {{'Date': 'DATE', 'Ville': 'VARCHAR',
               'Montant': 'DECIMAL(18, 2)', 'Taux': 'DECIMAL(9, 3)'}}
);
"""
CLEANED = """
CREATE VIEW sales AS
SELECT Date, Ville, regexp_replace(Montant, '[^0-9,-]', '', 'g').replace(',', '.')::DECIMAL(18, 2)
    AS Montant
FROM read_csv(
    'sales.csv', delim = ';', dateformat = '%d/%m/%Y',
    types = {'Date': 'DATE', 'Montant': 'VARCHAR'}
);
"""
SUM = "SELECT SUM(montant) AS total FROM sales WHERE date >= :period_start AND date < :period_end"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[benches.Bench]:
    monkeypatch.chdir(tmp_path)
    with benches.duckdb(tmp_path) as made:
        yield made


def _put(folder: Path, text: str, *, encoding: str, setup: str) -> None:
    (folder / "sales.csv").write_bytes(text.encode(encoding))
    (folder / "load.sql").write_text(setup, "utf-8")


@pytest.mark.parametrize(
    ("written", "named"), [("utf-8-sig", "utf-8"), ("utf-8", "utf-8"), ("cp1252", "latin-1")]
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_french_export_reads_as_days_and_exact_numbers(
    bench: benches.Bench, tmp_path: Path, *, written: str, named: str, end: str
) -> None:
    text = end.join((*LINES, ""))
    _put(tmp_path, text, encoding=written, setup=READ.format(encoding=named))
    rows = bench.read("SELECT * FROM sales ORDER BY date").rows
    assert rows[:2] == (
        (date(2026, 11, 16), "Orléans", Decimal("1234.56"), Decimal("4.500")),
        (date(2026, 11, 22), "Saint-Étienne; nord", Decimal("12.00"), None),
    )
    assert bench.read(SUM).rows == ((Decimal("1246.56"),),)


def test_amounts_with_signs_and_narrow_spaces_are_cleaned(
    bench: benches.Bench, tmp_path: Path
) -> None:
    text = "\r\n".join(LINES).replace("1 234,56", f"-1{NARROW}234,56{NARROW}€")
    _put(tmp_path, text, encoding="utf-8-sig", setup=CLEANED)
    assert bench.read(SUM).rows == ((Decimal("-1222.56"),),)


def test_an_encoding_that_is_another_is_told_and_not_guessed(
    bench: benches.Bench, tmp_path: Path
) -> None:
    text = "\r\n".join(LINES).replace("1 234,56", "1234,56 €")
    _put(tmp_path, text, encoding="cp1252", setup=READ.format(encoding="latin-1"))
    with pytest.raises(errors.RunError) as caught:
        bench.read(SUM)
    assert caught.value.failure.code is FailureCode.FILE_UNREADABLE
    assert "not latin-1 encoded" in caught.value.failure.said


def test_parquet_files_read_as_one_table(bench: benches.Bench, tmp_path: Path) -> None:
    with duckdb.connect() as made:
        for day, amount in ((16, "1.25"), (22, "2.50"), (23, "4.00")):
            made.execute(
                f"COPY (SELECT DATE '2026-11-{day}' AS date, {amount}::DECIMAL(9, 2) AS montant)"
                f" TO '{tmp_path}/sales-{day}.parquet'"
            )
    setup = "CREATE VIEW sales AS SELECT * FROM read_parquet('sales-*.parquet');"
    (tmp_path / "load.sql").write_text(setup, "utf-8")
    assert bench.read(SUM).rows == ((Decimal("3.75"),),)
