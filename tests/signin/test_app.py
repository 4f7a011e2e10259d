"""The OAuth client's file: what is one, and what is taken for one."""

import json
from collections.abc import Mapping

import pytest

from bot.signin import app

SECRET = "the-secret-" + "of-the-client"


def test_googles_and_everybody_elses() -> None:
    of_google = {"installed": {"client_id": "one.apps", "client_secret": SECRET}}
    found = app.parse(json.dumps({**of_google, "developer_token": "of-the-maker"}))
    assert (found.id, found.secret, found.developer_token) == ("one.apps", SECRET, "of-the-maker")
    assert SECRET not in repr(found)
    assert "of-the-maker" not in repr(found)
    of_meta = app.parse(json.dumps({"app_id": "12", "app_secret": SECRET}))
    assert (of_meta.id, of_meta.secret, of_meta.developer_token) == ("12", SECRET, "")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"web": {"client_id": "a", "client_secret": SECRET}}, "Desktop app"),
        ({"type": "service_account", "private_key": SECRET}, "reportops credential set"),
        ({"type": "authorized_user", "refresh_token": SECRET}, "it is a sign-in"),
        ({"installed": {"client_secret": SECRET}}, "no client_id"),
        ({"client_id": "a", "client_secret": f"{SECRET}\n\nx: y"}, "cannot be sent"),
        ({"installed": SECRET}, "no client_id"),
        ({}, "no client_id"),
    ],
)
def test_what_is_none_is_named_and_not_quoted(given: Mapping[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as raised:
        app.parse(json.dumps(given))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("text", ["", SECRET, "[]", "{", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"not JSON|no client_id"):
        app.parse(text)
