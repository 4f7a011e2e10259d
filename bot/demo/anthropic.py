"""A local double of Anthropic's Messages API: strict about requests, scriptable in its answers.

    with anthropic.Double() as double:
        double.answer("{revenue.label} {revenue.change} to {revenue.value}.")
        double.fail(anthropic.Fault.OVERLOADED)
        ... reach it with double.url and double.key ...
        double.requests[0].body["model"]

What is scripted is used up in order. After that it writes sentences of its own from the
references that the prompt lists, so that a demo has a narrative without anybody's key.
"""

import json
import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from bot.demo import messages

CACHEABLE_TOKENS = 512
"""A shorter prefix is not kept. The real limit differs by model."""
ALWAYS_THINKING = ("claude-opus-5-5", "claude-fable")
"""Models that refuse to be told not to think."""
_VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
_CHARACTERS_PER_TOKEN = 4
_REFERENCE = re.compile(r"^([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+) = (.+)$", re.MULTILINE)


class Fault(StrEnum):
    """What may go wrong with one request."""

    KEY = "authentication_error"
    FORBIDDEN = "permission_error"
    LIMITED = "rate_limit_error"
    OVERLOADED = "overloaded_error"
    BROKEN = "api_error"
    SLOW = "slow"
    """No answer until the double closes."""
    CUT = "cut"
    """The connection ends before the answer."""
    NO_JSON = "no_json"
    """The body is not JSON."""
    NO_MESSAGE = "no_message"
    """The body is JSON of another shape."""
    REFUSAL = "refusal"
    MAX_TOKENS = "max_tokens"
    """The answer ends in the middle of a sentence."""
    PROSE = "prose"
    """The text is not of the schema."""
    EMPTY = "empty"


_STATUS = {
    Fault.KEY: 401,
    Fault.FORBIDDEN: 403,
    Fault.LIMITED: 429,
    Fault.OVERLOADED: 529,
    Fault.BROKEN: 500,
}
_TEXTS = {
    Fault.REFUSAL: "",
    Fault.MAX_TOKENS: '{"sentences": ["{revenue.label} {reven',
    Fault.PROSE: "Here are the sentences that you asked for.",
    Fault.EMPTY: '{"sentences": []}',
}
_STOPS = {Fault.REFUSAL: "refusal", Fault.MAX_TOKENS: "max_tokens"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came; header names are lower case."""

    headers: Mapping[str, str]
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]


class Double:
    """The server; a context manager. Listens on a free port of 127.0.0.1 in a thread."""

    def __init__(self, *, key: str = "demo-key") -> None:
        self.key = key
        self.requests: list[Request] = []
        self.models: tuple[str, ...] = ("claude-",)
        """Beginnings of the ids it knows."""
        self._script: deque[Fault | tuple[str, ...]] = deque()
        self._kept: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """What to use as base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, *sentences: str) -> None:
        """Give these sentences to the next request that has nothing scripted before it."""
        self._script.append(sentences)

    def fail(self, fault: Fault) -> None:
        """Let that request go wrong."""
        self._script.append(fault)

    def forget(self) -> None:
        """Be as new: no requests, no script, nothing kept, every model known."""
        with self._lock:
            self.requests.clear()
            self._script.clear()
            self._kept.clear()
            self.models = ("claude-",)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, path: str, headers: Mapping[str, str], *, raw: bytes) -> _Reply | None:
        """Return the answer to one request; None cuts the connection."""
        refused = self._refused(path, headers)
        if refused:
            return refused
        try:
            body = messages.Body.model_validate_json(raw)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return _error(400, "invalid_request_error", told=f"{place}: {first['msg']}")
        with self._lock:
            self.requests.append(Request(headers=headers, body=json.loads(raw)))
            problem = self._unknown(body) or _problem(body)
            if problem:
                return problem
            scripted = self._script.popleft() if self._script else _composed(body)
        if isinstance(scripted, Fault):
            return self._failed(scripted, body)
        return self._message(body, json.dumps({"sentences": list(scripted)}, ensure_ascii=False))

    def _unknown(self, body: messages.Body) -> _Reply | None:
        if body.model.startswith(self.models):
            return None
        return _error(404, "not_found_error", told=f"model: {body.model}")

    def _refused(self, path: str, headers: Mapping[str, str]) -> _Reply | None:
        if path != "/v1/messages":
            return _error(404, "not_found_error", told="Not found")
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if self.key not in {headers.get("x-api-key"), bearer}:
            return _error(401, Fault.KEY.value, told="invalid x-api-key")
        if headers.get("anthropic-version") not in _VERSIONS:
            return _error(
                400, "invalid_request_error", told="anthropic-version: header is required"
            )
        if headers.get("content-type", "").split(";")[0] != "application/json":
            return _error(
                400, "invalid_request_error", told="content-type: must be application/json"
            )
        return None

    def _failed(self, fault: Fault, body: messages.Body) -> _Reply | None:
        if fault in _STATUS:
            return _error(_STATUS[fault], fault.value, told="as scripted")
        if fault in _TEXTS:
            return self._message(body, _TEXTS[fault], stop=_STOPS.get(fault, "end_turn"))
        if fault is Fault.NO_JSON:
            return _Reply(status=200, body=b"<html>busy</html>", headers={})
        if fault is Fault.NO_MESSAGE:
            return _Reply(status=200, body=b'{"ok": true}', headers={})
        if fault is Fault.SLOW:
            self._closing.wait(30)
        return None

    def _message(self, body: messages.Body, text: str, *, stop: str = "end_turn") -> _Reply:
        thoughts = body.thinking is None or body.thinking.type != "disabled"
        content = [{"type": "thinking", "thinking": "", "signature": "none"}] if thoughts else []
        shown = {
            "id": "msg_demo",
            "type": "message",
            "role": "assistant",
            "model": body.model,
            "content": [*content, {"type": "text", "text": text}] if text else content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": self._usage(body, text),
        }
        return _Reply(status=200, body=json.dumps(shown).encode(), headers={})

    def _usage(self, body: messages.Body, text: str) -> Mapping[str, object]:
        """Count four characters a token; a long enough prefix is written once, then read."""
        system = body.system if isinstance(body.system, list) else []
        rules = "".join(part.text for part in system)
        cache = next((part.cache_control for part in system if part.cache_control), None)
        size = _tokens(rules)
        keeps = cache is not None and size >= CACHEABLE_TOKENS
        with self._lock:
            is_read = keeps and (body.model, rules) in self._kept
            if keeps:
                self._kept.add((body.model, rules))
        written = size if keeps and not is_read else 0
        for_an_hour = written if cache and cache.ttl == "1h" else 0
        said = sum(_tokens(message.text()) for message in body.messages)
        return {
            "input_tokens": said + (0 if keeps else size),
            "output_tokens": _tokens(text) or 1,
            "cache_read_input_tokens": size if is_read else 0,
            "cache_creation_input_tokens": written,
            "cache_creation": {
                "ephemeral_1h_input_tokens": for_an_hour,
                "ephemeral_5m_input_tokens": written - for_an_hour,
            },
        }


