import asyncio
import base64
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from bot import errors, wire
from bot.domain import credential as known
from bot.domain import ids
from bot.domain.kept import OF_KEYRINGS, Fault, Kept
from bot.domain.run import FailureCode
from bot.kinds import mask
from bot.kinds.typed import google, postgres, snowflake
from bot.sealed import age
from bot.worker.credentials import Keys
from tests import samples

REFERENCE = "env://ACME_BIGQUERY"
SEALED = "local://bigquery"
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


def _keys(texts: Mapping[str, str], kept: Kept | None = None) -> Keys:
    order = wire.CheckOrder(
        client=samples.CLIENT,
        as_of=datetime(2026, 5, 4, tzinfo=UTC),
        credentials=texts,
        deadline_seconds=5.0,
        scratch=Path("unused"),
    )
    return Keys(replace(order, kept=kept or Kept()))


def _failure(texts: Mapping[str, str]) -> tuple[FailureCode, str]:
    with pytest.raises(errors.RunError) as caught:
        _keys(texts).credential(SOURCE)
    failure = caught.value.failure
    assert (failure.source, failure.reference) == ("warehouse", REFERENCE)
    return failure.code, failure.params.get("fault", "")


@pytest.mark.parametrize("info", [ACCOUNT, PERSON])
def test_a_credential_is_typed_and_hides_itself(info: Mapping[str, str]) -> None:
    found = _keys({REFERENCE: json.dumps(info)}).credential(SOURCE)
    assert isinstance(found, google.Credential)
    assert (found.type, found.info) == (info["type"], info)
    assert "quiet" not in repr(found)
    assert "PRIVATE" not in repr(found)


def test_a_source_that_names_none_gets_none() -> None:
    assert _keys({}).credential(replace(SOURCE, credential=None)) is None


@pytest.mark.parametrize("texts", [{}, {REFERENCE: ""}, {REFERENCE: " \n"}, {"env://OTHER": "x"}])
def test_a_credential_that_is_not_set_is_missing(texts: Mapping[str, str]) -> None:
    assert _failure(texts) == (FailureCode.CREDENTIAL_MISSING, "")


def _sealed(text: str, *, by: age.Pair, faults: Mapping[str, Fault] | None = None) -> Kept:
    blob = base64.b64encode(age.seal(text, to=by.recipient)).decode()
    return Kept(identities={"acme": by.identity}, sealed={SEALED: blob}, faults=dict(faults or {}))


def test_a_sealed_credential_is_opened_in_the_run_and_masked_from_then_on() -> None:
    source, word = replace(SOURCE, credential=SEALED), PERSON["refresh_token"]
    own = age.generate()
    keys = _keys({}, _sealed(json.dumps(PERSON), by=own))
    found = keys.credential(source)
    assert isinstance(found, google.Credential)
    assert keys.credential(source) == found
    assert keys.mask(f"it said {word} and {own.identity}") == "it said *** and ***"
    assert own.identity not in repr(keys.order)


@pytest.mark.parametrize("why", sorted(set(Fault) - OF_KEYRINGS))
def test_a_sealed_credential_that_cannot_be_had_says_why_and_what_mends_it(why: Fault) -> None:
    with pytest.raises(errors.RunError) as caught:
        _keys({}, Kept(faults={SEALED: why})).credential(replace(SOURCE, credential=SEALED))
    failure = caught.value.failure
    assert (failure.source, failure.reference) == ("warehouse", SEALED)
    said = f"{errors.describe(failure)} {errors.remedy(failure)}"
    assert SEALED in said
    assert "$" not in said
    assert ("reportops" in said) or ("REPORTOPS" in said)
    assert said.endswith("press Retry.")


def test_another_clients_key_opens_nothing() -> None:
    foreign = replace(_sealed("x", by=age.generate()), identities={"acme": age.generate().identity})
    for kept in (foreign, replace(foreign, identities={}), replace(foreign, sealed={SEALED: "!"})):
        with pytest.raises(errors.RunError) as caught:
            _keys({}, kept).text(SEALED)
        assert caught.value.failure.code is FailureCode.CREDENTIAL_CLOSED


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


def test_the_password_of_an_address_is_masked_by_itself() -> None:
    clean = mask.Mask(["postgresql://reports:quiet%2Fword@db.acme.example/shop"])
    assert clean("no quiet/word, no quiet%2Fword for reports") == "no ***, no *** for reports"


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


ROBOT = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(passphrase: str = "") -> str:
    locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        locked = serialization.BestAvailableEncryption(passphrase.encode())
    form = serialization.PrivateFormat.PKCS8
    return ROBOT.private_bytes(serialization.Encoding.PEM, form, locked).decode()


def _bare() -> str:
    return "".join(line for line in _pem().splitlines() if not line.startswith("-----"))


