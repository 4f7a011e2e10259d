"""A small HTTP server on 127.0.0.1 for the doubles: routes in, JSON out, in threads of its own."""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qs, urlsplit

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    place: Mapping[str, str]
    """What the route's named groups matched."""
    target: str = ""
    """Path and query as they were written."""

    def json(self) -> Json:
        """The body as a JSON object; an empty one reads as {}."""
        return cast("Json", json.loads(self.body or b"{}"))

    def form(self) -> Mapping[str, str]:
        """The body as a form."""
        return {key: values[-1] for key, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: Json = field(default_factory=dict[str, object])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    """In place of ``body``."""
    cut: bool = False
    """Whether the connection breaks in the middle of it."""


Handler = Callable[[Request], Reply]
Route = tuple[str, str, Handler]
"""Method, a pattern for the whole path, and who answers."""


class Loopback:
    """Serves routes until it is stopped; knows nothing of what they mean."""

    def __init__(self, routes: Sequence[Route]) -> None:
        compiled = [(method, re.compile(path), answer) for method, path, answer in routes]

        def dispatch(request: Request) -> Reply:
            for method, pattern, answer in compiled:
                match = pattern.fullmatch(request.path)
                if method == request.method and match:
                    return answer(replace(request, place=match.groupdict()))
            return Reply(status=404, body={"error": {"code": 404, "message": "no such method"}})

        self._server = _Server(dispatch)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        """Its address, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections and let go of the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Double:
    """What each double is: routes, served from ``start`` to ``stop`` or within a ``with``."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._http = Loopback(routes)

    def start(self) -> Self:
        """Answer from now on."""
        self._http.start()
        return self

    def stop(self) -> None:
        """Let go of the port."""
        self._http.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address, such as ``http://127.0.0.1:40123``."""
        return self._http.url


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, dispatch: Handler) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dispatch = dispatch


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two every answer waits 40 ms for a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""

    def _answer(self) -> None:
        target = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            method=self.command,
            path=target.path,
            query={key: values[-1] for key, values in parse_qs(target.query).items()},
            headers={key.lower(): value for key, value in self.headers.items()},
            body=self.rfile.read(length),
            place={},
            target=self.path,
        )
        reply = cast("_Server", self.server).dispatch(request)
        raw = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
        self.send_response(reply.status)
        self.send_header("content-type", "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(raw)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if reply.cut else raw)
        self.close_connection |= reply.cut
