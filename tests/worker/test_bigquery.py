"""BigQuery through Google's own client, against the doubles that check the grant."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from google.api_core import exceptions

from bot import errors
from bot.demo import bigquery
from bot.domain import run, spec
from bot.domain.run import FailureCode
from bot.kinds import mask
from bot.kinds.typed import google as credential
from bot.worker import sources
from bot.worker.sources import base, bigqueryerrors
from tests.contract import benches

COUNT = "SELECT COUNT(*) AS n FROM orders"


@pytest.fixture
def doubles() -> Iterator[benches.Doubles]:
    with ExitStack() as stack:
        yield benches.filled(stack)


@pytest.fixture
def bench(doubles: benches.Doubles, tmp_path: Path) -> Iterator[benches.Bench]:
    with benches.bigquery_with(doubles, tmp_path) as made:
        yield made


def _again(
    bench: benches.Bench, *, attempt: int, sql: str = COUNT, counted: int = 0
) -> base.Answer:
    """Read as another attempt's process would; ``counted``: the last that told its cost."""
    told = {"orders": counted} if counted else {}
    source = sources.open_source(replace(bench.access, attempt=attempt, counted=told))
    try:
        return source.read(bench.ask(sql))
    finally:
        source.close()


def _failure(bench: benches.Bench, sql: str = COUNT) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        bench.read(sql)
    return caught.value.failure


def _with(bench: benches.Bench, **settings: object) -> None:
    source = bench.access.spec
    changed: spec.SourceSpec = replace(source, settings={**source.settings, **settings})
    bench.access = replace(bench.access, spec=changed)


def test_a_job_says_whose_it_is(bench: benches.Bench, doubles: benches.Doubles) -> None:
    bench.access = replace(bench.access, report=type(bench.access.report)("Weekly KPIs"))
    bench.read(COUNT)
    job = doubles.warehouse.jobs[0]
    assert job.labels == {
        "client": "acme",
        "report": "weekly-kpis",
        "run": "0123456789abcdef",
        "attempt": "1",
    }
    assert job.location == "EU"
    assert job.configuration["jobTimeoutMs"]
    assert job.id.startswith("reportops_0123456789abcdef_orders_20261116_20261123_")


def test_what_was_billed_is_told(bench: benches.Bench) -> None:
    answer = bench.source.read(bench.ask(COUNT))
    (usage,) = answer.usage
    assert usage.bytes_billed == 10 * 2**20
    assert usage.cost == Decimal("6.25") * 10 * 2**20 / 2**40


