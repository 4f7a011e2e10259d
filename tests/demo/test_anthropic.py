"""The double is as strict as the service, and as plain."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import cast

import pytest

from bot.demo import anthropic

GOOD: dict[str, object] = {
    "model": "claude-haiku-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "revenue.change = fell 4.1%"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[anthropic.Double]:
    with anthropic.Double() as running:
        yield running


@pytest.fixture
def double(server: anthropic.Double) -> anthropic.Double:
    server.forget()
    return server


def ask(
    double: anthropic.Double, body: object, *, path: str = "/v1/messages", **headers: str
) -> tuple[int, dict[str, object]]:
    given = {
        "x-api-key": double.key,
        "anthropic-version": "2023-06-01",
        "content-type": "application/json",
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        double.url + path, data=json.dumps(body).encode(), headers=given, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, cast("dict[str, object]", json.load(answer))
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, cast("dict[str, object]", json.load(refused))


def test_a_plain_request_is_answered_and_recorded(double: anthropic.Double) -> None:
    double.answer("One {revenue.value}.")
    status, answer = ask(double, GOOD)
    assert status == 200
    assert "One {revenue.value}." in str(answer["content"])
    assert double.requests[0].body == GOOD


def test_a_key_may_come_as_bearer(double: anthropic.Double) -> None:
    assert ask(double, GOOD, x_api_key="", authorization=f"Bearer {double.key}")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x_api_key": "other"}, 401),
        ({"anthropic_version": ""}, 400),
        ({"content_type": "text/plain"}, 400),
        ({"path": "/v1/complete"}, 404),
    ],
)
def test_headers_and_path_are_checked(
    double: anthropic.Double, headers: dict[str, str], status: int
) -> None:
    assert ask(double, GOOD, **headers)[0] == status
    assert not double.requests


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"temperature": 0.5}, 400),
        ({"max_tokens": 0}, 400),
        ({"messages": []}, 400),
        ({"messages": [{"role": "assistant", "content": "Hello"}]}, 400),
        (
            {
                "messages": [
                    {"role": "assistant", "content": "Hello"},
                    {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                ]
            },
            400,
        ),
        ({"messages": [{"role": "robot", "content": "Hello"}]}, 400),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, 400),
        ({"model": "claude-opus-5-5", "thinking": {"type": "disabled"}}, 400),
        ({"output_format": {}}, 400),
        ({"model": "gpt-5"}, 404),
    ],
)
def test_what_the_service_refuses_is_refused(
    double: anthropic.Double, change: dict[str, object], status: int
) -> None:
    told, answer = ask(double, GOOD | change)
    assert told == status
    assert answer["type"] == "error"


def test_thoughts_come_before_the_text_unless_switched_off(double: anthropic.Double) -> None:
    _, thinking = ask(double, GOOD)
    _, quiet = ask(double, GOOD | {"thinking": {"type": "disabled"}})
    assert str(thinking["content"]).startswith("[{'type': 'thinking'")
    assert str(quiet["content"]).startswith("[{'type': 'text'")


def test_without_a_script_it_writes_from_what_it_was_told(double: anthropic.Double) -> None:
    _, answer = ask(double, GOOD)
    assert "{revenue.label} {revenue.change}" in str(answer["content"])
    _, answer = ask(double, GOOD | {"messages": [{"role": "user", "content": "Hello"}]})
    assert "{period.label}" in str(answer["content"])


def test_content_may_come_in_parts(double: anthropic.Double) -> None:
    part = {"type": "text", "text": "revenue.change = fell"}
    _, answer = ask(double, GOOD | {"messages": [{"role": "user", "content": [part]}]})
    assert "{revenue.change}" in str(answer["content"])


@pytest.mark.parametrize("ttl", ["5m", "1h"])
def test_a_long_prefix_is_written_once_and_read_after(double: anthropic.Double, ttl: str) -> None:
    rules = {
        "type": "text",
        "text": "rule " * 1000,
        "cache_control": {"type": "ephemeral", "ttl": ttl},
    }
    used = [
        cast("dict[str, object]", ask(double, GOOD | {"system": [rules]})[1]["usage"])
        for _ in range(2)
    ]
    assert used[0]["cache_creation_input_tokens"] == used[1]["cache_read_input_tokens"] == 1250
    hour = cast("dict[str, int]", used[0]["cache_creation"])["ephemeral_1h_input_tokens"]
    assert hour == (1250 if ttl == "1h" else 0)


def test_a_short_prefix_is_not_kept(double: anthropic.Double) -> None:
    rules = {"type": "text", "text": "rule", "cache_control": {"type": "ephemeral"}}
    used = cast("dict[str, object]", ask(double, GOOD | {"system": [rules]})[1]["usage"])
    assert used["cache_creation_input_tokens"] == 0
