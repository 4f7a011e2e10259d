"""What every kind does alike that is asked by requests over HTTPS."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors
from bot.demo import looker, shop
from bot.domain import run
from bot.domain.run import FailureCode
from tests import samples
from tests.contract import behind, requests

KINDS = ("http_json", "looker")
PLACES = (
    *KINDS,
    *behind.places(KINDS),
)
"""Each kind is read here, and once more inside a walled run."""
LONG_AGO = samples.week(date(2020, 1, 6))


def _bench(kind: str, folder: Path, stack: ExitStack) -> requests.Bench:
    if kind == "looker":
        return requests.instance(stack.enter_context(looker.LookerDouble()), folder)
    return requests.http_json(stack.enter_context(shop.ShopDouble()), folder)


@pytest.fixture(params=PLACES)
def bench(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[requests.Bench]:
    """A kind's source, here and inside a walled run."""
    monkeypatch.chdir(tmp_path)
    kind, _, walled = str(request.param).partition(", ")
    with ExitStack() as stack:
        if not walled:
            yield stack.enter_context(_bench(kind, tmp_path, stack))
            return
        house: behind.House = request.getfixturevalue("house")
        made = stack.enter_context(_bench(kind, house.folder(tmp_path.name), stack))
        made.opener = house.opener(made)
        yield made


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[requests.Bench]:
    """A kind's source here alone: for what walls have no part in."""
    with ExitStack() as stack:
        yield stack.enter_context(_bench(str(request.param), tmp_path, stack))


def test_the_days_of_a_period_are_half_open_and_money_is_exact(bench: requests.Bench) -> None:
    table = bench.answer("total").table
    assert table.rows == ((Decimal("7.25"), 25, 3),)
    assert isinstance(table.rows[0][0], Decimal)
    assert bench.answer("total", samples.LAST_WEEK).table.rows == ((Decimal("1.25"), 10, 1),)


def test_texts_of_any_script_and_nothing_come_as_they_are(bench: requests.Bench) -> None:
    assert bench.answer("cities").table.rows == (
        ("Łódź", Decimal("2.5")),
        ("大阪", Decimal("0.75")),
        (None, 4),
    )


def test_days_are_days(bench: requests.Bench) -> None:
    days = [row[0] for row in bench.answer("days").table.rows]
    assert set(days) == {date(2026, 11, 16), date(2026, 11, 22)}


def test_no_rows_are_a_table_with_columns(bench: requests.Bench) -> None:
    table = bench.answer("cities", LONG_AGO).table
    assert len(table.columns) == 2
    assert table.rows == ()


def test_a_sum_over_nothing_is_nothing(bench: requests.Bench) -> None:
    ((_, pieces, orders),) = bench.answer("total", LONG_AGO).table.rows
    assert (pieces, orders) == (None, 0)


def test_what_is_too_much_is_cut_or_refused_and_said(bench: requests.Bench) -> None:
    if bench.kind == "looker":
        answer = bench.answer("many")
        assert len(answer.table.rows) == 5000
        assert [one.code for one in answer.findings] == ["truncated"]
    else:
        assert bench.failure("many").code is FailureCode.RESULT_INVALID


def test_a_wrong_question_is_terminal_and_says_their_reason(bench: requests.Bench) -> None:
    failure = bench.failure("wrong")
    assert (failure.code, failure.query) == (FailureCode.QUERY_INVALID, "orders")
    assert failure.params["file"] == "client.yaml"
    assert "from" in failure.said or "revenu" in failure.said


def test_a_credential_that_was_taken_back_is_refused(bench: requests.Bench) -> None:
    assert bench.answer("total").table.rows
    bench.revoke()
    failure = bench.failure()
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.reference == bench.access.spec.credential


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("forbidden", FailureCode.PERMISSION_DENIED),
        ("busy", FailureCode.SOURCE_BUSY),
        ("down", FailureCode.SOURCE_FAULT),
        ("cut", FailureCode.SOURCE_UNREACHABLE),
        ("nonsense", FailureCode.RESULT_INVALID),
        ("moved", FailureCode.QUERY_INVALID),
    ],
)
def test_every_trouble_has_its_code(here: requests.Bench, trouble: str, code: FailureCode) -> None:
    here.trouble(trouble)
    failure = here.failure()
    assert failure.code is code
    assert failure.params.get("retry_after") == ("1800" if trouble == "busy" else None)


def test_a_failure_crosses_the_walls_with_its_words(bench: requests.Bench) -> None:
    bench.trouble("forbidden")
    failure = bench.failure()
    assert failure.code is FailureCode.PERMISSION_DENIED
    assert "may not" in failure.said


def test_what_passes_is_asked_again(here: requests.Bench) -> None:
    assert here.answer("total").table.rows
    here.trouble("down")
    assert errors.is_retryable(here.failure().code)
    here.trouble("")
    assert here.answer("total").table.rows


def test_a_slow_answer_ends_at_the_deadline(bench: requests.Bench) -> None:
    bench.trouble("slow")
    bench.hurry(0.5)
    assert bench.failure().code is FailureCode.SOURCE_TIMEOUT


def test_a_read_can_be_stopped_from_outside(bench: requests.Bench) -> None:
    bench.trouble("slow")
    source, caught = bench.source, list[run.Failure]()
    reader = threading.Thread(target=lambda: caught.append(bench.failure()))
    reader.start()
    assert bench.came.wait(15)
    source.stop()
    reader.join()
    assert [one.code for one in caught] == [FailureCode.SOURCE_TIMEOUT]


def test_nothing_of_the_machine_takes_part(
    here: requests.Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login other password other\n", "ascii")
    (tmp_path / "looker.ini").write_text("[Looker]\nbase_url=https://192.0.2.1\n", "ascii")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOOKERSDK_BASE_URL", "https://192.0.2.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / ".netrc"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    assert here.answer("total").table.rows == ((Decimal("7.25"), 25, 3),)
