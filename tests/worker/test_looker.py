"""Looker's API: signing in with a key, Looks, and what it says within an answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors
from bot.demo import looker
from bot.domain.run import FailureCode
from bot.kinds.typed import http as credential
from bot.worker import sources
from bot.worker.sources import base, lookerrows, web
from tests.contract import requests

LOOK = {"look": looker.LOOK, "period_filter": "orders.created_date"}


@pytest.fixture
def double() -> Iterator[looker.LookerDouble]:
    with looker.LookerDouble() as made:
        yield made


@pytest.fixture
def bench(double: looker.LookerDouble, tmp_path: Path) -> Iterator[requests.Bench]:
    with requests.instance(double, tmp_path) as made:
        yield made


def test_a_look_is_asked_again_with_the_period_in_place_of_its_own(
    bench: requests.Bench, double: looker.LookerDouble
) -> None:
    assert bench.put(LOOK).table == base.Table(
        columns=("orders_count", "orders_revenue"), rows=((1, Decimal("2.50")),)
    )
    (asked,) = double.queries
    assert asked["filters"] == {
        "orders.created_date": "2026/11/16 for 7 days",
        "orders.city": "Łódź",
    }
    assert (asked["limit"], asked["query_timezone"]) == ("5001", "Europe/Paris")
    assert "vis_config" not in asked


@pytest.mark.parametrize(
    ("look", "words"), [(looker.FOREIGN, "another model than shop"), (looker.PIVOTED, "pivots")]
)
def test_a_look_that_cannot_be_read_is_told(bench: requests.Bench, look: str, words: str) -> None:
    failure = bench.failed({**LOOK, "look": look})
    assert failure.code is FailureCode.RESULT_INVALID
    assert words in failure.params["fault"]


def test_a_look_that_is_not_there_is_told(bench: requests.Bench) -> None:
    failure = bench.failed({**LOOK, "look": "99"})
    assert (failure.code, failure.params["fault"]) == (
        FailureCode.NOT_FOUND,
        "HTTP 404, Not found",
    )


def test_a_key_that_is_unknown_is_a_refused_sign_in_though_looker_says_not_found(
    bench: requests.Bench, double: looker.LookerDouble
) -> None:
    double.revoke()
    assert bench.failure().code is FailureCode.CREDENTIAL_REFUSED
    assert double.logins == 0


@pytest.mark.parametrize("text", ["alone", '{"client_id": "a"}', '{"user": "a", "password": "b"}'])
def test_a_credential_of_another_form_is_told(bench: requests.Bench, text: str) -> None:
    with pytest.raises(errors.RunError) as caught:
        sources.open_source(replace(bench.access, credential=credential.parse(text)))
    assert caught.value.failure.code is FailureCode.CREDENTIAL_INVALID


def test_one_sign_in_serves_many_questions_and_is_renewed(
    bench: requests.Bench, double: looker.LookerDouble
) -> None:
    for _ in range(3):
        bench.answer("total")
    assert double.logins == 1
    double.end_sessions()
    assert bench.answer("total").table.rows
    assert double.logins == 2


def test_a_token_is_not_used_to_its_last_second(
    bench: requests.Bench, double: looker.LookerDouble
) -> None:
    double.seconds = 5
    bench.answer("total")
    bench.answer("total")
    assert double.logins == 2


def test_it_tells_the_model_its_connections_and_as_whom_we_read(bench: requests.Bench) -> None:
    source = bench.source
    assert isinstance(source, base.Telling)
    told = source.identity()
    assert (told.name, told.account) == (
        "The shop, as Acme reports",
        "shop on acme_bq as user 7",
    )


def test_cells_have_their_fields_types(bench: requests.Bench) -> None:
    fields = ("created_time", "open", "count")
    table = bench.put(requests.asked(*fields, filters={"orders.city": "大阪"})).table
    assert table.rows == ((datetime.fromisoformat("2026-11-16T09:30:00"), "No", 1),)
    failure = bench.failed(requests.asked("broken"))
    assert failure.code is FailureCode.RESULT_INVALID
    assert failure.params["fault"] == "the field orders.broken, of type sum, holds something else"


def test_rows_up_to_the_limit_are_all_there_are(bench: requests.Bench) -> None:
    answer = bench.put({**requests.asked("city"), "limit": 3})
    assert (len(answer.table.rows), answer.findings) == (3, ())
    cut = bench.put({**requests.asked("city"), "limit": 2})
    assert len(cut.table.rows) == 2
    assert cut.findings[0].text == "Of “orders” only 2 rows came."


def test_cells_may_come_bare_or_in_groups() -> None:
    fields = {"dimensions": [{"name": "a.day", "type": "date_week"}], "measures": None}
    rows = [{"a.day": "2026-11-16"}, {"a.day": {"value": "2026-11-16", "rendered": "16 Nov"}}, {}]
    table = lookerrows.table({"metadata": {"fields": fields}, "rows": rows}, ["a.day"])
    assert table.rows == ((date(2026, 11, 16),), (date(2026, 11, 16),), (None,))
    listed = {"rows": [{"a.day": [1]}], "metadata": {"fields": fields}}
    bodies: tuple[object, ...] = ({}, [], {"rows": []}, listed)
    for body in bodies:
        with pytest.raises(ValueError, match=r"answer|list"):
            lookerrows.table(body, ["a.day"])


def test_its_words_are_found_wherever_it_puts_them() -> None:
    assert lookerrows.wrong([{"looker_error": "no"}]) == "no"
    assert lookerrows.wrong({"errors": [{"message": "a", "message_details": "b"}]}) == "b"
    assert lookerrows.wrong({"rows": [], "errors": []}) == ""
    body = {"message": "Validation Failed", "errors": [{"message": "fields is required"}]}
    reply = web.Reply(status=422, headers={}, body=json.dumps(body).encode())
    assert lookerrows.said(reply) == "HTTP 422, Validation Failed, fields is required"
    assert lookerrows.said(replace(reply, body=b"<html>")) == "HTTP 422"
