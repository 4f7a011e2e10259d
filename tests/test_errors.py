from dataclasses import replace

import pytest

from bot import errors
from bot.domain import run


def test_a_failure_reads_as_a_sentence_with_its_own_names() -> None:
    failure = run.Failure(
        code=run.FailureCode.CREDENTIAL_REFUSED,
        source="warehouse",
        reference="env://GLOBEX_BIGQUERY",
        said="Token has been expired or revoked.",
    )
    assert errors.describe(failure, source_label="BigQuery") == (
        "BigQuery refused our sign-in with env://GLOBEX_BIGQUERY."
    )
    assert errors.short(failure, source_label="BigQuery") == "BigQuery sign-in revoked"


def test_a_sentence_begins_with_a_capital_whatever_the_source_is_called() -> None:
    failure = run.Failure(code=run.FailureCode.SOURCE_FAULT, source="shop")
    told = errors.describe(failure, source_label="the client's files (DuckDB)")
    assert told == "The client's files (DuckDB) answered with a fault of its own."


@pytest.mark.parametrize("code", list(run.FailureCode))
def test_every_sentence_stands_without_any_parameter(code: run.FailureCode) -> None:
    failure = run.Failure(code=code)
    for text in (errors.describe(failure), errors.remedy(failure), errors.short(failure)):
        assert text
        assert "$" not in text


@pytest.mark.parametrize(
    ("query", "params"), [(None, {}), ("setup", {"file": "client.yaml", "fault": "no customer 7"})]
)
@pytest.mark.parametrize(
    "code", ["permission_denied", "not_found", "source_timeout", "query_invalid"]
)
def test_before_the_first_query_no_sentence_names_one(
    code: str, query: str | None, params: dict[str, str]
) -> None:
    failure = run.Failure(code=run.FailureCode(code), source="ads", query=query, params=params)
    told = errors.describe(failure).lower()
    for word in ("query query", "setup", "(file)", "(client.yaml)"):
        assert word not in told


@pytest.mark.parametrize("code", list(run.FailureCode))
def test_what_the_other_side_said_stays_out_of_the_sentence(code: run.FailureCode) -> None:
    failure = run.Failure(code=code, said="private words")
    assert "private words" not in errors.describe(failure) + errors.remedy(failure)


def test_a_credential_fault_is_never_retried_by_itself() -> None:
    assert not errors.is_retryable(run.FailureCode.CREDENTIAL_REFUSED)
    assert errors.is_retryable(run.FailureCode.SOURCE_UNREACHABLE)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [("30", "1 min"), ("1200", "20 min"), ("3600", "1 h"), ("5400", "1 h 30 min")],
)
def test_when_a_source_wants_to_be_asked_again_is_said(seconds: str, words: str) -> None:
    failure = run.Failure(code=run.FailureCode.SOURCE_BUSY, params={"retry_after": seconds})
    assert errors.describe(failure, source_label="BigQuery") == (
        "BigQuery is turning requests away (rate limit or quota)."
        f" It asks us to come back in {words}."
    )


def test_garbage_about_when_to_come_back_is_not_said() -> None:
    failure = run.Failure(code=run.FailureCode.SOURCE_BUSY, params={"retry_after": "<!channel>"})
    assert "come back" not in errors.describe(failure)


def test_at_the_opening_its_entry_is_mended_and_later_the_query() -> None:
    broken = run.Failure(code=run.FailureCode.QUERY_INVALID, source="web")
    opening = replace(broken, query="setup", params={"file": "client.yaml"})
    for one in (broken, opening):
        assert errors.remedy(one) == "Mend its entry in client.yaml, then press Retry."
    setup = replace(opening, params={"file": "load.sql"})
    for one in (setup, replace(broken, query="orders", params={"file": "orders.sql"})):
        assert errors.remedy(one) == "Mend the query, then press Retry."


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("env://ACME_GA4", "Replace env://ACME_GA4 where the bot runs, or grant"),
        ("vault://secret/acme", "Replace vault://secret/acme where it is kept, or grant"),
        ("local://ga4", "Rotate local://ga4, or grant"),
    ],
)
def test_a_refused_credential_is_replaced_by_its_name(reference: str, told: str) -> None:
    refused = run.Failure(code=run.FailureCode.CREDENTIAL_REFUSED, reference=reference)
    assert errors.remedy(refused).startswith(told)
