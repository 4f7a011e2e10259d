"""What every source over HTTPS does alike."""

import socket
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bot import errors
from bot.demo import loopback
from bot.domain import run, spec
from bot.domain.run import FailureCode
from bot.worker.sources import base, web
from tests.contract import benches

SOURCE = spec.SourceSpec(name="api", kind="http_json", settings={}, identity="api")
OPENING = base.Opening(file="client.yaml")
DAY = "Mon, 23 Nov 2026"
SECRET = "demo" + "-token"


class Service:
    """Answers in turn; the last answer stays."""

    def __init__(self, replies: Sequence[loopback.Reply | Callable[[], loopback.Reply]]) -> None:
        self._left = list(replies)
        self.seen: list[loopback.Request] = []
        self.http = loopback.Loopback([("GET", "/.*", self._answer), ("POST", "/.*", self._answer)])

    def _answer(self, request: loopback.Request) -> loopback.Reply:
        self.seen.append(request)
        found = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        return found if isinstance(found, loopback.Reply) else found()


@contextmanager
def serving(*replies: loopback.Reply | Callable[[], loopback.Reply]) -> Generator[Service]:
    made = Service(replies)
    made.http.start()
    try:
        yield made
    finally:
        made.http.stop()


@pytest.fixture
def access(tmp_path: Path) -> base.Access:
    return replace(benches.access(tmp_path, SOURCE), patience=0.0)


def _failure(caller: web.Caller, url: str) -> run.Failure:
    with pytest.raises(errors.RunError) as caught:
        caller.ask(web.Call(url=url), OPENING)
    return caught.value.failure


def test_fractions_are_exact(access: base.Access) -> None:
    good = loopback.Reply(raw=b'{"spend": 0.1, "clicks": 3}')
    with serving(good) as service, closing(web.Caller(access, seconds=5)) as caller:
        reply = caller.ask(web.Call(url=f"{service.http.url}/x", params={"q": "a b"}), OPENING)
    assert reply.json() == {"spend": Decimal("0.1"), "clicks": 3}
    assert service.seen[0].query == {"q": "a b"}


@pytest.mark.parametrize("raw", [b"", b"<html>", b"NaN", b'{"a": Infinity}', b"[" * 200_000])
def test_what_is_no_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        web.Reply(status=200, headers={}, body=raw).json()


def test_a_query_string_is_sent_as_it_is_written(access: base.Access) -> None:
    url = "/rest/x?accounts=List(urn%3Ali%3AsponsoredAccount%3A1)&dateRange=(start:(day:1))"
    with serving(loopback.Reply()) as service, closing(web.Caller(access, seconds=5)) as caller:
        caller.ask(web.Call(url=service.http.url + url), OPENING)
    assert service.seen[0].target == url


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, FailureCode.QUERY_INVALID),
        (401, FailureCode.CREDENTIAL_REFUSED),
        (403, FailureCode.PERMISSION_DENIED),
        (404, FailureCode.NOT_FOUND),
        (426, FailureCode.API_SUNSET),
        (429, FailureCode.SOURCE_BUSY),
        (302, FailureCode.QUERY_INVALID),
        (503, FailureCode.SOURCE_FAULT),
    ],
)
def test_every_status_has_its_code(access: base.Access, status: int, code: FailureCode) -> None:
    reply = loopback.Reply(status=status, headers={"location": "/elsewhere"})
    with serving(reply) as service, closing(web.Caller(access, seconds=5)) as caller:
        assert _failure(caller, f"{service.http.url}/x").code is code
    assert len(service.seen) == 1


def test_what_passes_is_asked_again_while_patience_lasts(access: base.Access) -> None:
    busy = loopback.Reply(status=429, headers={"retry-after": "0"})
    caller = web.Caller(replace(access, patience=5.0), seconds=5)
    with serving(loopback.Reply(status=503), busy, loopback.Reply()) as service, closing(caller):
        caller.ask(web.Call(url=f"{service.http.url}/x"), OPENING)
    assert len(service.seen) == 3


def test_a_wait_longer_than_our_patience_is_handed_on(access: base.Access) -> None:
    busy = loopback.Reply(status=429, headers={"retry-after": "1800"})
    caller = web.Caller(replace(access, patience=5.0), seconds=5)
    with serving(busy) as service, closing(caller):
        failure = _failure(caller, f"{service.http.url}/x")
    assert (failure.code, failure.params["retry_after"]) == (FailureCode.SOURCE_BUSY, "1800")


