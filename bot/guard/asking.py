"""What a run may ask the model, read from its request and written anew; pure.

Nothing of the run's own bytes goes on: what is known and allowed is taken out and written down
again, so that no field, block or tool that we do not know of comes along.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from bot.ipc.allowance import Allowance

LARGEST = 512 * 1024
"""Bytes of one request; our own are about 20 kB."""
_MOST_MESSAGES = 20
_FORMATS = {"disabled", "adaptive"}


class Refused(Exception):  # noqa: N818 - an answer
    """Why a request does not go on: a status and a kind of Anthropic's, and one sentence."""

    def __init__(self, why: str, status: int = 400, *, kind: str = "invalid_request_error") -> None:
        super().__init__(why)
        self.status = status
        self.kind = kind

    def body(self) -> bytes:
        """Return it as the service itself would put it."""
        error = {"type": self.kind, "message": str(self)}
        return json.dumps({"type": "error", "error": error}).encode()


def checked(raw: bytes, allowance: Allowance) -> bytes:
    """Return the request as it goes on; raises Refused."""
    try:
        parsed: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("the request is not JSON") from None
    if not isinstance(parsed, dict):
        raise Refused("the request is not an object")
    asked = cast("Mapping[str, object]", parsed)
    for name in asked:
        if name not in _PARTS:
            raise Refused(f"{name[:40]}: not among what a report may ask for")
    if asked.get("model") != allowance.model:
        raise Refused("model: not the one of this report")
    kept = {name: take(asked[name], allowance) for name, take in _PARTS.items() if name in asked}
    for name in ("model", "max_tokens", "messages"):
        if name not in kept:
            raise Refused(f"{name}: missing")
    return json.dumps(kept).encode()


def _tokens(value: object, allowance: Allowance) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= allowance.tokens:
        raise Refused(f"max_tokens: at most {allowance.tokens}")
    return value


def _messages(value: object, _: Allowance) -> object:
    found: list[object] = []
    for one in _items(value, "messages")[: _MOST_MESSAGES + 1]:
        message = _fields(one, "messages", known={"role", "content"})
        if message.get("role") not in {"user", "assistant"}:
            raise Refused("messages: a role that is none")
        content = _text(message.get("content"), "messages")
        found.append({"role": message["role"], "content": content})
    if len(found) > _MOST_MESSAGES:
        raise Refused(f"messages: at most {_MOST_MESSAGES}")
    return found


def _system(value: object, _: Allowance) -> object:
    return _text(value, "system")


def _text(value: object, place: str) -> object:
    """A text, or blocks of text; one of another kind could make the service fetch an address."""
    if isinstance(value, str):
        return value
    blocks: list[object] = []
    for one in _items(value, place):
        block = _fields(one, place, known={"type", "text", "cache_control"})
        if block.get("type") != "text" or not isinstance(block.get("text"), str):
            raise Refused(f"{place}: text alone")
        kept = {"type": "text", "text": block["text"]}
        if block.get("cache_control") is not None:
            kept["cache_control"] = _fields(block["cache_control"], place, known={"type", "ttl"})
        blocks.append(kept)
    return blocks


def _thinking(value: object, _: Allowance) -> object:
    kept = _fields(value, "thinking", known={"type"})
    if kept.get("type") not in _FORMATS:
        raise Refused("thinking: disabled or adaptive")
    return kept


def _shape(value: object, _: Allowance) -> object:
    kept = _fields(value, "output_config", known={"format"})
    return {"format": _fields(kept.get("format"), "output_config", known={"type", "schema"})}


def _same(value: object, _: Allowance) -> object:
    return value


def _fields(value: object, place: str, *, known: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or not known.issuperset(cast("Mapping[str, object]", value)):
        raise Refused(f"{place}: not of the shape that a report needs")
    return cast("Mapping[str, object]", value)


def _items(value: object, place: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise Refused(f"{place}: not of the shape that a report needs")
    return cast("Sequence[object]", value)


_PARTS: Mapping[str, Callable[[object, Allowance], object]] = {
    "model": _same,
    "max_tokens": _tokens,
    "system": _system,
    "messages": _messages,
    "thinking": _thinking,
    "output_config": _shape,
}
"""Every field that goes on, and how it is taken over. No tools, no streams, no files."""
