"""The BigQuery double, where the worker's own tests do not reach."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import requests
from google.api_core import exceptions
from google.cloud import bigquery as real
from google.oauth2 import credentials

from bot.demo import bigquery, google

PROJECT = "acme-analytics"


@pytest.fixture
def accounts() -> Iterator[google.GoogleDouble]:
    with google.GoogleDouble() as double:
        yield double


@pytest.fixture
def double(accounts: google.GoogleDouble) -> Iterator[bigquery.BigQueryDouble]:
    with bigquery.BigQueryDouble(accounts) as made:
        made.load(PROJECT, "shop", "orders", "SELECT i, i % 2 = 0 AS even FROM range(25) t(i)")
        yield made


@pytest.fixture
def client(accounts: google.GoogleDouble, double: bigquery.BigQueryDouble) -> Iterator[real.Client]:
    person = accounts.authorized_user("claire@acme.example", PROJECT)
    made = real.Client(
        project=PROJECT,
        credentials=credentials.Credentials(
            None,
            refresh_token=person["refresh_token"],
            token_uri=person["token_uri"],
            client_id=person["client_id"],
            client_secret=person["client_secret"],
        ),
        client_options={"api_endpoint": double.url},
    )
    yield made
    made.close()


def _rows(client: real.Client, sql: str, **config: object) -> list[tuple[object, ...]]:
    job = client.query(sql, job_config=real.QueryJobConfig(**config), job_id_prefix="test")
    return [tuple(row.values()) for row in job.result(page_size=10)]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]


def test_rows_come_in_pages(client: real.Client) -> None:
    rows = _rows(client, f"SELECT i, even FROM `{PROJECT}.shop.orders` ORDER BY i")
    assert rows == [(n, n % 2 == 0) for n in range(25)]


def test_parameters_of_every_type(client: real.Client) -> None:
    named = [
        real.ScalarQueryParameter("d", "DATE", date(2026, 11, 16)),
        real.ScalarQueryParameter("i", "INT64", 7),
        real.ScalarQueryParameter("f", "FLOAT64", 0.5),
        real.ScalarQueryParameter("n", "NUMERIC", Decimal("1.25")),
        real.ScalarQueryParameter("b", "BOOL", True),
        real.ScalarQueryParameter("s", "STRING", "x"),
        real.ScalarQueryParameter("z", "STRING", None),
    ]
    rows = _rows(client, "SELECT @d, @i + 1, @f, @n, @b, @s, @z", query_parameters=named)
    assert rows == [(date(2026, 11, 16), 8, 0.5, Decimal("1.25"), True, "x", None)]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("DELETE FROM shop.orders WHERE true", exceptions.Forbidden),
        ("SELECT * FROM shop.absent", exceptions.NotFound),
        ("SELECT * FROM orders", exceptions.BadRequest),
        ("SELECT @absent", exceptions.BadRequest),
        ("SELECT 1; SELECT 2", exceptions.BadRequest),
        ("SELECT * FROM `globex-analytics.shop.orders`", exceptions.NotFound),
    ],
)
def test_a_statement_fails_as_at_google(
    client: real.Client, sql: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _rows(client, sql)


def test_tables_of_another_project_are_denied(
    client: real.Client, double: bigquery.BigQueryDouble
) -> None:
    double.load("globex-analytics", "shop", "orders", "SELECT 1 AS i")
    with pytest.raises(exceptions.Forbidden):
        _rows(client, "SELECT * FROM `globex-analytics.shop.orders`")


def test_a_with_clause_is_no_table(client: real.Client) -> None:
    sql = "WITH small AS (SELECT i FROM shop.orders WHERE i < 2) SELECT COUNT(*) FROM small"
    assert _rows(client, sql) == [(2,)]


def test_nobody_is_let_in_without_a_token(double: bigquery.BigQueryDouble) -> None:
    place = f"{double.url}/bigquery/v2/projects/{PROJECT}/jobs/x"
    assert requests.get(place, timeout=5).status_code == 401
    odd = {"authorization": "Bearer guessed"}
    assert requests.get(place, timeout=5, headers=odd).status_code == 401
