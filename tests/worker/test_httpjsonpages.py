"""Pages of an API that answers in JSON: by number, by cursor, by link, and never elsewhere."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urljoin

import pytest

from bot.demo import shop
from bot.domain.run import FailureCode
from bot.kinds import httpjson
from bot.worker.sources import httpjsonpages
from tests.contract import requests

TOTAL = (Decimal("7.25"), 25, 3)
OURS = "https://api.acme.example/v1"


@pytest.fixture
def api() -> Iterator[shop.ShopDouble]:
    with shop.ShopDouble() as made:
        yield made


@pytest.fixture
def bench(api: shop.ShopDouble, tmp_path: Path) -> Iterator[requests.Bench]:
    with requests.http_json(api, tmp_path) as made:
        yield made


def test_pages_follow_by_number(bench: requests.Bench, api: shop.ShopDouble) -> None:
    """As TikTok has it: headers of its own, an error within 200, a number of pages."""
    request = {
        **requests.TOTAL,
        "path": "numbered",
        "headers": {"X-Version": "{period_start:%Y}"},
        "rows": "$.data.list",
        "error": "$.code",
        "paging": {"parameter": "page", "pages": "$.data.pages"},
    }
    assert bench.put(request).table.rows == (TOTAL,)
    assert [one.query.get("page") for one in api.requests] == [None, "2"]
    assert {one.headers["x-version"] for one in api.requests} == {"2026"}
    until_empty = {**request, "paging": {"parameter": "page"}}
    assert bench.put(until_empty).table.rows == (TOTAL,)
    assert [one.query.get("page") for one in api.requests[2:]] == [None, "2", "3"]
    api.trouble("lying")
    failure = bench.failed(request)
    assert (failure.code, failure.said) == (FailureCode.SOURCE_FAULT, "The token has expired.")


def test_pages_follow_by_the_header_link(bench: requests.Bench, api: shop.ShopDouble) -> None:
    request = {**requests.TOTAL, "path": "linked", "paging": "link"}
    assert bench.put(request).table.rows == (TOTAL,)
    assert len(api.requests) == 2
    api.trouble("foreign")
    assert "another host" in bench.failed(request).params["fault"]


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://a.example/?page=2>; rel="next"', "https://a.example/?page=2"),
        ("<?page=1>; rel=prev, <?page=3>; rel=next, <?page=9>; rel=last", "?page=3"),
        ('<?page=2&of=a,b>; title="one, two; rel=last"; REL="start Next"', "?page=2&of=a,b"),
        ("<?page=1>; rel=prev", None),
        ("<?page=1>; rel=nextone", None),
        ("<?page=1", None),
        ("", None),
    ],
)
def test_a_link_is_read_as_the_standard_has_it(link: str, following: str | None) -> None:
    assert httpjsonpages.linked({"link": link}) == following


def test_one_way_to_the_next_page_is_named() -> None:
    for paging in ({"next": "$.n", "link": True}, {"cursor": "$.c"}, {"link": "no"}, {}):
        with pytest.raises(ValueError, match=r"paging"):
            httpjson.HttpJsonRequest.model_validate({"count": "n", "paging": paging})


def test_a_search_is_posted_and_pages_by_a_cursor(
    bench: requests.Bench, api: shop.ShopDouble
) -> None:
    request = {
        **requests.TOTAL,
        "path": "search",
        "method": "POST",
        "query": {},
        "body": '{"from": {period_start_at:unix}, "to": {period_end_at:unix}, "of": "{timezone}"}',
        "rows": "$.data.rows",
        "paging": {"cursor": "$.cursor", "parameter": "after"},
    }
    assert bench.put(request).table.rows == (TOTAL,)
    bodies = [one.json() for one in api.requests]
    assert [body.get("after") for body in bodies] == [None, "2"]
    assert bodies[0]["of"] == "Europe/Paris"


@pytest.mark.parametrize(
    ("trouble", "words"), [("foreign", "another host"), ("endless", "come again")]
)
def test_a_next_page_leads_nowhere_else_and_comes_to_an_end(
    bench: requests.Bench, api: shop.ShopDouble, trouble: str, words: str
) -> None:
    bench.trouble(trouble)
    failure = bench.failure()
    assert failure.code is FailureCode.RESULT_INVALID
    assert words in failure.params["fault"]
    assert len(api.requests) <= 2


@pytest.mark.parametrize(
    "link",
    [
        "//elsewhere.example/x",
        "http://api.acme.example/x",
        "https://api.acme.example@elsewhere.example/x",
        "https://api.acme.example:8443/x",
        "https://api.acme.example.elsewhere.example/x",
        "file:///etc/passwd",
        "https://user@api.acme.example/x",
    ],
)
def test_a_link_to_anywhere_else_is_refused(link: str) -> None:
    assert httpjsonpages.near("https://api.acme.example:443/x", OURS)
    with pytest.raises(ValueError, match="page"):
        httpjsonpages.near(urljoin(f"{OURS}/orders", link), OURS)
