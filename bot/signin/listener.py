"""Where the browser comes back to: 127.0.0.1, for one answer (RFC 8252).

Whatever else knocks is turned away, and none of it is ever shown: an answer without the word that
this sign-in began with, a second one, a request that was meant for another host.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit

from bot import errors

PATH = "/callback"
_SECONDS = 10.0
"""How long one request may take to say what it wants."""
# The code is worth nothing twice, and yet need not stand in the browser's history.
_SCRIPT = 'history.replaceState(null, "", "/")'
_TAKEN = "Signed in, as far as this window goes. Close it; the terminal says the rest."
_REFUSED = "Nothing was allowed, and nothing is kept. Close this window."
_FOREIGN = "This answer belongs to no sign-in that was begun here. Begin it again."
_AGAIN = "This sign-in has been answered already. Close this window."


class Listener:
    """Takes one answer. ``port`` 0: one that is free."""

    def __init__(self, state: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._state = state.encode()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._answer: Mapping[str, str] | None = None
        self.strangers = 0
        """How many answers were of another sign-in."""
        try:
            self._server = _Server(self, port)
        except OSError:
            raise errors.UsageError(
                f"Port {port} of this machine is taken, and the browser is to come back there. "
                "End what has it, or use --no-browser."
            ) from None
        self._hosts = {f"{name}:{self._server.server_port}" for name in ("127.0.0.1", "localhost")}
        self.redirect = f"http://{host}:{self._server.server_port}{PATH}"
        """The address that the browser is sent back to."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, seconds: float) -> Mapping[str, str] | None:
        """Return what the browser was sent back with; None: nobody came in time."""
        self._done.wait(seconds)
        return self._answer

    def take(self, target: str, host: str) -> tuple[HTTPStatus, str]:
        """Judge one request: the status, and what its page says."""
        asked = urlsplit(target)
        if asked.path != PATH or host not in self._hosts:
            return HTTPStatus.NOT_FOUND, _FOREIGN
        given = single(asked.query)
        if not hmac.compare_digest(given.get("state", "").encode(), self._state):
            self.strangers += 1
            return HTTPStatus.BAD_REQUEST, _FOREIGN
        with self._lock:
            if self._answer is not None:
                return HTTPStatus.GONE, _AGAIN
            self._answer = given
        return HTTPStatus.OK, _TAKEN if given.get("code") else _REFUSED

    def told(self) -> None:
        """The browser has its page."""
        if self._answer is not None:
            self._done.set()


def single(query: str) -> dict[str, str]:
    """Return the parameters that are there once; two of a name are none."""
    found = parse_qs(query, keep_blank_values=True)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # Whoever listens on this port listens alone.
    allow_reuse_address = False

    def __init__(self, listener: Listener, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.listener = listener

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no news, and a traceback would quote what it asked."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS
    server_version = "reportops"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a browser."""
        listener = cast("_Server", self.server).listener
        status, words = listener.take(self.path, self.headers.get("host", ""))
        page = _page(words).encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        listener.told()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the address holds the code."""


def _digest() -> str:
    return base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()


_HEADERS: Mapping[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": f"default-src 'none'; script-src 'sha256-{_digest()}'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "connection": "close",
}


def _page(words: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>reportops</title>'
        f"<p>{words}</p><script>{_SCRIPT}</script></html>"
    )
