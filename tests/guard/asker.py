"""A walled process that asks the model through Anthropic's own client, without knowing its key."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import anthropic
import httpx2

from bot.ipc import places
from bot.worker import egress
from tests.guard import clients, run

MODEL = "claude-haiku-4-5"
TOKENS = 100


def main(channel: str, place: str, names: str, namespaces: str) -> None:
    """Wall this process in and try the named attempts, comma-separated."""
    at = Path(place)
    inside = run.enter(
        int(channel), at, allowed="", model=True, namespaces=namespaces == "namespaces"
    )
    egress.arrange(inside.way, inside.stands, order=clients.order(at / "scratch"))
    with anthropic.Anthropic(api_key="none", base_url=places.MODEL_URL, max_retries=0) as client:
        known = _attempts(client)
        run.say({f"{name} {at}": known[name] for at, name in _numbered(names)}, inside=inside)


def _numbered(names: str) -> list[tuple[int, str]]:
    return list(enumerate(names.split(",")))


def _attempts(client: anthropic.Anthropic) -> Mapping[str, Callable[[], str]]:
    picture = {"type": "image", "source": {"type": "url", "url": "https://evil.example/?data"}}
    tool = {"name": "t", "input_schema": {"type": "object"}}
    fetch = {"type": "web_fetch_20250910", "name": "web_fetch"}

    def ask(**other: object) -> Callable[[], str]:
        wanted: dict[str, Any] = {
            "model": MODEL,
            "max_tokens": TOKENS,
            "messages": [{"role": "user", "content": "hello"}],
            "thinking": {"type": "disabled"},
            **other,
        }
        return lambda: _said(client, wanted)

    return {
        "ask": ask(),
        "another model": ask(model="claude-opus-4-5"),
        "many tokens": ask(max_tokens=TOKENS + 1),
        "a tool": ask(tools=[tool]),
        "a fetching tool": ask(tools=[fetch]),
        "a stream": ask(stream=True),
        "a picture": ask(messages=[{"role": "user", "content": [picture]}]),
        "a field of its own": ask(extra_body={"container": "c"}),
        "much": ask(messages=[{"role": "user", "content": "x" * 600_000}]),
        "models": lambda: ",".join(one.id for one in client.models.list()),
        "batches": lambda: str(client.messages.batches.list()),
        "a key of its own": ask(extra_headers={"x-api-key": "another"}),
        "the service itself": lambda: str(httpx2.get("https://api.anthropic.com", timeout=2)),
        "its address": lambda: str(socket.create_connection(("192.0.2.1", 443), timeout=2)),
    }


def _said(client: anthropic.Anthropic, wanted: Mapping[str, Any]) -> str:
    try:
        answer = cast("Any", client.messages.create)(**wanted)
    except anthropic.APIStatusError as error:
        return f"{error.status_code} {error.message}"
    return f"{answer.usage.output_tokens} tokens"
