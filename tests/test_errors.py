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


@pytest.mark.parametrize("code", list(run.FailureCode))
def test_what_the_other_side_said_stays_out_of_the_sentence(code: run.FailureCode) -> None:
    failure = run.Failure(code=code, said="private words")
    assert "private words" not in errors.describe(failure) + errors.remedy(failure)


def test_a_credential_fault_is_never_retried_by_itself() -> None:
    assert not errors.is_retryable(run.FailureCode.CREDENTIAL_REFUSED)
    assert errors.is_retryable(run.FailureCode.SOURCE_UNREACHABLE)
