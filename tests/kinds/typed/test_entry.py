"""What people enter, and what they are told about it."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import typed
from bot.kinds.typed import entry

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAIR = {"client_id": "a", "client_secret": "b"}
LOGIN = {"user": "a", "password": "b"}
EDGE = "PRIVATE " + "KEY-----"
ACCOUNT = {
    "type": "service_account",
    "project_id": "acme-data",
    "client_email": "reports@acme.example",
    "private_key": f"-----BEGIN {EDGE}\nc2VjcmV0c2VjcmV0\n-----END {EDGE}\n",
    "token_uri": "https://oauth2.example/token",
}
PERSON = {
    "type": "authorized_user",
    "client_id": "client-of-acme",
    "client_secret": "a-quiet-word-of-acme",
    "refresh_token": "another-quiet-word-of-acme",
}


def _web_token(claims: object) -> str:
    def part(of: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(of).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.quiet"


def _fault(kind: str, text: str, settings: Mapping[str, object] | None = None) -> str:
    with pytest.raises(ValueError, match=r"^\S") as caught:
        entry.read(typed.of(kind, settings), text, now=NOW)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (" \n", "it is empty"),
        ("local://quiet", "it is a reference to a credential"),
        ("vault://quiet/path#field", "it is a reference to a credential"),
        ("~/Downloads/quiet-1234.json", "it is the name of a file"),
        (r"C:\keys\quiet.pem", "it is the name of a file"),
        ("-----BEGIN PUBLIC KEY-----\nquiet\n-----END PUBLIC KEY-----", "it holds a public key"),
        ("ssh-ed25519 quiet me@here", "it holds a public key"),
        (json.dumps({"installed": {"client_secret": "quiet"}}), "it is the JSON of the OAuth"),
        (json.dumps({"web": {"client_secret": "quiet"}}), "it is the JSON of the OAuth client"),
        ("META_TOKEN=quiet", "it begins with a variable's name"),
        ("export TOKEN = quiet", "it begins with a variable's name"),
        ("Bearer quiet", "it begins as a header does"),
        ("“quiet”", "quotation marks stand around it"),
        ('"quiet"', "quotation marks stand around it"),
        ("qui\u200bet", "it holds a character that cannot be seen"),
        ("quiet\ufeff", "it holds a character that cannot be seen"),
        ("qui\net", "it holds a line break"),
        (json.dumps({"access_token": " quiet"}), "its “access_token” has blanks around it"),
        (json.dumps({"access_token": "'quiet'"}), "its “access_token” has quotation marks"),
        (json.dumps({"access_token": "env://QUIET"}), "its “access_token” is a reference"),
        (json.dumps({"access_token": "qui\u00a0et"}), "its “access_token” holds a character"),
    ],
)
def test_what_is_no_secret_is_named_and_not_quoted(text: str, fault: str) -> None:
    told = _fault("meta_ads", text)
    assert told.startswith(fault)
    assert "quiet" not in told.casefold()


@given(text=st.text(max_size=80), kind=st.sampled_from(["postgres", "http_json", "bigquery"]))
def test_whatever_is_entered_is_kept_or_refused_in_words(text: str, kind: str) -> None:
    try:
        kept = entry.read(typed.of(kind), text, now=NOW).text
    except ValueError as fault:
        kept, told = None, str(fault)
        known = told.startswith(("it ", "its ", "quotation", "one of"))
    else:
        known = kept == text.strip()
    assert known


def test_a_key_of_another_project_is_warned_of_and_taken() -> None:
    """One account may well be let into another's project."""
    form = typed.of("bigquery", {"project": "globex-data"})
    facts = entry.read(form, json.dumps(ACCOUNT), now=NOW)
    assert facts.warnings[0].startswith("The account is of acme-data, and the source reads globex")
    own = typed.of("bigquery", {"project": "acme-data"})
    assert entry.read(own, json.dumps(ACCOUNT), now=NOW).warnings == ()


def test_a_persons_sign_in_is_never_pasted_and_may_come_by_file() -> None:
    form = typed.of("ga4")
    with pytest.raises(ValueError, match="credential login"):
        entry.read(form, json.dumps(PERSON), now=NOW, pasted=True)
    assert entry.read(form, json.dumps(PERSON), now=NOW).text == json.dumps(PERSON)
    assert form.login == "google"


@pytest.mark.parametrize("nested", [False, True])
def test_a_token_that_says_when_it_ends_is_believed(nested: bool) -> None:
    def text(end: float) -> str:
        token = _web_token({"exp": end})
        return json.dumps({"access_token": token}) if nested else token

    form = typed.of("meta_ads")
    facts = entry.read(form, text(NOW.timestamp() + 86400), now=NOW)
    assert facts.ends is not None
    assert (facts.ends.what, facts.ends.at) == ("token", datetime(2026, 11, 24, tzinfo=UTC))
    with pytest.raises(ValueError, match="its token ended on 2026-11-22"):
        entry.read(form, text(NOW.timestamp() - 86400), now=NOW)


@pytest.mark.parametrize("claims", [[], {"exp": "soon"}, {"exp": -1}, {"exp": 1e300}, "x"])
def test_a_token_that_says_nonsense_ends_nowhere(claims: object) -> None:
    assert entry.read(typed.of("http_json"), _web_token(claims), now=NOW).ends is None


def test_what_a_login_wrote_beside_its_token_is_read() -> None:
    dated = {**PERSON, "expires_at": "2026-11-30T00:00:00Z", "made_at": "2026-11-23T00:00:00+00:00"}
    facts = entry.read(typed.of("ga4"), json.dumps(dated), now=NOW)
    assert facts.ends is not None
    assert (facts.ends.at.day, facts.ends.what, facts.made_at) == (30, "sign-in", NOW)


@pytest.mark.parametrize(
    ("kind", "settings", "entered", "text"),
    [
        ("looker", {}, PAIR, json.dumps(PAIR)),
        ("http_json", {"auth": "basic"}, {**LOGIN, "password": " b\n"}, json.dumps(LOGIN)),
        ("http_json", {}, {"": " quiet\n"}, "quiet"),
        ("postgres", {}, {"": "quiet"}, "quiet"),
        ("meta_ads", {}, {"access_token": "a", "app_secret": ""}, '{"access_token": "a"}'),
        ("snowflake", {}, {"user": "A", "token": "t"}, '{"user": "A", "token": "t"}'),
        ("elsewhere", {}, {"": "x\ny"}, "x\ny"),
    ],
)
def test_what_is_entered_into_fields_becomes_one_text_that_reads(
    kind: str, settings: Mapping[str, object], entered: Mapping[str, str], text: str
) -> None:
    form = typed.of(kind, settings)
    assert entry.made(form, entered) == text
    assert entry.read(form, text, now=NOW).text == text


def test_an_empty_field_is_named() -> None:
    with pytest.raises(ValueError, match="“Client secret” is empty"):
        entry.made(typed.of("looker"), {"client_id": "a", "client_secret": " "})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("quiet", "an Anthropic API key begins with"),
        ("sk-ant-" + "admin01-quiet", "it is an admin key"),
        ("sk-ant-" + "qui et", "it holds a line break"),
    ],
)
def test_a_models_key_is_known_by_its_beginning(text: str, fault: str) -> None:
    assert _fault(typed.MODEL, text).startswith(fault)
    assert entry.read(typed.of(typed.MODEL), "sk-ant-" + "x1", now=NOW).text


def test_lookers_key_is_a_pair() -> None:
    assert _fault("looker", '{"client_id": "a"}') == "it has no “client_secret”"