def _problem(body: messages.Body) -> _Reply | None:
    if body.messages[-1].role != "user":
        return _error(400, "invalid_request_error", told="messages: must end with a user turn")
    if body.messages[0].role != "user":
        return _error(400, "invalid_request_error", told="messages: must begin with a user turn")
    quiet = body.thinking is not None and body.thinking.type == "disabled"
    if quiet and body.model.startswith(ALWAYS_THINKING):
        told = '"thinking.type.disabled" is not supported for this model'
        return _error(400, "invalid_request_error", told=told)
    return None


def _composed(body: messages.Body) -> tuple[str, ...]:
    """Write plain sentences from the references that the first message lists."""
    listed = dict(_REFERENCE.findall(body.messages[0].text()))
    metrics = [name[: -len(".change")] for name in listed if _is_change(name)]
    told = [f"{{{name}.label}} {{{name}.change}}, {{{name}.value}} in all" for name in metrics[:2]]
    sentences = ["; ".join(told) + "."] if told else []
    mover = next((name for name in listed if name.endswith(".mover.1.contribution")), None)
    if mover:
        whole = mover.split(".")[0]
        name = mover.replace(".contribution", ".name")
        sentences.append(
            f"{{{name}}} {{{mover}}}; the others together {{{whole}.rest.contribution}}."
        )
    derived = [name for name in metrics[2:] if f"{name}.move" in listed]
    if derived:
        sentences.append(f"{{{derived[-1]}.label}} {{{derived[-1]}.move}}.")
    return tuple(sentences) or ("This is about {period.label}.",)


def _is_change(name: str) -> bool:
    """Whether it is a metric's, not a part's."""
    return name.endswith(".change") and name.count(".") == 1


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _error(status: int, kind: str, *, told: str) -> _Reply:
    body = {"type": "error", "error": {"type": kind, "message": told}, "request_id": "req_demo"}
    headers = {"retry-after": "0"} if status in {429, 529} else {}
    return _Reply(status=status, body=json.dumps(body).encode(), headers=headers)


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = double.reply(self.path, headers, raw=self.rfile.read(size))
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the terminal belongs to the demo."""

    return Handler