def test_a_cut_reply_is_no_answer(access: base.Access) -> None:
    cut = loopback.Reply(raw=b'{"rows": [1, 2, 3]}', cut=True)
    with serving(cut) as service, closing(web.Caller(access, seconds=5)) as caller:
        assert _failure(caller, f"{service.http.url}/x").code is FailureCode.SOURCE_UNREACHABLE


def test_a_reply_has_a_bound(access: base.Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_MOST_BYTES", 2**20)
    long = loopback.Reply(raw=b"1" * (2**20 + 1))
    with serving(long) as service, closing(web.Caller(access, seconds=5)) as caller:
        failure = _failure(caller, f"{service.http.url}/x")
    assert (failure.code, failure.params["fault"]) == (
        FailureCode.RESULT_INVALID,
        "it is longer than 1 MB",
    )


def test_a_slow_reply_ends_at_the_deadline(access: base.Access) -> None:
    over = threading.Event()

    def slow() -> loopback.Reply:
        over.wait(60)
        return loopback.Reply()

    hurried = replace(access, deadline=time.monotonic() + 0.2)
    with serving(slow) as service, closing(web.Caller(hurried, seconds=60)) as caller:
        code = _failure(caller, f"{service.http.url}/x").code
        over.set()
    assert code is FailureCode.SOURCE_TIMEOUT


def test_a_call_is_stopped_while_it_waits_for_its_reply(access: base.Access) -> None:
    came, over = threading.Event(), threading.Event()

    def slow() -> loopback.Reply:
        came.set()
        over.wait(600)
        return loopback.Reply()

    patient = replace(access, deadline=time.monotonic() + 600)  # beyond what a test may take
    with serving(slow) as service, closing(web.Caller(patient, seconds=600)) as caller:

        def stop() -> None:
            came.wait(15)
            caller.stop()

        stopper = threading.Thread(target=stop)
        stopper.start()
        assert _failure(caller, f"{service.http.url}/x").code is FailureCode.SOURCE_TIMEOUT
        assert _failure(caller, f"{service.http.url}/x").code is FailureCode.SOURCE_TIMEOUT
        over.set()
        stopper.join()
    assert len(service.seen) == 1


def test_nothing_of_the_machine_takes_part_and_nothing_secret_is_told(
    access: base.Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    class Bearer(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
            request.headers["authorization"] = "Bearer " + SECRET
            yield request

    refused = loopback.Reply(status=400)
    with serving(refused) as service:
        with closing(web.Caller(access, seconds=5, auth=Bearer())) as caller:
            failure = _failure(caller, f"{service.http.url}/x")
        assert service.seen[0].headers["authorization"] == "Bearer " + SECRET
        url = service.http.url
    assert SECRET not in repr(failure)
    with closing(web.Caller(access, seconds=5)) as caller:
        gone = _failure(caller, f"{url}/x?{SECRET}")
    assert gone.code is FailureCode.SOURCE_UNREACHABLE
    assert SECRET not in repr(gone)
    assert SECRET not in repr(web.Call(url="x", headers={"a": SECRET}, form={"a": SECRET}))


def test_connections_are_made_where_walls_can_stand_in(
    access: base.Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network namespace a run's connections come from its broker (bot.worker.egress)."""
    connect, asked = socket.create_connection, list[object]()
    with serving(loopback.Reply()) as service, closing(web.Caller(access, seconds=5)) as caller:
        at = urlsplit(service.http.url)

        def broker(address: object, timeout: float | None = None, **_: object) -> socket.socket:
            asked.append(address)
            return connect((str(at.hostname), at.port or 0), timeout)

        monkeypatch.setattr(socket, "create_connection", broker)
        caller.ask(web.Call(url="http://api.example/x"), OPENING)
    assert asked == [("api.example", 80)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "90"}, 90.0),
        ({"retry-after": f"{DAY} 06:10:00 GMT", "date": f"{DAY} 06:00:00 GMT"}, 600.0),
        ({"retry-after": f"{DAY} 05:00:00 GMT", "date": f"{DAY} 06:00:00 GMT"}, 0.0),
        ({"retry-after": f"{DAY} 06:10:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_when_to_come_again_is_a_number_or_a_date(
    headers: dict[str, str], seconds: float | None
) -> None:
    refusal = web.by_status(web.Reply(status=429, headers=headers, body=b""))
    assert refusal is not None
    assert refusal.retry_after == seconds
