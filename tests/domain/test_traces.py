"""What is found in a text that somebody else's words were put into."""

import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import credential, shapes, traces

PEPPER = "pepper"
SECRET = "a-quiet/word+of=acme"
KNOWN = frozenset(credential.prints([SECRET, "two words of it"], pepper=PEPPER))


def _found(*texts: str) -> bool:
    return traces.found(texts, known=KNOWN, pepper=PEPPER)


AROUND: Mapping[str, Callable[[str], str]] = {
    "alone": str,
    "in a sentence": lambda text: f"It said {text}, twice.",
    "in quotes": lambda text: f"refused “{text}”: no.",
    "in an address": lambda text: f"https://api.example/x?key={quote(text, safe='')}",
    "in a header in an address": lambda text: quote(f"Authorization: Bearer {text}; x", safe=""),
    "in base64 in an address": lambda text: quote(
        base64.b64encode(f"??>{text}".encode()).decode(), safe=""
    ),
    "in base64": lambda text: f"Basic {base64.b64encode(text.encode()).decode()}",
    "with a user": lambda text: base64.b64encode(f"reader:{text}".encode()).decode(),
    "in markup": lambda text: f"*{text}*",
    "in JSON": lambda text: json.dumps({"error": text}),
}


@pytest.mark.parametrize("way", sorted(AROUND))
def test_a_known_secret_is_found_whatever_stands_around_it(way: str) -> None:
    assert _found("fine", AROUND[way](SECRET))
    assert not _found(AROUND[way]("another/word+of=globex"))


def test_one_with_blanks_is_found_on_a_line_of_its_own() -> None:
    assert _found("see:\n two words of it \nand so on")


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "PRIVATE KEY-----\nabc",
        "xoxb-" + "1234-abcd",
        "sk-ant-" + "api03-x",
        "AGE-SECRET-" + "KEY-1QQQQQQQQQ",
        "eyJ" + "hbGciOiJS.eyJ" + "pc3MiOiJhYm.c2lnbmF0dXJl",
    ],
)
def test_shapes_are_found_without_being_known(text: str) -> None:
    assert traces.found([f"so: {text}"], known=(), pepper="")
    assert shapes.MASK in shapes.cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bearer certificates rose by 4.1 %",
        "Revenue {revenue.change} to {revenue.value}",
        "https://acme.example/products/1//2?utm_source=newsletter",
        "eyJewellery.shop",
        "7f3a9c0d-7b1e-4d53-9a0e-2f6d2b8f8a10",
    ],
)
def test_what_a_report_may_say_is_let_through(text: str) -> None:
    assert not _found(text)


DATA = st.recursive(
    st.text() | st.integers() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(data=DATA)
def test_every_text_of_plain_data_is_looked_at(data: object) -> None:
    hidden = {"a": [data, {"b": (data, SECRET)}]}
    assert _found(*traces.texts(hidden))
    assert all(isinstance(text, str) for text in traces.texts(data))


def test_prints_need_the_pepper_and_tell_nothing() -> None:
    one, other = (credential.prints([SECRET], pepper=name) for name in ("a", "b"))
    assert one != other
    assert credential.prints(["short", SECRET, SECRET], pepper="a") == one
    assert len(credential.prints(map(str, range(10**7, 10**7 + 99)), pepper="a")) == 64
