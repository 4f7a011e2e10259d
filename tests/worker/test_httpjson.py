"""APIs that answer in JSON: how one signs in, what comes of it, and whose it is."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.demo import loopback, shop
from bot.domain import ids, report
from bot.domain.run import FailureCode
from bot.kinds import httpjson, mask
from bot.kinds.typed import http as credential
from bot.worker import sources
from bot.worker.sources import base, httpjsoncells
from tests import documented
from tests.contract import requests

TOTAL = (Decimal("7.25"), 25, 3)


@pytest.fixture
def api() -> Iterator[shop.ShopDouble]:
    with shop.ShopDouble() as made:
        yield made


@pytest.fixture
def bench(api: shop.ShopDouble, tmp_path: Path) -> Iterator[requests.Bench]:
    with requests.http_json(api, tmp_path) as made:
        yield made


def _access(bench: requests.Bench, text: str, **settings: str) -> base.Access:
    """What the API is opened with, signed in to in another way."""
    spec = replace(bench.access.spec, settings={**bench.access.spec.settings, **settings})
    return replace(
        bench.access, spec=spec, credential=credential.parse(text), mask=mask.Mask([text])
    )


def _identity(access: base.Access) -> report.Identity:
    with closing(sources.open_source(access)) as source:
        assert isinstance(source, base.Telling)
        return source.identity()


WAYS: Mapping[str, tuple[Callable[[str], str], Mapping[str, str]]] = {
    "bearer": (str, {}),
    "basic": (lambda key: json.dumps({"user": shop.USER, "password": key}), {"auth": "basic"}),
    "header": (str, {"auth": "header", "auth_name": "X-Api-Key"}),
    "headers": (lambda key: json.dumps({"X-Api-Key": key, "X-App": "reports"}), {"auth": "header"}),
    "query": (str, {"auth": "query", "auth_name": "key"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_sign_in_is_let_in_and_a_wrong_key_is_told(
    bench: requests.Bench, api: shop.ShopDouble, way: str
) -> None:
    write, settings = WAYS[way]
    key = api.key()
    bench.access = _access(bench, write(key), **settings)
    assert bench.answer("total").table.rows == (TOTAL,)
    assert len(api.requests) == 2
    api.revoke()
    failure = bench.failure()
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert key not in repr(failure)
    assert "not known" in failure.said


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ({"auth": "basic"}, "alone"),
        ({"auth": "basic"}, '{"user": "a"}'),
        ({"auth": "bearer"}, '{"user": "a", "password": "b"}'),
        ({"auth": "header"}, "alone"),
        ({"auth": "query", "auth_name": "key"}, '{"key": "a"}'),
    ],
)
def test_a_credential_of_another_form_is_told_before_anything_is_asked(
    bench: requests.Bench, api: shop.ShopDouble, way: Mapping[str, str], text: str
) -> None:
    with pytest.raises(errors.RunError) as caught:
        sources.open_source(_access(bench, text, **way))
    assert caught.value.failure.code is FailureCode.CREDENTIAL_INVALID
    assert api.requests == []


@pytest.mark.parametrize("text", ["", " \n", "two\nlines", "schlüssel", "{", "{}", '{"a": 1}'])
def test_a_credential_that_cannot_be_sent_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it") as caught:
        credential.parse(text)
    assert "lines" not in str(caught.value)


def test_a_credential_shows_nothing_of_itself() -> None:
    told = repr([credential.parse("demo" + "-token"), credential.parse('{"a": "demo-token"}')])
    assert "demo" not in told


def test_an_api_that_is_open_to_all_is_asked_without_a_key(
    bench: requests.Bench, api: shop.ShopDouble
) -> None:
    spec = replace(bench.access.spec, settings={**bench.access.spec.settings, "auth": "none"})
    bench.access = replace(bench.access, spec=spec, credential=None)
    assert bench.failure().code is FailureCode.CREDENTIAL_REFUSED
    api.open_to_all()
    assert bench.answer("total").table.rows == (TOTAL,)
    assert not {"authorization", "x-api-key"} & api.requests[-1].headers.keys()


def test_an_address_that_is_signed_is_in_no_log(
    bench: requests.Bench, api: shop.ShopDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # whoever set up the bot's logs before has quietened them
        caplog.set_level(logging.DEBUG, logger=name)
    key = api.key()
    bench.access = _access(bench, key, auth="query", auth_name="key")
    assert bench.answer("total").table.rows == (TOTAL,)
    assert any(key in one.target for one in api.requests)
    assert caplog.records
    assert key not in caplog.text


def test_whose_data_it_is_comes_from_the_api_where_it_tells(
    bench: requests.Bench, api: shop.ShopDouble
) -> None:
    settings = {"account": "7012345", "currency": "EUR"}
    silent = _identity(_access(bench, bench.secret, **settings))
    assert (silent.name, silent.account, silent.domain) == ("", "7012345", "api.acme.example")
    assert api.requests == []
    settings |= {"whose": "me"}
    settings |= {"whose_id": "$.shop.id"}
    told = _identity(_access(bench, bench.secret, **settings, whose_name="$.shop.name"))
    assert (told.name, told.account) == ("Acme Shop", "7012345, 4711")
    assert told.currency == "EUR"
    with pytest.raises(errors.RunError) as caught:
        _identity(_access(bench, bench.secret, **settings))
    assert caught.value.failure.params["fault"] == "me tells nothing at $.name"


def test_an_account_that_is_named_and_not_there_is_told(
    bench: requests.Bench, api: shop.ShopDouble
) -> None:
    failure = bench.failed({**requests.TOTAL, "path": "orders/{account}"})
    assert failure.code is FailureCode.QUERY_INVALID
    assert "{account}" in failure.said
    assert api.requests == []


def test_rows_that_are_not_there_are_told_with_the_services_words(
    bench: requests.Bench, api: shop.ShopDouble
) -> None:
    api.trouble("lying")
    failure = bench.failure()
    assert failure.code is FailureCode.RESULT_INVALID
    assert failure.params["fault"] == "there are no rows at $.orders"
    assert failure.said == "The token has expired."


def test_an_answer_may_be_its_only_row(bench: requests.Bench) -> None:
    request = {"path": "me", "columns": {"name": {"path": "$.shop.name", "type": "text"}}}
    assert bench.put(request).table == base.Table(columns=("name",), rows=(("Acme Shop",),))


def _read(column: Mapping[str, str], *values: object) -> base.Table:
    request = httpjson.HttpJsonRequest.model_validate({"columns": {"a": {"path": "$.a", **column}}})
    rows = [{"a": value} for value in values]
    return httpjsoncells.table(request, rows, timezone="Europe/Paris")


def test_cells_are_what_their_column_says() -> None:
    numbers = _read({}, 1, "2.50", Decimal("0.1"), None, "-3e2").rows
    assert numbers == ((1,), (Decimal("2.50"),), (Decimal("0.1"),), (None,), (Decimal(-300),))
    assert _read({"type": "text"}, "é", 7).rows == (("é",), ("7",))
    days = _read({"type": "date", "format": "%d/%m/%Y"}, "16/11/2026")
    assert days.rows == ((date(2026, 11, 16),),)
    midnight = datetime.fromisoformat("2026-11-16T00:00:00")
    for form, value in (("", "2026-11-15T23:00:00Z"), ("unix", 1794783600), ("ms", 1794783600000)):
        column = {"type": "instant", **({"format": form} if form else {})}
        assert _read(column, value).rows == ((midnight,),)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ({}, "secret-looking"),
        ({}, True),
        ({}, [1]),
        ({}, "NaN"),
        ({}, "1" * 41),
        ({}, Decimal("1e999999")),
        ({}, 10**40),
        ({"type": "text"}, {}),
        ({"type": "date"}, "16/11/2026"),
        ({"type": "date"}, 20261116),
        ({"type": "instant"}, "2026-11-16T00:00:00"),
        ({"type": "instant", "format": "unix"}, 10**20),
        ({"type": "instant"}, 5),
    ],
)
def test_a_cell_that_is_something_else_names_its_column_alone(
    column: Mapping[str, str], value: object
) -> None:
    with pytest.raises(ValueError, match="the column “a”") as caught:
        _read(column, value)
    assert "secret" not in str(caught.value)


def test_a_path_that_finds_several_values_is_refused() -> None:
    request = httpjson.HttpJsonRequest.model_validate(
        {"columns": {"a": "$.actions[?@.type == 'purchase'].value"}}
    )
    one = {"actions": [{"type": "purchase", "value": "3"}, {"type": "view", "value": "9"}]}
    assert httpjsoncells.table(request, [one, {}], timezone="UTC").rows == ((3,), (None,))
    two = {"actions": [{"type": "purchase", "value": 1}] * 2}
    with pytest.raises(ValueError, match="2 values"):
        httpjsoncells.table(request, [two], timezone="UTC")


@given(
    st.lists(st.none() | st.decimals(-(10**9), 10**9, allow_nan=False, places=2), max_size=40),
    st.booleans(),
)
def test_sums_are_exact_however_figures_are_written(
    amounts: list[Decimal | None], quoted: bool
) -> None:
    request = httpjson.HttpJsonRequest.model_validate(
        {"columns": {"a": "$.a"}, "sum": ["a"], "count": "n"}
    )
    rows = [{"a": str(one) if quoted and one is not None else one} for one in amounts]
    ((total, count),) = httpjsoncells.table(request, rows, timezone="UTC").rows
    cents = [int(one * 100) for one in amounts if one is not None]
    assert count == len(amounts)
    assert total == (Decimal(sum(cents)) / 100 if cents else None)


def test_the_documented_requests_of_tiktok_are_answered(
    bench: requests.Bench, tmp_path: Path
) -> None:
    """In the shape of its reports: an answer for each page, figures in quotes."""
    asked: list[loopback.Request] = []

    def answer(came: loopback.Request) -> loopback.Reply:
        asked.append(came)
        row = {"dimensions": {}, "metrics": {"spend": "12.30", "clicks": "7"}}
        data = {"list": [row], "page_info": {"page": len(asked), "total_page": 2}}
        return loopback.Reply(body={"code": 0, "message": "OK", "data": data})

    double = loopback.Loopback([("GET", "/open_api/v1.3/report/integrated/get/", answer)])
    double.start()
    told = documented.shown("tiktok", tmp_path, metric="tiktok_clicks")
    access = _access(bench, "demo" + "-token")
    environment = {"http_json": double.url}
    bench.access = replace(access, spec=told.sources["tiktok"], environment=environment)
    (query,) = told.reports[ids.ReportName("weekly")].queries
    table = bench.put(query.request or {}).table
    double.stop()
    assert table.columns == ("tiktok_spend", "tiktok_clicks")
    assert table.rows == ((Decimal("24.60"), 14),)
    assert {one.headers["access-token"] for one in asked} == {"demo" + "-token"}
    assert {one.query["advertiser_id"] for one in asked} == {"7012345678901234567"}
    assert {one.query["end_date"] for one in asked} == {"2026-11-22"}
    assert [one.query.get("page") for one in asked] == [None, "2"]


@pytest.mark.parametrize(("source", "metric"), [("shop", "revenue"), ("sales", "revenue")])
def test_the_other_documented_requests_may_be_asked(
    source: str, metric: str, tmp_path: Path
) -> None:
    assert documented.shown(source, tmp_path, metric=metric).sources[source].credential