@pytest.mark.parametrize(
    ("fields", "method"),
    [
        ({"private_key": _pem()}, snowflake.Method.KEY),
        ({"private_key": _bare()}, snowflake.Method.KEY),
        (
            {"private_key": _pem("quiet"), "private_key_passphrase": "quiet"},
            snowflake.Method.KEY,
        ),
        ({"token": "a-quiet-token"}, snowflake.Method.TOKEN),
        ({"oauth_token": "a-quiet-token"}, snowflake.Method.OAUTH),
        ({"password": "a-quiet-word"}, snowflake.Method.PASSWORD),
    ],
)
def test_a_snowflake_user_signs_in_with_one_of_four(
    fields: Mapping[str, str], method: snowflake.Method
) -> None:
    found = snowflake.parse(json.dumps({"user": "REPORTS", **fields}))
    assert (found.user, found.method) == ("REPORTS", method)
    assert "quiet" not in repr(found)
    if method is snowflake.Method.KEY:
        assert isinstance(found.secret, bytes)
        assert serialization.load_der_private_key(found.secret, None)
    else:
        assert str(found.secret).startswith("a-quiet-")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"password": "quiet"}, "it has no “user”"),
        ({"user": "A"}, "it needs exactly one of private_key, token, oauth_token, password"),
        ({"user": "A", "token": "quiet", "password": "quiet"}, "it needs exactly one of"),
        ({"user": "A", "private_key": "quiet"}, "its private_key is not in PEM form"),
        ({"user": "A", "private_key": "cXVpZXQ="}, "its private_key cannot be read"),
        ({"user": "A", "private_key": _pem("quiet")}, "its private_key and its"),
        (
            {"user": "A", "private_key": _pem("quiet"), "private_key_passphrase": "no"},
            "its private_key cannot be read",
        ),
    ],
)
def test_a_snowflake_credential_of_no_use_says_why(fields: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        snowflake.parse(json.dumps(fields))
    assert "quiet" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p@ss:word/1", postgres.Credential(password="p@ss:word/1")),
        ("  p\n", postgres.Credential(password="p")),
        (
            "postgresql://re%40der:p%2Fw@Db.example:6432/sh%20op?sslmode=disable",
            postgres.Credential(
                password="p/w", host="db.example", port=6432, database="sh op", user="re@der"
            ),
        ),
        ("postgres://:p@/", postgres.Credential(password="p")),
    ],
)
def test_a_postgres_credential_is_a_password_or_an_address(
    text: str, found: postgres.Credential
) -> None:
    assert postgres.parse(text) == found
    assert "password" not in repr(found)


@pytest.mark.parametrize("text", ["a\nb", "postgresql://reader@db/shop", "postgres://a:b@[/x"])
def test_a_postgres_credential_of_no_use_quotes_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it(s| has)") as caught:
        postgres.parse(text)
    assert "reader" not in str(caught.value)


def test_what_was_opened_is_told_by_prints_that_need_the_pepper() -> None:
    dated = {**PERSON, "expires_at": "2026-11-30T00:00:00Z"}
    keys = _keys({REFERENCE: json.dumps(dated)})
    keys.credential(SOURCE)
    assert keys.seen == ()
    keys = _keys({REFERENCE: json.dumps(dated)})
    keys.order = replace(keys.order, pepper="pepper")
    keys.credential(SOURCE)
    keys.credential(SOURCE)
    (seen,) = keys.seen
    own = PERSON["refresh_token"]
    assert seen.reference == REFERENCE
    assert seen.own == known.prints([own], pepper="pepper")
    assert {*seen.own, *known.prints([PERSON["client_secret"]], pepper="pepper")} <= {*seen.prints}
    assert (seen.expires_at, seen.expires_what) == (datetime(2026, 11, 30, tzinfo=UTC), "sign-in")
    assert "quiet" not in str(seen)


@pytest.mark.slow
async def test_a_worker_masks_what_it_tells_and_tells_what_it_opened(tmp_path: Path) -> None:
    """Also where nothing was cleaned on the way."""
    order = wire.RunOrder(
        run=ids.RunId("r"),
        attempt=1,
        client=samples.CLIENT,
        report=samples.WEEKLY,
        period=samples.THIS_WEEK,
        as_of=samples.AS_OF,
        credentials={REFERENCE: json.dumps(PERSON)},
        pepper="x",
        deadline_seconds=5.0,
        scratch=tmp_path,
    )
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LOUD, stdin=-1, stdout=-1, stderr=-1
    )
    out, err = await ran.communicate(wire.write_order(order))
    said = out.decode() + err.decode()
    assert said.count("***") >= 3
    assert "quiet" not in said
    told = wire.read_line(out.splitlines()[-1])
    assert isinstance(told, wire.RunFailed)
    assert (told.failure.said, told.seen[0].reference) == ("it said ***", REFERENCE)


_LOUD = """
import sys
from bot import errors
from bot.domain import run
from bot.worker import __main__ as worker

async def loud(order, tell, *, keys):
    text = keys.text("env://ACME_BIGQUERY")
    word = "another-quiet-word-of-acme"
    print("it said", word)
    sys.stderr.write("in pieces: another-qui")
    sys.stderr.write("et-word-of-acme")
    failure = run.Failure(code=run.FailureCode.SOURCE_FAULT, said=f"it said {word}")
    return worker.wire.RunFailed(failure=failure, timings={})

worker.pipeline.run = loud
worker.main()
"""
