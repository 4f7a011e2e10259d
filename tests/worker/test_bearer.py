"""Signing in at Google through our own caller."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.demo import google, loopback
from bot.domain.run import FailureCode
from bot.kinds.typed import google as credential
from bot.worker.sources import base, bearer, web
from tests.contract import benches
from tests.worker import test_web

WHO = "reports@acme-analytics.example"


class Place:
    """The sign-in, and a service that checks its tokens."""

    def __init__(self, folder: Path) -> None:
        self.accounts = google.GoogleDouble()
        self.http = loopback.Loopback([("GET", "/me", self._me)])
        self.access = replace(
            benches.access(folder, test_web.SOURCE),
            patience=0.0,
            credential=credential.parse(json.dumps(self.accounts.service_account(WHO, "acme"))),
        )

    def caller(self, access: base.Access | None = None) -> web.Caller:
        return bearer.caller(
            access or self.access, scopes=("demo",), seconds=5, judge=web.by_status
        )

    def who(self, caller: web.Caller) -> object:
        return caller.ask(web.Call(url=f"{self.http.url}/me"), test_web.OPENING).json()

    def _me(self, request: loopback.Request) -> loopback.Reply:
        known = self.accounts.principal(request.headers["authorization"].removeprefix("Bearer "))
        return loopback.Reply(body={"me": known.email}) if known else loopback.Reply(status=401)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    made.http.start()
    with made.accounts:
        yield made
    made.http.stop()


def _code(place: Place, caller: web.Caller) -> tuple[FailureCode, str]:
    with pytest.raises(errors.RunError) as caught:
        place.who(caller)
    return caught.value.failure.code, caught.value.failure.said


def test_one_sign_in_serves_many_calls(place: Place) -> None:
    with closing(place.caller()) as caller:
        assert [place.who(caller) for _ in range(3)] == [{"me": WHO}] * 3
    assert place.accounts.requests == 1


def test_a_person_signs_in_too(place: Place) -> None:
    grant = credential.parse(json.dumps(place.accounts.authorized_user("ann@example.org", "acme")))
    with closing(place.caller(replace(place.access, credential=grant))) as caller:
        assert place.who(caller) == {"me": "ann@example.org"}


def test_a_token_that_ended_early_is_replaced_once(place: Place) -> None:
    with closing(place.caller()) as caller:
        place.who(caller)
        place.accounts.expire_tokens()
        assert place.who(caller) == {"me": WHO}
    assert place.accounts.requests == 2


def test_a_grant_that_is_taken_back_is_terminal(place: Place) -> None:
    with closing(place.caller()) as caller:
        place.who(caller)
        place.accounts.revoke(WHO)
        code, said = _code(place, caller)
    assert code is FailureCode.CREDENTIAL_REFUSED
    assert "revoked" in said


def test_a_sign_in_that_is_not_there_may_come_back(place: Place) -> None:
    gone = json.dumps(
        {**place.accounts.service_account(WHO, "acme"), "token_uri": "http://127.0.0.1:9/token"}
    )
    made = place.caller(replace(place.access, credential=credential.parse(gone)))
    with closing(made) as caller:
        assert _code(place, caller) == (FailureCode.SOURCE_UNREACHABLE, "")
