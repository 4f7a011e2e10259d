"""What a client's file may ask of an API, and what it may not."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain import period
from bot.kinds import httpjson, looker, template

WEEK = period.Period(kind=period.PeriodKind.WEEK, start=date(2026, 11, 16), end=date(2026, 11, 23))
KNOWN = template.values(WEEK, "Europe/Paris", account="70 12/a")


def _settings(**more: str) -> httpjson.HttpJsonSettings:
    return httpjson.HttpJsonSettings.model_validate({"url": "https://api.acme.example/v2", **more})


@pytest.mark.parametrize(
    "url",
    [
        "http://api.acme.example",
        "https://",
        "https://user:word@api.acme.example",
        "https://api.acme.example/?a=b",
        "https://api.acme.example?",
        "https://api.acme.example/#x",
        "https://api.acme.example/a/../b",
        "https://api.acme.example/%2E%2e/b",
        "https://api.acme.example\\@elsewhere.example",
        "https://api.acme.example:x",
        "https://api.acme.example:99999",
        "https://api acme.example",
        "https://api.acme.example\n",
        "https://[::1]/",
        "ftp://api.acme.example",
    ],
)
def test_an_address_is_https_and_leads_to_one_host(url: str) -> None:
    for shape, more in ((httpjson.HttpJsonSettings, {}), (looker.LookerSettings, {"model": "m"})):
        with pytest.raises(ValidationError):
            shape.model_validate({"url": url, **more})


def test_one_host_may_be_reached_and_the_account_tells_clients_apart() -> None:
    plain, ported = _settings(url="https://API.acme.example:443/v2/"), _settings(account="7")
    assert httpjson.KIND.hosts(plain) == ("api.acme.example",)
    assert httpjson.KIND.hosts(_settings(url="https://a.example:8443")) == ("a.example:8443",)
    told = [httpjson.KIND.identity(one, Path()) for one in (plain, ported)]
    assert told == ["http_json:api.acme.example/v2/", "http_json:api.acme.example/v2/7"]


def test_hosts_and_identity_of_looker() -> None:
    raw = {"url": "https://Acme.looker.example:19999", "model": "shop"}
    settings = looker.LookerSettings.model_validate(raw)
    assert looker.KIND.hosts(settings) == ("acme.looker.example:19999",)
    assert looker.KIND.identity(settings, Path()) == "looker:acme.looker.example:19999/shop"
    with pytest.raises(ValidationError):
        looker.LookerSettings.model_validate({**raw, "url": "https://acme.looker.example/api"})


def test_a_name_belongs_to_a_header_or_a_parameter() -> None:
    wrong = (_settings(auth="query"), _settings(auth_name="X-Api-Key"))
    assert [httpjson.KIND.problems(one, Path())[0].key for one in wrong] == ["auth_name"] * 2
    right = (_settings(), _settings(auth="header"), _settings(auth="query", auth_name="key"))
    assert [httpjson.KIND.problems(one, Path()) for one in right] == [()] * 3


RIGHT: Mapping[str, object] = {"path": "orders", "columns": {"revenue": "$.total"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "https://elsewhere.example"},
        {"path": "/orders"},
        {"path": "../orders"},
        {"path": "a/%2e%2E/b"},
        {"path": "orders?from=1"},
        {"path": "or ders"},
        {"path": "orders/{period_begin}"},
        {"query": {"from": "{period_start:%H}"}},
        {"query": {"from": "{period_start:unix}"}},
        {"query": {"from": "{period_start_at:%s}"}},
        {"query": {"zone": "{timezone:%Y}"}},
        {"headers": {"Authorization": "x"}},
        {"headers": {"host": "elsewhere.example"}},
        {"headers": {"x y": "z"}},
        {"headers": {"x": "a\nb"}},
        {"headers": {"x": "é"}},
        {"method": "DELETE"},
        {"body": "{}"},
        {"method": "POST", "body": "{'a': 1}"},
        {"method": "POST", "body": '{"a": {period_start}}'},
        {"rows": "data.rows"},
        {"columns": {"revenue": "$.["}},
        {"columns": {"re venue": "$.a"}},
        {"columns": {}},
        {"sum": ["orders"]},
        {"columns": {"day": {"path": "$.a", "type": "date"}}, "sum": ["day"]},
        {"paging": {}},
        {"paging": {"cursor": "$.a"}},
        {"paging": {"next": "$.a", "parameter": "page"}},
        {"paging": {"next": "$.a", "cursor": "$.b", "parameter": "c"}},
        {"unknown": "x"},
    ],
)
def test_what_cannot_be_asked_is_refused_in_the_file(wrong: Mapping[str, object]) -> None:
    assert httpjson.HttpJsonRequest.model_validate(RIGHT)
    with pytest.raises(ValidationError):
        httpjson.HttpJsonRequest.model_validate({**RIGHT, **wrong})


def test_a_request_survives_being_plain_data() -> None:
    asked = httpjson.HttpJsonRequest.model_validate(
        {
            **RIGHT,
            "method": "POST",
            "body": '{"q": "{ orders { total } }", "since": {period_start_at:ms}}',
            "sum": ["revenue"],
            "paging": {"parameter": "page", "first": "0", "step": "100"},
        }
    )
    plain = asked.model_dump(mode="json", exclude_none=True)
    assert httpjson.HttpJsonRequest.model_validate(plain) == asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{period_start}/{period_end}", "2026-11-16/2026-11-23"),
        ("{period_last:%d/%m/%y}", "22/11/26"),
        ("{period_start_at}", "2026-11-15T23:00:00Z"),
        ("{period_end_at:%Y%m%dT%H%M%S%z}", "20261122T230000+0000"),
        ("{period_start_at:unix} {period_start_at:ms}", "1794783600 1794783600000"),
        ("{timezone} {account}", "Europe/Paris 70 12/a"),
        ('{"query": "{ orders { id } }"}', '{"query": "{ orders { id } }"}'),
    ],
)
def test_the_period_is_put_in(text: str, told: str) -> None:
    assert template.filled(text, KNOWN) == told


@given(st.text(max_size=80))
def test_what_is_put_in_is_written_and_the_rest_stays(text: str) -> None:
    bare = text.replace("{", "(")
    assert template.filled(bare, KNOWN) == bare
    assert template.filled(f"{bare}{{account}}", KNOWN, write=lambda _: "*") == f"{bare}*"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_the_last_day_is_the_one_before_the_end(start: date, days: int) -> None:
    of = period.Period(
        kind=period.PeriodKind.LAST_DAYS, start=start, end=start + timedelta(days=days)
    )
    known = template.values(of, "UTC", account=None)
    told = template.filled("{period_last} {period_end_at:unix}", known).split()
    assert date.fromisoformat(told[0]) + timedelta(days=1) == of.end
    assert int(told[1]) == (of.end - date(1970, 1, 1)).days * 86400
