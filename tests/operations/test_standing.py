"""How things stand, in words."""

import pytest

from bot import errors
from bot.domain import run
from bot.operations import standing


@pytest.mark.parametrize("code", list(run.FailureCode))
def test_nothing_done_by_hand_promises_a_button_or_another_attempt(code: run.FailureCode) -> None:
    told = standing.by_hand(errors.remedy(run.Failure(code=code)), again="check again")
    assert "press Retry" not in told
    assert "tried again by itself" not in told


def test_a_quota_is_asked_for_again_once_it_refills() -> None:
    remedy = errors.remedy(run.Failure(code=run.FailureCode.QUOTA_EXHAUSTED))
    told = standing.by_hand(remedy, again="run it again")
    assert told == "Run it again once the quota refills."
