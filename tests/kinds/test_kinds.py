from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.kinds import KINDS, bigquery, duckdb, postgres, snowflake


@pytest.mark.parametrize(
    ("written", "read"),
    [("2 GB", 2 * 10**9), ("1.5GiB", 1610612736), (1000, 1000), ("500", 500), ("3 mb", 3 * 10**6)],
)
def test_a_byte_limit_is_read_as_people_write_it(written: object, read: int) -> None:
    raw = {"project": "globex-analytics", "maximum_bytes_billed": written}
    assert bigquery.BigquerySettings.model_validate(raw).maximum_bytes_billed == read


@pytest.mark.parametrize("written", ["two", "2 XB", "-1", -1, 0, ""])
def test_a_byte_limit_that_is_none_is_refused(written: object) -> None:
    raw = {"project": "globex-analytics", "maximum_bytes_billed": written}
    with pytest.raises(ValidationError):
        bigquery.BigquerySettings.model_validate(raw)


@pytest.mark.parametrize(("written", "read"), [("90 s", 90), ("5 min", 300), (7, 7)])
def test_a_timeout_is_read_as_people_write_it(written: object, read: int) -> None:
    raw = {"setup": "load.sql", "timeout": written}
    assert duckdb.DuckdbSettings.model_validate(raw).timeout == read


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"setup": "load.sql", "database": "shop.duckdb"},
        {"setup": "/etc/load.sql"},
        {"setup": "../globex/load.sql"},
        {"setup": "a/../../load.sql"},
        {"setup": ""},
        {"setup": "load.sql", "file": "x"},
    ],
)
def test_duckdb_takes_exactly_one_file_inside_the_folder(raw: object) -> None:
    with pytest.raises(ValidationError):
        duckdb.DuckdbSettings.model_validate(raw)


def test_an_identity_of_duckdb_is_the_real_file(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme/shop.duckdb").touch()
    (tmp_path / "copy").symlink_to(tmp_path / "acme")
    settings = duckdb.DuckdbSettings(database="shop.duckdb")
    same = {duckdb.KIND.identity(settings, tmp_path / name) for name in ("acme", "copy")}
    assert same == {f"duckdb:{(tmp_path / 'acme/shop.duckdb').resolve()}"}


def test_a_file_that_is_missing_or_leads_out_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (tmp_path / "elsewhere.sql").touch()
    (folder / "out.sql").symlink_to(tmp_path / "elsewhere.sql")
    (folder / "load.sql").touch()
    found = {
        name: duckdb.KIND.problems(duckdb.DuckdbSettings(setup=name), folder)
        for name in ("load.sql", "out.sql", "gone.sql")
    }
    assert found["load.sql"] == ()
    assert [one.key for name in ("out.sql", "gone.sql") for one in found[name]] == ["setup"] * 2


def test_an_identity_of_bigquery_is_project_and_dataset() -> None:
    bare = bigquery.BigquerySettings(project="globex-analytics")
    narrow = bigquery.BigquerySettings(project="globex-analytics", dataset="shop")
    names = [bigquery.KIND.identity(one, Path()) for one in (bare, narrow)]
    assert names == ["bigquery:globex-analytics", "bigquery:globex-analytics.shop"]


RAW: Mapping[str, Mapping[str, object]] = {
    "duckdb": {"setup": "load.sql"},
    "bigquery": {"project": "globex-analytics"},
    "postgres": {"host": "db.globex.example", "database": "shop", "user": "reports"},
    "snowflake": {
        "account": "globex-xy12345",
        "warehouse": "REPORTS",
        "role": "REPORTER",
        "database": "SHOP",
        "schema": "PUBLIC",
    },
    "ga4": {"property": "123456789", "currency": "EUR"},
    "google_sheets": {"spreadsheet": "1AbcTargets_of-Globex012345"},
    "http_json": {"url": "https://api.globex.example/v2", "account": "7012345"},
    "looker": {"url": "https://globex.cloud.looker.com", "model": "shop"},
    "google_ads": {"customer": "123-456-7890"},
    "meta_ads": {"account": "act_1234567890"},
    "linkedin_ads": {"account": "512345678"},
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_survives_being_plain_data(name: str) -> None:
    raw = RAW[name]
    model = KINDS[name].settings
    settings = model.model_validate(raw)
    plain = settings.model_dump(mode="json", exclude_none=True)
    assert model.model_validate(plain) == settings
    assert all(isinstance(value, (str, int, bool)) for value in plain.values())
    assert model.model_json_schema(mode="validation")["additionalProperties"] is False


def _postgres(**more: object) -> postgres.PostgresSettings:
    return postgres.PostgresSettings.model_validate({**RAW["postgres"], **more})


def test_postgres_may_reach_its_host_and_port_alone() -> None:
    found = [
        postgres.KIND.hosts(_postgres(**more))
        for more in ({}, {"host": "DB.globex.example", "port": 6432}, {"host": "fd00::5"})
    ]
    assert found == [("db.globex.example:5432",), ("db.globex.example:6432",), ("[fd00::5]:5432",)]


@pytest.mark.parametrize(
    "host", ["", "/var/run/postgresql", "a.example,b.example", "a b", "-x", "db.example:5432", "@x"]
)
def test_a_host_of_postgres_is_one_name_or_address(host: str) -> None:
    with pytest.raises(ValidationError):
        _postgres(host=host)


def test_an_identity_of_postgres_is_who_reads_what_where() -> None:
    identity = postgres.KIND.identity(_postgres(host="DB.globex.example"), Path())
    assert identity == "postgres:reports@db.globex.example:5432/shop"


def test_authorities_that_are_missing_or_lead_out_are_a_problem(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "ca.pem").touch()
    (tmp_path / "acme/out.pem").symlink_to(tmp_path / "ca.pem")
    (tmp_path / "acme/ca.pem").touch()
    found = {
        name: [one.key for one in postgres.KIND.problems(_postgres(ca=name), tmp_path / "acme")]
        for name in ("ca.pem", "out.pem", "gone.pem")
    }
    assert found == {"ca.pem": [], "out.pem": ["ca"], "gone.pem": ["ca"]}
    assert postgres.KIND.problems(_postgres(), tmp_path) == ()


def test_snowflake_may_reach_its_account_alone() -> None:
    told = {**RAW["snowflake"], "account": "Globex_Shop.eu-central-1"}
    settings = snowflake.SnowflakeSettings.model_validate(told)
    assert snowflake.KIND.hosts(settings) == ("globex-shop.eu-central-1.snowflakecomputing.com",)
    assert snowflake.KIND.identity(settings, Path()) == (
        "snowflake:globex-shop.eu-central-1/SHOP.PUBLIC"
    )


@pytest.mark.parametrize("account", ["", "x/y", "evil.example.com/x", "a b", "x@y", "x:1", "-x"])
def test_an_account_of_snowflake_leads_nowhere_else(account: str) -> None:
    with pytest.raises(ValidationError):
        snowflake.SnowflakeSettings.model_validate({**RAW["snowflake"], "account": account})


def test_a_schema_needs_its_database() -> None:
    told = {name: value for name, value in RAW["snowflake"].items() if name != "database"}
    settings = snowflake.SnowflakeSettings.model_validate(told)
    assert [one.key for one in snowflake.KIND.problems(settings, Path())] == ["schema"]
