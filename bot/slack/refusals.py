"""Slack's error names → what they mean for a message, and what a person is told.

Permanent ones stop and are said to the operators with their remedy; payload ones send the next rung
of the ladder; passing ones are asked again later; the rest is settled by reading back.
"""

import re

from bot.domain import delivery
from bot.slack import remedies, web

PASSING = frozenset(
    {"accesslimited", "org_login_required", "team_added_to_org", "external_channel_migrating"}
    | {"update_failed", "file_update_failed", "streaming_state_conflict", "fetch_members_failed"}
    | {"list_record_comment_fetch_failed"}
)
"""Nothing was stored, and it may be in a while: Slack is moving or mending something."""

_POINTER = re.compile(r"\[json-pointer:/?blocks/(\d+)[^\]]*\]|/blocks/(\d+)")
_NEEDED = re.compile(r"needed: ([\w:,]+)")
_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
_SCOPES = frozenset({"missing_scope", "no_permission"})


def explain(code: str, detail: str = "") -> tuple[str, str]:
    """Return ``(fault, remedy)`` of a refusal, for Failure's params of POST_REFUSED.

    ``detail`` is Refused's: it names the block that was refused, or the permission that is lacking.
    """
    fault, remedy = remedies.find(code)
    if code in _SCOPES and (needed := _NEEDED.search(detail)):
        return f"the app lacks the permission {needed[1].replace(',', ' or ')}", remedy
    if code in _BLOCKS and (number := block(detail)) is not None:
        return f"block {number + 1} of the message is not what Slack takes", remedy
    return fault, remedy


def block(detail: str) -> int | None:
    """Return the number, from 0, of the block that Slack's JSON pointer names; None: none."""
    found = _POINTER.search(detail)
    return int(found[1] or found[2]) if found else None


def judge(answer: web.Answer) -> delivery.Refused | delivery.Unknown:
    """Return what a call that was not done means for its message."""
    if answer.unclear:
        return delivery.Unknown(code=answer.error)
    if answer.retry_after is not None:
        return delivery.Refused(code=answer.error, retry_after=answer.retry_after)
    if answer.error in PASSING:
        return delivery.Refused(code=answer.error, detail=answer.detail)
    payload = answer.error in remedies.PAYLOAD
    return delivery.Refused(
        code=answer.error, permanent=not payload, payload=payload, detail=answer.detail
    )
