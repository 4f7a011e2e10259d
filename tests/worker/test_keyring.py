"""``keyring://`` in the worker: the text that came with the run, or why there is none."""

import pytest

from bot import errors
from bot.domain.kept import OF_KEYRINGS, Fault, Kept
from bot.domain.run import FailureCode
from tests.stores import orders

NAME = "keyring://acme-bigquery"


def test_the_text_came_with_the_run() -> None:
    assert orders.keys({}, {NAME: "the-quiet-word"}, doubles={}).text(NAME) == "the-quiet-word"


@pytest.mark.parametrize("why", [Fault.MISSING, *sorted(OF_KEYRINGS)])
def test_what_cannot_be_had_is_told_with_what_mends_it(why: Fault) -> None:
    own = orders.keys({}, {}, doubles={})
    own.order = own.order.with_kept({}, Kept(faults={NAME: why}))
    found = orders.failure(lambda: own.text(NAME))
    code, remedy = {
        Fault.MISSING: (FailureCode.CREDENTIAL_MISSING, "keyring set reportops acme-bigquery"),
        Fault.NO_PACKAGE: (FailureCode.PACKAGE_MISSING, "pip install 'reportops[keyring]'"),
        Fault.LOCKED: (FailureCode.CREDENTIAL_CLOSED, "Unlock it"),
        Fault.NO_KEYRING: (FailureCode.CREDENTIAL_CLOSED, "in a session that has one"),
    }[why]
    assert found.code is code
    assert remedy in errors.remedy(found)
