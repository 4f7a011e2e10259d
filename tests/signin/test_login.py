"""`reportops credential login`: Google Analytics, and every way in which it may go wrong."""

import base64
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

import httpx
import pytest
from google.auth.transport import requests

from bot import cli
from bot.cli import browsing
from bot.demo import ga4, google
from bot.kinds.typed import google as credential
from bot.signin import flow
from bot.worker.sources import googleauth
from tests.signin.desk import WHO, Desk

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Signed(Protocol):
    """As much of google-auth's credentials as is used."""

    @property
    def token(self) -> str: ...
    def refresh(self, request: object) -> None: ...


def test_google_analytics(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    done = desk.login("globex", "web")
    assert done.exit_code == 0, done.output
    assert "123456789  Globex shop (globex-shop)  ← client.yaml" in done.output
    assert "Initech" not in done.output
    assert "Sealed as version 1 of local://ga4." in done.output
    assert "seven days" not in done.output
    (asked,) = accounts.consent.asked
    assert asked["scope"] == "https://www.googleapis.com/auth/analytics.readonly"
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    assert len(base64.urlsafe_b64decode(asked["code_challenge"] + "=")) == 32
    assert "Signed in" in desk.pages[0].text
    kept = desk.sealed("ga4")
    assert kept["type"] == "authorized_user"
    assert kept["token_uri"] == accounts.url
    assert "expires_at" not in kept
    assert kept["made_at"].endswith("+00:00")
    assert accounts.requests == 2  # the code, and the refresh token that it was worth
    assert analytics.requests
    minted: list[str] = []
    parsed = credential.parse(json.dumps(kept))
    signed = cast("_Signed", googleauth.made(parsed, scopes=(), learn=minted.append))
    signed.refresh(requests.Request())  # as a run does
    who = accounts.principal(signed.token)
    assert minted[-1:] == [signed.token]  # so that it is masked
    assert who is not None
    assert (who.email, who.scope) == (WHO, asked["scope"])


def test_nothing_secret_is_shown_or_written(
    desk: Desk,
    accounts: google.GoogleDouble,
    analytics: ga4.Ga4Double,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also at the loudest."""
    monkeypatch.setenv("REPORTOPS_LOG_LEVEL", "debug")
    done = desk.login("globex", "web")
    kept = desk.sealed("ga4")
    code = desk.pages[0].url.params["code"]
    bearer = analytics.requests[0].headers["authorization"].removeprefix("Bearer ")
    shown = done.output + "".join(desk.opened) + desk.pages[0].text
    written = b"".join(
        path.read_bytes()
        for path in desk.root.rglob("*")
        if path.is_file() and path.name != "app.json"
    )
    for secret in (kept["refresh_token"], kept["client_secret"], code, bearer):
        assert secret not in shown
        assert secret.encode() not in written


def test_an_app_in_testing_is_told_of_its_seven_days(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    accounts.is_testing = True
    done = desk.login("globex", "web")
    assert "in 7 days" in done.output
    assert "still in testing, which ends every sign-in after seven days" in done.output
    assert desk.sealed("ga4")["expires_at"] > desk.sealed("ga4")["made_at"]


def test_a_property_of_somebody_else_is_not_sealed(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    accounts.person("eve@initech.example", "somebody-else")
    accounts.consent.person = "eve@initech.example"
    done = desk.login("globex", "web")
    assert done.exit_code == cli.USAGE
    assert "987654321  Initech" in done.output
    assert "client.yaml of globex says property: 123456789 for web" in done.output
    assert "Nothing was sealed." in done.output
    assert not desk.names


def test_every_way_to_say_no(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    accounts.consent.error = "access_denied"
    refused = desk.login("globex", "web")
    assert "Google was told no" in refused.output
    assert "Nothing was allowed" in desk.pages[-1].text
    accounts.consent.error = "server_error"
    assert "Google refused the sign-in (server_error)" in desk.login("globex", "web").output
    accounts.consent.error = "<b>" + "x" * 500
    assert "refused the sign-in." in desk.login("globex", "web").output
    accounts.consent.error = ""
    accounts.consent.left_out = "https://www.googleapis.com/auth/analytics.readonly"
    assert "tick every box" in desk.login("globex", "web").output
    accounts.consent.left_out = ""
    accounts.fail(1)
    assert "did not take the code (HTTP 500)" in desk.login("globex", "web").output
    analytics.admin = False
    analytics.cut()
    assert "does not tell this sign-in what it may read (HTTP 503)" in (
        desk.login("globex", "web").output
    )
    assert not desk.names


def test_another_state_ends_nothing_and_is_told(
    desk: Desk,
    accounts: google.GoogleDouble,
    analytics: ga4.Ga4Double,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browsing, "WAIT", 0.6)
    accounts.consent.state = "somebody-elses"
    done = desk.login("globex", "web")
    assert desk.pages[0].status_code == 400
    assert "Nobody signed in within 0 minutes. An answer came that belongs to another" in (
        done.output
    )
    assert not desk.names


def test_the_wrong_secret_of_the_app(
    desk: Desk, accounts: google.GoogleDouble, analytics: ga4.Ga4Double
) -> None:
    accounts.consent.client_secret = "changed-meanwhile"
    done = desk.login("globex", "web")
    assert "Google does not know the OAuth client, or its secret is another" in done.output
    assert not desk.names


class Late(io.RawIOBase):
    """An input that is there when it is read."""

    def __init__(self, given: Callable[[], str]) -> None:
        self._given = given
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        into = memoryview(buffer).cast("B")
        if not len(into):
            return 0
        self._left = self._left or self._given().encode()
        part, self._left = self._left[: len(into)], self._left[len(into) :]
        into[: len(part)] = part
        return len(part)


def test_a_browser_on_another_machine(
    desk: Desk,
    accounts: google.GoogleDouble,
    analytics: ga4.Ga4Double,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []
    real = flow.Flow.address

    def noted(self: flow.Flow, redirect: str) -> str:
        shown.append(real(self, redirect))
        return shown[-1]

    def pasted() -> str:
        """What stands in the address bar there: the page itself cannot be shown."""
        return httpx.get(shown[0], trust_env=False).headers["location"] + "\n"

    monkeypatch.setattr(flow.Flow, "address", noted)
    done = desk.login("globex", "web", "--no-browser", given=Late(pasted))
    assert done.exit_code == 0, done.output
    assert shown[0] in done.output
    assert "code=" not in done.output
    assert not desk.opened
    assert desk.names == ("ga4",)


def test_what_was_pasted_is_no_answer(desk: Desk, analytics: ga4.Ga4Double) -> None:
    for given in ("", "hunter2\n", "http://127.0.0.1:1/other?code=x\n", "http://[\n"):
        done = desk.login("globex", "web", "--no-browser", given=given)
        assert "That is not the address that the browser was sent to" in done.output
    other = desk.login(
        "globex", "web", "--no-browser", given="http://127.0.0.1:1/callback?code=x&state=y\n"
    )
    assert "belongs to another sign-in" in other.output
    assert not desk.opened
    assert not desk.names
