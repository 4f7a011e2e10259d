"""What a run may ask the model, and in which words it goes on."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guard import asking
from bot.ipc.allowance import Allowance

ALLOWED = Allowance(model="claude-haiku-4-5", tokens=100, calls=2)
PLAIN: dict[str, Any] = {
    "model": ALLOWED.model,
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("type", "text", "role", "content", "url")), inner)
    ),
    max_leaves=8,
)
FIELDS = (*PLAIN, "system", "thinking", "output_config", "tools", "stream", "metadata")

WRONG: list[dict[str, object]] = [
    {"model": "claude-opus-4-5"},
    {"max_tokens": 101},
    {"max_tokens": -1},
    {"max_tokens": True},
    {"max_tokens": "100"},
    {"tools": []},
    {"stream": False},
    {"mcp_servers": []},
    {"messages": "hello"},
    {"messages": [{"role": "user", "content": "x"}] * 21},
    {"messages": [{"role": "system", "content": "x"}]},
    {"messages": [{"role": "user", "content": [{"type": "document", "source": {}}]}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": {}}]}]},
    {"messages": [{"role": "user", "content": [{"type": "document", "text": "x"}]}]},
    {"messages": [{"role": "user", "content": "x", "id": "1"}]},
    {"system": [{"type": "text", "text": "x", "citations": {}}]},
    {"thinking": {"type": "enabled"}},
    {"thinking": {"type": "adaptive", "budget_tokens": 9}},
    {"output_config": {"effort": "max"}},
    {"output_config": {"format": {"type": "json_schema", "url": "https://evil.example"}}},
]


def checked(**other: object) -> dict[str, Any]:
    return json.loads(asking.checked(json.dumps({**PLAIN, **other}).encode(), ALLOWED))


def test_what_a_report_asks_goes_on_as_it_is() -> None:
    rules = [{"type": "text", "text": "r", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    shape = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    whole = {**PLAIN, "system": rules, "output_config": shape, "thinking": {"type": "disabled"}}
    assert checked(**whole) == whole


@pytest.mark.parametrize("other", WRONG)
def test_what_it_does_not_ask_goes_nowhere(other: dict[str, object]) -> None:
    with pytest.raises(asking.Refused) as caught:
        checked(**other)
    assert caught.value.status == 400
    assert json.loads(caught.value.body())["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b'{"model": 1', b"[" * 100_000])
def test_what_is_no_request_is_refused(raw: bytes) -> None:
    with pytest.raises(asking.Refused):
        asking.checked(raw, ALLOWED)


@given(other=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_comes_what_goes_on_is_text_within_bounds(other: dict[str, object]) -> None:
    try:
        gone = checked(**other)
    except asking.Refused:
        return
    assert gone["model"] == ALLOWED.model
    assert 0 <= gone["max_tokens"] <= ALLOWED.tokens
    assert set(gone) <= {*PLAIN, "system", "thinking", "output_config"}
    for message in gone["messages"]:
        content = message["content"]
        assert isinstance(content, str) or all(one["type"] == "text" for one in content)
