import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors
from bot.domain.run import FailureCode
from bot.kinds import mask
from bot.worker.credentials import env, google
from tests import samples

REFERENCE = "env://ACME_BIGQUERY"
SOURCE = samples.SOURCES["warehouse"]
EDGE = "PRIVATE " + "KEY-----"
KEY = f"-----BEGIN {EDGE}\nc2VjcmV0c2VjcmV0\n-----END {EDGE}"
ACCOUNT = {
    "type": "service_account",
    "client_email": "reports@acme.example",
    "private_key": KEY,
    "token_uri": "https://oauth2.example/token",
}
PERSON = {
    "type": "authorized_user",
    "client_id": "client-of-acme",
    "client_secret": "a-quiet-word-of-acme",
    "refresh_token": "another-quiet-word-of-acme",
}


def _failure(texts: Mapping[str, str]) -> tuple[FailureCode, str]:
    with pytest.raises(errors.RunError) as caught:
        env.fetch(SOURCE, texts)
    failure = caught.value.failure
    assert (failure.source, failure.reference) == ("warehouse", REFERENCE)
    return failure.code, failure.params.get("fault", "")


@pytest.mark.parametrize("info", [ACCOUNT, PERSON])
def test_a_credential_is_typed_and_hides_itself(info: Mapping[str, str]) -> None:
    found = env.fetch(SOURCE, {REFERENCE: json.dumps(info)})
    assert found is not None
    assert (found.type, found.info) == (info["type"], info)
    assert "quiet" not in repr(found)
    assert "PRIVATE" not in repr(found)


def test_a_source_that_names_none_gets_none() -> None:
    assert env.fetch(replace(SOURCE, credential=None), {}) is None


@pytest.mark.parametrize("texts", [{}, {REFERENCE: ""}, {REFERENCE: " \n"}, {"env://OTHER": "x"}])
def test_a_credential_that_is_not_set_is_missing(texts: Mapping[str, str]) -> None:
    assert _failure(texts) == (FailureCode.CREDENTIAL_MISSING, "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hunter22", "it is not JSON"),
        ("[" * 5000, "it is not JSON"),
        ("[]", "its “type” is neither service_account nor authorized_user"),
        ('{"type": "impersonated"}', "its “type” is neither service_account nor authorized_user"),
        ('{"type": ["service_account"]}', "its “type” is neither"),
        (json.dumps({**ACCOUNT, "token_uri": ""}), "it is a service_account without token_uri"),
        (
            json.dumps({"type": "authorized_user", "client_id": "x"}),
            "it is a authorized_user without client_secret and refresh_token",
        ),
        (json.dumps({**ACCOUNT, "private_key": "hunter22"}), "its private_key is not in PEM form"),
    ],
)
def test_a_credential_of_no_use_says_why_and_nothing_else(text: str, fault: str) -> None:
    code, said = _failure({REFERENCE: text})
    assert code is FailureCode.CREDENTIAL_INVALID
    assert said.startswith(fault)
    assert "hunter22" not in said


def test_every_trace_of_a_credential_is_masked() -> None:
    clean = mask.Mask([json.dumps(ACCOUNT), json.dumps(PERSON), "a-plain-model-key"])
    for part in (
        KEY,
        json.dumps(KEY),
        "c2VjcmV0c2VjcmV0",
        "a-quiet-word-of-acme",
        "a-plain-model-key",
        json.dumps(ACCOUNT),
    ):
        assert "***" in clean(f"it said {part}, twice")
        assert "quiet" not in clean(part)
        assert "c2Vj" not in clean(part)
    assert clean("reports@acme.example may not read") == "reports@acme.example may not read"


@pytest.mark.parametrize(
    "token",
    [
        "ya29" + ".a0AfB_byC-dEf",
        "1//" + "0gabcdefghijkl",
        "eyJ" + "hbGciOiJS.eyJpc3M.c2ln",
        "Bearer " + "abcdefgh12345",
    ],
)
def test_tokens_made_of_a_credential_are_masked_by_their_shape(token: str) -> None:
    assert mask.Mask([])(f"got {token} today") == "got *** today"


@given(secret=st.text(min_size=8, max_size=60), around=st.text(max_size=30))
def test_a_secret_never_comes_through(secret: str, around: str) -> None:
    cleaned = mask.Mask([secret])(f"{around}{secret}{around}")
    assert secret in around or secret not in cleaned or secret in mask.MASK * 3


def test_a_parsed_credential_keeps_text_fields_only() -> None:
    found = google.parse(json.dumps({**PERSON, "scopes": ["a"], "n": 1}))
    assert found.info == PERSON
