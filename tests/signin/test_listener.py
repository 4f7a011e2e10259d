"""What comes back to 127.0.0.1: one answer of this sign-in's own, and nothing else."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from bot import errors
from bot.signin import listener

STATE = "the-word-of-this-one"
CODE = "a-code-that-" + "is-shown-nowhere"


@pytest.fixture
def taking() -> Iterator[listener.Listener]:
    with listener.Listener(STATE) as found:
        yield found


def _get(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, timeout=10, trust_env=False)


def test_the_answer_is_taken_once_and_not_shown(taking: listener.Listener) -> None:
    page = _get(f"{taking.redirect}?state={STATE}&code={CODE}")
    assert taking.wait(10) == {"state": STATE, "code": CODE}
    assert page.status_code == 200
    assert "Signed in" in page.text
    assert CODE not in page.text + str(page.headers)
    again = _get(f"{taking.redirect}?state={STATE}&code=another")
    assert again.status_code == 410
    assert "answered already" in again.text
    assert taking.wait(10) == {"state": STATE, "code": CODE}


def test_the_page_loads_nothing_and_leaves_no_trace(taking: listener.Listener) -> None:
    page = _get(f"{taking.redirect}?state={STATE}&code={CODE}")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src")
    assert "history.replaceState" in page.text


@pytest.mark.parametrize(
    "query",
    ["", "code=x", "state=wrong&code=x", "state=%C3%A9&code=x", f"state={STATE}&state={STATE}"],
)
def test_an_answer_of_another_sign_in_is_turned_away(taking: listener.Listener, query: str) -> None:
    page = _get(f"{taking.redirect}?{query}")
    assert page.status_code == 400
    assert taking.wait(0) is None
    assert taking.strangers == 1


def test_what_is_meant_for_another_host_is_turned_away(taking: listener.Listener) -> None:
    asked = f"{taking.redirect}?state={STATE}&code={CODE}"
    assert _get(asked, host="evil.example").status_code == 404
    assert _get(asked.replace("/callback", "/favicon.ico")).status_code == 404
    assert httpx.post(asked, trust_env=False).status_code == 501
    assert taking.wait(0) is None


def test_somebody_who_says_nothing_keeps_nobody_waiting(taking: listener.Listener) -> None:
    where = urlsplit(taking.redirect)
    with socket.create_connection((where.hostname, where.port)):
        assert _get(f"{taking.redirect}?state={STATE}&error=access_denied").status_code == 200
    assert taking.wait(10) == {"state": STATE, "error": "access_denied"}


def test_it_listens_on_this_machine_alone_and_lets_go() -> None:
    with listener.Listener(STATE) as taking:
        where = urlsplit(taking.redirect)
        assert (where.hostname, where.path) == ("127.0.0.1", "/callback")
    with pytest.raises(httpx.ConnectError):
        _get(taking.redirect)


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(errors.UsageError, match=f"Port {port} of this machine is taken"):
            listener.Listener(STATE, port=port)
