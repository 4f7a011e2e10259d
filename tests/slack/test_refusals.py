"""Every refusal of Slack's has its plain words."""

import pytest

from bot.slack import refusals


@pytest.mark.parametrize("code", [*refusals.REMEDIES, "slack_connect_x_blocked", "unheard_of"])
def test_every_refusal_has_a_fault_and_a_remedy(code: str) -> None:
    fault, remedy = refusals.explain(code)
    assert fault
    assert not fault.endswith(".")
    assert remedy.endswith(".")


def test_a_new_refusal_is_named_as_slack_names_it() -> None:
    assert "unheard_of" in refusals.explain("unheard_of")[0]