def test_another_attempt_attaches_instead_of_paying_twice(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    first = _again(bench, attempt=1)
    second = _again(bench, attempt=2, counted=1)
    assert second.table == first.table
    assert len(doubles.warehouse.jobs) == 1
    assert (first.usage[0].cost > 0, second.usage[0].cost) == (True, 0)


def test_what_an_attempt_died_before_telling_is_counted_once_by_the_next(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    untold = _again(bench, attempt=1)
    second = _again(bench, attempt=2)
    third = _again(bench, attempt=3, counted=2)
    assert len(doubles.warehouse.jobs) == 1
    assert second.usage == untold.usage
    assert second.usage[0].cost > 0
    assert third.usage[0].cost == 0


def test_the_inner_deadline_cancels_a_job_that_outlasts_its_own(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    doubles.warehouse.slow(30, punctual=False)
    bench.hurry(0.2)
    assert _failure(bench).code is FailureCode.SOURCE_TIMEOUT
    assert doubles.warehouse.jobs[0].cancelled


def test_an_attempt_after_a_failed_job_starts_a_new_one(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    doubles.warehouse.slow(30)
    bench.hurry(0.2)
    assert _failure(bench).code is FailureCode.SOURCE_TIMEOUT
    first = doubles.warehouse.jobs[0]
    assert first.done.wait(5)
    assert first.cancelled or first.error
    doubles.warehouse.heal()
    bench.hurry(10)
    assert _again(bench, attempt=2).table.rows == ((4,),)
    assert [job.id[-2:] for job in doubles.warehouse.jobs] == ["_0", "_1"]


def test_mended_sql_is_another_job(bench: benches.Bench, doubles: benches.Doubles) -> None:
    assert _again(bench, attempt=1).table.rows == ((4,),)
    mended = _again(bench, attempt=2, sql="SELECT COUNT(*) + 1 AS n FROM orders")
    assert mended.table.rows == ((5,),)
    assert len(doubles.warehouse.jobs) == 2


def test_an_answer_that_is_lost_does_not_run_the_query_twice(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    doubles.warehouse.fail(bigquery.LOST, call="insert")
    answer = bench.source.read(bench.ask(COUNT))
    assert answer.table.rows == ((4,),)
    assert len(doubles.warehouse.jobs) == 1
    assert answer.usage[0].cost > 0


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (bigquery.UNAVAILABLE, FailureCode.SOURCE_FAULT),
        (bigquery.BUSY, FailureCode.SOURCE_BUSY),
        (bigquery.QUOTA, FailureCode.SOURCE_BUSY),
        (bigquery.FORBIDDEN, FailureCode.PERMISSION_DENIED),
        (bigquery.Fault(reason="unheard", message="?", status=429), FailureCode.SOURCE_BUSY),
        (bigquery.Fault(reason="unheard", message="?", status=500), FailureCode.SOURCE_FAULT),
        (bigquery.Fault(reason="unheard", message="?", status=418), FailureCode.QUERY_INVALID),
        (bigquery.Fault(reason="invalid", message="?"), FailureCode.QUERY_INVALID),
    ],
    ids=lambda value: getattr(value, "reason", str(value)),
)
def test_every_fault_has_its_code(
    bench: benches.Bench, doubles: benches.Doubles, fault: bigquery.Fault, code: FailureCode
) -> None:
    doubles.warehouse.fail(fault, times=50)
    failure = _failure(bench)
    assert failure.code is code
    assert failure.said == fault.message


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "backendError"])
@pytest.mark.parametrize(("told", "seconds"), [("120", "120"), ("0", "0"), ("soon", None)])
def test_when_to_come_back_is_told(
    bench: benches.Bench,
    doubles: benches.Doubles,
    reason: str,
    told: str,
    seconds: str | None,
) -> None:
    fault = bigquery.Fault(reason=reason, message="?", retry_after=told)
    doubles.warehouse.fail(fault, times=50)
    assert _failure(bench).params.get("retry_after") == seconds


def test_when_to_come_back_may_be_a_date_beside_theirs() -> None:
    response = requests.Response()
    response.status_code = 503
    response.headers["Date"] = "Mon, 23 Nov 2026 05:00:00 GMT"
    response.headers["Retry-After"] = "Mon, 23 Nov 2026 05:20:00 GMT"
    error = exceptions.ServiceUnavailable("later", response=response)
    assert bigqueryerrors.explain(error).retry_after == 1200
    del response.headers["Date"]
    assert bigqueryerrors.explain(error).retry_after is None


@pytest.mark.parametrize("call", ["insert", "get", "results"])
def test_a_fault_that_passes_is_not_seen(
    bench: benches.Bench, doubles: benches.Doubles, call: bigquery.Call
) -> None:
    bench.access = replace(bench.access, patience=5)
    doubles.warehouse.fail(bigquery.UNAVAILABLE, call=call)
    assert bench.read(COUNT).rows == ((4,),)


def test_a_query_over_its_byte_limit_is_not_run(bench: benches.Bench) -> None:
    _with(bench, maximum_bytes_billed=1000)
    assert _failure(bench).code is FailureCode.BUDGET_EXCEEDED


def test_a_project_that_is_not_granted_is_denied(bench: benches.Bench) -> None:
    _with(bench, project="globex-analytics")
    failure = _failure(bench, "SELECT 1 AS n")
    assert failure.code is FailureCode.PERMISSION_DENIED
    assert failure.reference == "env://ACME_BIGQUERY"


def test_a_revoked_grant_is_a_refused_sign_in(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    doubles.accounts.revoke(benches.ROBOT)
    failure = _failure(bench)
    assert failure.code is FailureCode.CREDENTIAL_REFUSED
    assert failure.said == "invalid_grant: Token has been expired or revoked."
    doubles.accounts.grant(benches.ROBOT)
    assert bench.read(COUNT).rows == ((4,),)


def test_a_grant_revoked_in_the_middle_is_a_refused_sign_in(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    bench.read(COUNT)
    doubles.accounts.revoke(benches.ROBOT)
    assert _failure(bench, "SELECT 2 AS n").code is FailureCode.CREDENTIAL_REFUSED


def test_an_expired_token_is_renewed_unseen(bench: benches.Bench, doubles: benches.Doubles) -> None:
    bench.read(COUNT)
    doubles.accounts.expire_tokens()
    assert bench.read("SELECT 2 AS n").rows == ((2,),)
    assert doubles.accounts.requests == 2


def test_a_key_that_was_never_issued_is_refused(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    stolen = json.loads(doubles.key)
    other = doubles.accounts.service_account("else@acme.example", benches.PROJECT)
    forged = {**stolen, "private_key": other["private_key"]}
    bench.access = replace(bench.access, credential=credential.parse(json.dumps(forged)))
    assert _failure(bench).said == "invalid_grant: Invalid JWT Signature."


def test_a_person_signs_in_with_a_refresh_token(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    person = doubles.accounts.authorized_user("claire@acme.example", benches.PROJECT)
    bench.access = replace(bench.access, credential=credential.parse(json.dumps(person)))
    assert bench.read(COUNT).rows == ((4,),)
    assert doubles.warehouse.jobs[0].principal == "claire@acme.example"


def test_a_service_that_is_not_there_is_unreachable(bench: benches.Bench) -> None:
    bench.access = replace(
        bench.access, environment={"BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:9"}
    )
    failure = _failure(bench)
    assert (failure.code, failure.said) == (FailureCode.SOURCE_UNREACHABLE, "ConnectionError")


def test_a_token_endpoint_that_is_not_there_is_unreachable(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    key = {**json.loads(doubles.key), "token_uri": "http://127.0.0.1:9/token"}
    bench.access = replace(bench.access, credential=credential.parse(json.dumps(key)))
    assert _failure(bench).code is FailureCode.SOURCE_UNREACHABLE


@pytest.mark.slow
def test_a_token_endpoint_that_is_faulty_is_not_a_refusal(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    doubles.accounts.fail(20)
    assert _failure(bench).code is FailureCode.SOURCE_FAULT


def test_a_private_key_that_cannot_be_read_is_invalid(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    key = {**json.loads(doubles.key), "private_key": "-----BEGIN " + "PRIVATE KEY-----\nno\n"}
    bench.access = replace(bench.access, credential=credential.parse(json.dumps(key)))
    failure = _failure(bench)
    assert failure.code is FailureCode.CREDENTIAL_INVALID
    assert failure.params["fault"] == "its private_key cannot be read"


def test_no_word_of_the_other_side_carries_a_credential(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    key = json.loads(doubles.key)
    words = f"refused: {key['private_key'].splitlines()[1]} Bearer demo.abcdefghijkl"
    bench.access = replace(bench.access, mask=mask.Mask([doubles.key]))
    doubles.warehouse.fail(bigquery.Fault(reason="accessDenied", message=words))
    assert _failure(bench).said == "refused: *** ***"


def test_a_dry_run_tells_what_a_query_would_read_and_leaves_no_job(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    _with(bench, maximum_bytes_billed=1)
    source = bench.source
    assert isinstance(source, base.Estimating)
    told = source.estimate(bench.ask(COUNT))
    assert (told.item, told.bytes_billed) == ("orders", 10 * 2**20)
    assert told.cost == Decimal("6.25") * 10 * 2**20 / 2**40
    assert not doubles.warehouse.jobs
    with pytest.raises(errors.RunError) as caught:
        source.estimate(bench.ask("SELECT 1 AS n FROM absent"))
    assert caught.value.failure.code is FailureCode.QUERY_INVALID
    with pytest.raises(errors.RunError) as caught:
        source.estimate(bench.ask("DELETE FROM orders WHERE true"))
    assert caught.value.failure.code is FailureCode.QUERY_REFUSED


def test_a_look_at_data_that_was_not_complete_reads_it_anew(
    bench: benches.Bench, doubles: benches.Doubles
) -> None:
    bench.read(COUNT)
    _again(bench, attempt=2)
    assert len(doubles.warehouse.jobs) == 1
    bench.access = replace(bench.access, looks=1)
    _again(bench, attempt=3)
    _again(bench, attempt=4)
    assert len(doubles.warehouse.jobs) == 2
