"""A store whose library is not installed: which command installs it."""

import sys

import pytest

from bot import errors
from bot.domain.run import FailureCode
from tests.stores import orders


@pytest.mark.parametrize(
    ("reference", "library", "extra"),
    [
        ("vault://secret/acme", "hvac", "vault"),
        ("aws-sm://acme/a", "boto3", "aws"),
        ("gcp-sm://projects/p/secrets/s", "google.cloud.secretmanager_v1", "gcp"),
    ],
)
def test_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, reference: str, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"bot.worker.credentials.{extra}", raising=False)
    found = orders.failure(lambda: orders.keys({}, {}, doubles={}).text(reference))
    assert found.code is FailureCode.PACKAGE_MISSING
    assert errors.remedy(found) == (
        f"Run pip install 'reportops[{extra}]' there, restart the bot and press Retry."
    )
