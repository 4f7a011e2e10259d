"""Slack's own judgement on our messages and modals, by the local Slack's block validation."""

from collections.abc import Mapping
from typing import cast

from bot.demo.slack import blocks, check, workspace
from bot.demo.slack.refusal import Refusal
from bot.domain import delivery

IMAGE: Mapping[str, object] = {
    "type": "image",
    "slack_file": {"id": "F0READY"},
    "alt_text": "a chart",
}


def refusal(body: delivery.Body) -> str:
    """Return why Slack would refuse a body, or nothing. A chart's place holds its image."""
    shown = [IMAGE if block["type"] == "chart_here" else block for block in body.blocks]
    pass_ = check.Check(surface="message", rules=workspace.Rules(), image_ready=lambda _value: True)
    if not body.text.strip() or len(body.text) > 4000:
        return f"text of {len(body.text)} characters"
    try:
        blocks.for_message(pass_, cast("list[object]", shown))
    except Refusal as refused:
        return f"{refused.name}: {refused.extra}"
    return ""


def modal_problems(view: Mapping[str, object]) -> list[str]:
    """Return what Slack would refuse about a modal."""
    pass_ = check.Check(surface="modal", rules=workspace.Rules(), image_ready=lambda _value: True)
    blocks.check_blocks(pass_, cast("list[object]", view["blocks"]), root="/view/blocks")
    return pass_.problems
