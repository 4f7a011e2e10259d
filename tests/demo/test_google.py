"""The sign-in double is strict: who may not sign in at Google may not here."""

import base64
import json
from collections.abc import Iterator, Mapping

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot import clock
from bot.demo import google

EMAIL = "reports@acme.example"
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def accounts() -> Iterator[google.GoogleDouble]:
    with google.GoogleDouble() as double:
        yield double


def _ask(accounts: google.GoogleDouble, form: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    answer = requests.post(accounts.url, data=form, timeout=5)
    return answer.status_code, answer.json()


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _assertion(key: Mapping[str, str], **claims: object) -> str:
    now = int(clock.SystemClock().now().timestamp())
    body = {"iss": key["client_email"], "aud": key["token_uri"], "iat": now, "exp": now + 3600}
    signed = f"{_part({'alg': 'RS256', 'kid': key['private_key_id']})}.{_part(body | claims)}"
    private = serialization.load_pem_private_key(key["private_key"].encode(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    seal = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def test_a_signed_assertion_gets_a_token(accounts: google.GoogleDouble) -> None:
    key = accounts.service_account(EMAIL, "acme-analytics")
    status, body = _ask(accounts, {"grant_type": JWT, "assertion": _assertion(key)})
    assert (status, body["token_type"]) == (200, "Bearer")
    found = accounts.principal(body["access_token"])
    assert found == google.Principal(email=EMAIL, projects=frozenset({"acme-analytics"}))
    accounts.revoke(EMAIL)
    assert accounts.principal(body["access_token"]) is None
    assert accounts.projects(EMAIL) == frozenset()
    accounts.grant(EMAIL)
    assert accounts.principal(body["access_token"]) == found


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "https://elsewhere.example"}, "Invalid JWT"),
        ({"iat": 0, "exp": 3600}, "Invalid JWT"),
        ({"exp": 99999999999}, "Invalid JWT"),
        ({"exp": "soon"}, "Bad Request"),
        ({"iss": "nobody@acme.example"}, "account not found"),
    ],
)
def test_an_assertion_that_does_not_hold_is_refused(
    accounts: google.GoogleDouble, claims: Mapping[str, object], words: str
) -> None:
    key = accounts.service_account(EMAIL, "acme-analytics")
    status, body = _ask(accounts, {"grant_type": JWT, "assertion": _assertion(key, **claims)})
    assert (status, body["error"]) == (400, "invalid_grant")
    assert words in body["error_description"]


def test_a_service_account_may_sign_its_own_tokens(accounts: google.GoogleDouble) -> None:
    key = accounts.service_account(EMAIL, "acme-analytics")
    token = _assertion(key, sub=EMAIL, scope="https://scope.example/read")
    found = accounts.principal(token)
    assert found is not None
    assert (found.email, found.scope) == (EMAIL, "https://scope.example/read")
    accounts.revoke(EMAIL)
    assert accounts.principal(token) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "somebody@else.example"},
        {"scope": ""},
        {"exp": 1, "iat": 0},
        {"exp": "soon"},
        {"iss": "nobody@acme.example"},
    ],
)
def test_a_token_of_its_own_that_does_not_hold_is_nobodys(
    accounts: google.GoogleDouble, claims: Mapping[str, object]
) -> None:
    key = accounts.service_account(EMAIL, "acme-analytics")
    told = {"sub": EMAIL, "scope": "https://scope.example/read", **claims}
    token = _assertion(key, **told)
    assert accounts.principal(token) is None
    assert accounts.principal(f"{token[:-8]}AAAAAAAA") is None


@pytest.mark.parametrize("assertion", ["", "a.b.c", "e30.e30.", "." * 40])
def test_what_is_no_assertion_is_refused(accounts: google.GoogleDouble, assertion: str) -> None:
    status, body = _ask(accounts, {"grant_type": JWT, "assertion": assertion})
    assert (status, body["error"]) == (400, "invalid_grant")


def test_a_refresh_token_needs_its_client(accounts: google.GoogleDouble) -> None:
    person = accounts.authorized_user(EMAIL, "acme-analytics")
    form = {**person, "grant_type": "refresh_token"}
    assert _ask(accounts, form)[0] == 200
    assert _ask(accounts, form | {"client_secret": "guessed"})[1]["error"] == "invalid_client"
    assert _ask(accounts, form | {"refresh_token": "guessed"})[1]["error"] == "invalid_grant"
    accounts.revoke(EMAIL)
    assert _ask(accounts, form)[1] == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }


def test_other_grants_and_other_places_are_refused(accounts: google.GoogleDouble) -> None:
    assert _ask(accounts, {"grant_type": "password"})[1]["error"] == "unsupported_grant_type"
    assert requests.get(accounts.url, timeout=5).status_code == 404
