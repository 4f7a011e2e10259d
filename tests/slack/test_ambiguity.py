"""Whatever a server may answer to a post: certain, or unknown and settled by looking."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web as http

from bot import clock
from bot.domain import delivery
from bot.slack import poster, web
from tests.store import make


@dataclass
class Wall:
    """A server that answers every call alike."""

    status: int = 200
    kind: str = "application/json"
    body: bytes = b"{}"
    address: str = ""
    calls: list[str] = field(default_factory=list[str])

    async def answer(self, request: http.Request) -> http.Response:
        self.calls.append(request.path)
        return http.Response(status=self.status, body=self.body, content_type=self.kind)


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    made = Wall()
    app = http.Application()
    app.router.add_route("*", "/{tail:.*}", made.answer)
    runner = http.AppRunner(app)
    await runner.setup()
    site = http.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield made
    await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "application/json", b"{}"),
        (200, "application/json", b"[]"),
        (200, "application/json", b'"ok"'),
        (200, "application/json", b"null"),
        (200, "application/json", b"{"),
        (200, "application/json", b"\xff\xfe"),
        (200, "application/json", b""),
        (200, "application/json", b'{"ok": true}'),
        (200, "application/json", b'{"ok": true, "ts": null}'),
        (200, "application/json", b'{"ok": "yes", "ts": "1.000001"}'),
        (200, "text/html", b"<html>Sign in to the network</html>"),
        (200, "text/plain", b"ok"),
        (200, "application/gzip", b"\x1f\x8b"),
        (201, "application/json", b'{"ok": true, "ts": "1.000001"}'),
        (302, "text/html", b""),
        (403, "text/html", b"blocked"),
        (408, "text/plain", b""),
        (500, "text/plain", b"oops"),
        (502, "text/html", b"<html>"),
        (503, "application/json", b'{"ok": false, "error": "invalid_blocks"}'),
        (504, "application/json", b""),
        (200, "application/json", b'{"ok": false, "error": "fatal_error"}'),
        (200, "application/json", b'{"ok": false, "error": "internal_error"}'),
        (200, "application/json", b'{"ok": false, "error": "request_timeout"}'),
        (200, "application/json", b'{"ok": false, "error": "service_unavailable"}'),
        (200, "application/json", b'{"ok": false}'),
    ],
)
async def test_what_does_not_say_for_certain_is_unknown(
    wall: Wall, status: int, kind: str, body: bytes
) -> None:
    wall.status, wall.kind, wall.body = status, kind, body
    speaking = _speaking(wall)
    wanted = make.word()
    result = await speaking.send(wanted, wanted.bodies[0], thread_ts=None)
    assert isinstance(result, delivery.Unknown)
    assert len(wall.calls) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, b""), (429, b"{}"), (200, b'{"ok": false, "error": "ratelimited"}')],
)
async def test_too_many_requests_was_not_done_and_waits(
    wall: Wall, status: int, body: bytes
) -> None:
    wall.status, wall.body = status, body
    speaking = _speaking(wall)
    wanted = make.word()
    result = await speaking.send(wanted, wanted.bodies[0], thread_ts=None)
    assert result == delivery.Refused(code="ratelimited", retry_after=30.0)
    assert speaking.wait(wanted) > 29


async def test_a_history_that_cannot_be_understood_is_not_called_empty(wall: Wall) -> None:
    for body in (b'{"ok": true, "messages": "none"}', b'{"ok": true}', b"[]", b"{}", b"null"):
        wall.body = body
        found = await _speaking(wall).find(make.word(), thread_ts=None)
        assert isinstance(found, delivery.Refused)


def _speaking(wall: Wall) -> poster.Poster:
    time = clock.SystemClock()
    return poster.Poster(web.connect(token="xoxb-" + "demo", url=wall.address, time=time))
