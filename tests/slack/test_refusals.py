"""Every refusal that Slack documents is known, classified once, and has its plain words."""

import json
from typing import cast

import pytest

from bot.demo.slack import arguments
from bot.domain import delivery
from bot.slack import limiter, refusals, remedies, web
from tests import localslack

RATE = {"ratelimited", "rate_limited"}


def _documented() -> dict[str, list[str]]:
    """Error → the methods of ours that may answer it, as Slack describes them."""
    found: dict[str, list[str]] = {code: ["any"] for code in arguments.GLOBAL_ERRORS}
    for method in limiter.BUDGETS:
        path = localslack.METHODS / f"{method}.json"
        if method.startswith(("chat.", "conversations.", "files.")) and path.exists():
            described = cast("dict[str, dict[str, object]]", json.loads(path.read_text("utf-8")))
            for code in described["errors"]:
                found.setdefault(code, []).append(method)
    return found


def _kinds(code: str) -> list[str]:
    kinds = {
        "permanent": remedies.PERMANENT,
        "payload": remedies.PAYLOAD,
        "passing": refusals.PASSING,
        "unclear": web.UNCLEAR,
        "rate": RATE,
    }
    return [kind for kind, codes in kinds.items() if code in codes]


def test_every_documented_error_is_of_exactly_one_kind() -> None:
    if not localslack.METHODS.is_dir():
        pytest.skip("Slack's own descriptions of its methods are not at hand")
    documented = _documented()
    assert len(documented) > 100
    assert {code: methods for code, methods in documented.items() if len(_kinds(code)) != 1} == {}


@pytest.mark.parametrize("code", sorted({*remedies.PERMANENT, *remedies.PAYLOAD}))
def test_every_refusal_has_a_fault_and_a_remedy_of_its_own(code: str) -> None:
    fault, remedy = refusals.explain(code)
    assert code not in fault
    assert fault[0].islower() or fault.startswith("Slack")
    assert not fault.endswith(".")
    assert remedy.endswith(".")


@pytest.mark.parametrize("code", sorted(arguments.GLOBAL_ERRORS | refusals.PASSING | RATE))
def test_no_error_of_every_method_is_unheard_of(code: str) -> None:
    assert len(_kinds(code)) == 1


def test_a_new_refusal_is_named_as_slack_names_it() -> None:
    assert "unheard_of" in refusals.explain("unheard_of")[0]
    assert "outside people" in refusals.explain("slack_connect_x_blocked")[0]


def test_a_refused_block_is_counted_as_people_count() -> None:
    told = "must be more than 0 characters [json-pointer:/blocks/2/text/text]"
    assert "block 3 of" in refusals.explain("invalid_blocks", told)[0]
    assert refusals.block("no such thing") is None


def test_a_lacking_permission_is_named() -> None:
    fault, remedy = refusals.explain("missing_scope", "needed: channels:history,groups:history")
    assert fault == "the app lacks the permission channels:history or groups:history"
    assert "manifest.yml" in remedy


@pytest.mark.parametrize("code", sorted(refusals.PASSING))
def test_what_passes_is_neither_given_up_nor_simplified(code: str) -> None:
    judged = refusals.judge(web.Answer(error=code))
    assert judged == delivery.Refused(code=code)
