"""Stands before a double: passes on, or answers in its place with all that it was told."""

import base64
import contextlib
import http.client
import json
import threading
from collections.abc import Mapping
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import quote, urlsplit

from tests.leaks.canaries import Canaries

_BEARING = ("authorization", "x-vault-token", "x-api-key", "developer-token", "x-snowflake-token")
_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})


class Mode(Enum):
    """How it answers."""

    PASS = 0
    CUT = 1
    """The connection ends in the middle of an echo."""
    HANG = 2
    GARBAGE = 3
    """200, and an echo where JSON should be."""
    ELSEWHERE = 302
    BAD = 400
    REFUSED = 401
    FORBIDDEN = 403
    GONE = 404
    BUSY = 429
    BROKEN = 500


class Relay:
    """One of them."""

    def __init__(self, to: str, *, canaries: Canaries) -> None:
        self.mode = Mode.PASS
        self.form = "plain"
        self.sent = bytearray()
        """Bodies and addresses of all requests."""
        self.asked = threading.Event()
        """Set by a request that hangs."""
        self.canaries = canaries
        self.free = threading.Event()
        self.to = urlsplit(to)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Its address, with the path of what it stands before."""
        return f"http://127.0.0.1:{self._server.server_port}{self.to.path}"

    @property
    def host(self) -> str:
        """Without scheme and path."""
        return f"127.0.0.1:{self._server.server_port}"

    def answer(self, mode: Mode, form: str = "plain") -> None:
        """Answer so from now on; who hangs is let go."""
        self.free.set()
        self.free = threading.Event()
        self.asked.clear()
        self.mode, self.form = mode, form

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.free.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, relay: Relay) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.relay = relay

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who asked was killed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        relay = cast("_Server", self.server).relay
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        relay.sent += self.path.encode() + b"\n" + body + b"\n"
        self._learn(relay)
        if relay.mode is Mode.HANG:
            relay.asked.set()
            relay.free.wait(60)
        if relay.mode in {Mode.PASS, Mode.HANG}:
            self._pass(relay, body)
        else:
            self._echo(relay, body)

    def _learn(self, relay: Relay) -> None:
        """What a run made of a credential, such as a token, is as secret."""
        for name in _BEARING:
            value = self.headers.get(name, "").rpartition(" ")[2].strip('"').partition('"')[0]
            if len(value) >= 20:
                relay.canaries.add(f"token sent as {name}", value)

    def _pass(self, relay: Relay, body: bytes) -> None:
        behind = http.client.HTTPConnection(relay.to.netloc, timeout=60)
        with contextlib.closing(behind):
            behind.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
            told = behind.getresponse()
            raw = told.read()
            self.send_response(told.status)
            for name, value in told.getheaders():
                if name.lower() not in {*_HOP, "date", "server"}:
                    self.send_header(name, value)
            self._end(raw)

    def _echo(self, relay: Relay, body: bytes) -> None:
        heard = [self.headers.get(name, "") for name in _BEARING]
        said = " ".join((*filter(None, heard), self.path, body.decode(errors="replace")))
        said = _written(said, relay.form)
        status = relay.mode.value if relay.mode.value >= 300 else 200
        self.send_response(
            status, said[:200].replace("\n", " ").encode("ascii", "replace").decode()
        )
        self.send_header("retry-after", "0")
        self.send_header("x-said", quote(said[:500]))
        if relay.mode is Mode.ELSEWHERE:
            self.send_header("location", f"https://elsewhere.example/?{quote(said[:500])}")
        is_json = relay.mode.value >= 300
        raw = json.dumps(_refusal(said, status)).encode() if is_json else said.encode()
        self._end(raw, cut=relay.mode is Mode.CUT)

    def _end(self, raw: bytes, *, cut: bool = False) -> None:
        self.send_header("content-length", str(len(raw) + cut))
        self.end_headers()
        self.wfile.write(raw)
        self.close_connection |= cut


def _written(text: str, form: str) -> str:
    match form:
        case "base64":
            return base64.b64encode(text.encode()).decode()
        case "URL":
            return quote(text)
        case "JSON":
            return json.dumps(text)
        case _:
            return text


def _refusal(said: str, status: int) -> Mapping[str, object]:
    """An error in the shapes of all of them at once."""
    inner = {"message": said, "reason": said, "domain": said}
    return {
        "error": {
            "code": status,
            "status": said,
            "type": said,
            "error_user_msg": said,
            **inner,
            "errors": [inner],
            "details": [{"errors": [{"message": said, "errorCode": {"queryError": said}}]}],
        },
        "error_description": said,
        "message": said,
        "code": said,
        "errors": [said],
        "documentation_url": said,
    }
