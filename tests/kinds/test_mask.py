"""Every trace of a secret, in whatever it is written as."""

import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.kinds import leaves, mask

EDGE = "PRIVATE " + "KEY-----"
LINES = ("c2VjcmV0c2VjcmV0c2VjcmV0", "YW5vdGhlcnNlY3JldGxpbmVo", "bGFzdGxpbmU=")
KEY = f"-----BEGIN {EDGE}\n" + "\n".join(LINES) + f"\n-----END {EDGE}\n"
ACCOUNT = {
    "type": "service_account",
    "client_email": "reports@acme.example",
    "private_key": KEY,
    "nested": {"deeper": [{"still": "a-quiet-word-beneath"}], "scopes": ["https://scope.example"]},
}

Write = Callable[[str], str]
WAYS: Mapping[str, Write] = {
    "plain": str,
    "json": json.dumps,
    "json as it is": lambda text: json.dumps(text, ensure_ascii=False),
    "json in json": lambda text: json.dumps(json.dumps({"error": text})),
    "an address": quote,
    "an address, all of it": lambda text: quote(text, safe=""),
    "a form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=12, max_size=60).filter(
    lambda text: len(text.strip()) >= 12 and len(set(text)) >= 6
)


@given(secret=SECRETS, before=TEXTS, after=TEXTS, way=st.sampled_from(sorted(WAYS)))
@example(secret="ab?>ab?>ab?>cd~~", before="", after="", way="base64 for addresses")
@example(secret='a"b\\c\nd"e\\f\ng"h', before="é", after="é", way="json in json")
def test_no_writing_brings_a_secret_through(secret: str, before: str, after: str, way: str) -> None:
    written = WAYS[way](secret)
    cleaned = mask.Mask([secret])(f"{before} {written} {after}")
    assert mask.MASK in cleaned
    assert written.strip() not in cleaned


@given(secret=SECRETS, before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_base64_of_text_around_a_secret_hides_it_at_every_alignment(
    secret: str, before: bytes, after: bytes
) -> None:
    """What is left can be decoded, and holds next to nothing of the secret."""
    whole = before + secret.encode() + after
    for written in (base64.b64encode(whole), base64.urlsafe_b64encode(whole).rstrip(b"=")):
        cleaned = mask.Mask([secret])(written.decode())
        left = cleaned.replace(mask.MASK, "").replace("=", "")
        assert len(left) <= (len(before) + len(after) + 4) * 4 / 3 + 2


@pytest.mark.parametrize("part", [*LINES, KEY, "".join(LINES), "a-quiet-word-beneath"])
def test_lines_bodies_and_what_lies_deep_are_leaves(part: str) -> None:
    clean = mask.Mask([json.dumps(ACCOUNT)])
    for write in WAYS.values():
        assert mask.MASK in clean(f"it said {write(part)}.")


def test_what_is_open_stays() -> None:
    clean = mask.Mask([json.dumps(ACCOUNT)])
    told = "reports@acme.example may not read https://scope.example as a service_account"
    assert clean(told) == told


def test_what_is_learnt_later_is_masked_from_then_on() -> None:
    clean = mask.Mask(["the-first-secret"])
    assert clean("a-minted-token") == "a-minted-token"
    clean.learn("a-minted-token")
    assert clean("a-minted-token of the-first-secret") == "*** of ***"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("postgresql://reader:p%40ss-word@db/shop", "p@ss-word"),
        ("host=db password=quiet-word user=reader", "quiet-word"),
        ("https://api.example?token=quiet-word&x=1", "quiet-word"),
        ('{"pin": 1234567890}', "1234567890"),
        ("  a-quiet-word\n", "a-quiet-word"),
    ],
)
def test_leaves_of_one_line(text: str, part: str) -> None:
    assert part in leaves.of(text)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ('{"refresh_token": "a", "client_id": "b", "client_secret": "c"}', ("a",)),
        ('{"client_id": "b", "client_secret": "c"}', ("c",)),
        ('{"access_token": "a", "app_secret": "c"}', ("a",)),
        (json.dumps({"type": "service_account", "private_key": KEY}), ("".join(LINES),)),
        ("postgresql://reader:quiet@db/shop", ("quiet",)),
        (" token\n", ("token",)),
    ],
)
def test_one_login_is_told_from_another_by_what_is_its_own(text: str, own: tuple[str, ...]) -> None:
    """Clients that signed in through one program share its secret, and no login."""
    assert leaves.own(text) == own


def test_plain_data_is_cleaned_within_and_its_figures_stay() -> None:
    clean = mask.Mask(["12345678", "quiet-word"])
    data = {"a": ["a quiet-word", 12345678, None, {"b": "12345678"}], "c": "of 12345678"}
    assert clean.within(data) == {
        "a": ["a ***", 12345678, None, {"b": "12345678"}],
        "c": "of ***",
    }
