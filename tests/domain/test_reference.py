import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import credential
from bot.domain import reference
from bot.domain.reference import Reference, Scheme

GOOD = {
    "env://GLOBEX_BIGQUERY": Reference(scheme=Scheme.ENV, path="GLOBEX_BIGQUERY"),
    "local://big-query_2": Reference(scheme=Scheme.LOCAL, path="big-query_2"),
    "local://agency/google-ads": Reference(scheme=Scheme.LOCAL, path="agency/google-ads"),
    "local://bot/slack@3": Reference(scheme=Scheme.LOCAL, path="bot/slack", version="3"),
    "keyring://globex.bigquery": Reference(scheme=Scheme.KEYRING, path="globex.bigquery"),
    "aws-sm://globex/bq#key": Reference(scheme=Scheme.AWS, path="globex/bq", field="key"),
    "aws-sm://a@b?version=AWSPREVIOUS#k": Reference(
        scheme=Scheme.AWS, path="a@b", version="AWSPREVIOUS", field="k"
    ),
    "gcp-sm://projects/p-1/secrets/s": Reference(scheme=Scheme.GCP, path="projects/p-1/secrets/s"),
    "gcp-sm://projects/p/secrets/s/versions/7": Reference(
        scheme=Scheme.GCP, path="projects/p/secrets/s", version="7"
    ),
    "vault://secret/globex/bq#key": Reference(
        scheme=Scheme.VAULT, path="secret/globex/bq", field="key"
    ),
    "vault://kv/a?version=2#key": Reference(
        scheme=Scheme.VAULT, path="kv/a", version="2", field="key"
    ),
}
BAD = (
    *("", "hunter22", "env://", "env://globex", "env://A B", "ENV://A", "env://A#f", "env://A@1"),
    *("local://", "local://A", "local://a/b", "local://agency/", "local://a@0", "local://a@x"),
    *("local://../keys/acme", "local://a.age", "local://-a", "local://a@1@2", "local://a\n"),
    *("keyring://a/b", "aws-sm://", "aws-sm://a b", "aws-sm://a#", "aws-sm://a#b c", "ftp://x"),
    *("gcp-sm://p", "gcp-sm://projects/p/secrets/s/versions/x", "gcp-sm://projects/P/secrets/s"),
    *("vault://kv", "vault://kv/../x#k", "vault://kv//x", "vault:///x", "vault://kv/a?version=x"),
    "vault://" + "a/" * 300 + "b",
)


@pytest.mark.parametrize("text", GOOD)
def test_a_reference_is_taken_apart_and_written_again(text: str) -> None:
    assert reference.parse(text) == GOOD[text]
    assert str(GOOD[text]) == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_none_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        reference.parse(text)
    assert "hunter22" not in str(caught.value)


def test_a_sealed_one_belongs_to_its_client_or_to_whom_it_names() -> None:
    owners = {
        "local://ads": "acme",
        "local://agency/ads": "agency.ads",
        "local://bot/slack": "reportops.bot",
    }
    for text, owner in owners.items():
        assert reference.parse(text).owner("acme") == owner


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    _either(text)


@given(st.sampled_from(list(Scheme)), st.text("aA0/#@?=.:-_% \n\0é", max_size=30))
def test_any_text_behind_a_scheme_is_a_reference_or_refused(scheme: Scheme, rest: str) -> None:
    _either(f"{scheme.value}://{rest}")


def _either(text: str) -> None:
    """Parsed, it reads back as itself, and cannot lead out of a folder."""
    try:
        found = reference.parse(text)
    except ValueError:
        return
    assert str(found) == text
    assert reference.parse(str(found)) == found
    assert ".." not in found.path.split("/") or found.scheme is Scheme.AWS
    if found.scheme is Scheme.LOCAL:
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", found.name)
        assert found.owner("acme") in {"acme", reference.OWN, f"agency.{found.name}"}


@pytest.mark.parametrize("text", GOOD)
def test_the_schema_for_editors_takes_what_a_clients_file_may_say(text: str) -> None:
    one = GOOD[text]
    whose = one.path.rpartition("/")[0] if one.scheme is Scheme.LOCAL else ""
    allowed = not whose and (one.version is None or one.scheme is Scheme.GCP)
    assert (re.fullmatch(credential.PATTERN, text) is not None) == allowed
