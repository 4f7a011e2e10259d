"""What an app answers to a modal that was sent off: errors, another view, or nothing."""

from bot.demo.slack import core, records, shapes, views
from bot.demo.slack.refusal import Refusal, schema
from bot.demo.slack.shapes import Json


def answered(at: core.Core, view: records.View, *, answer: Json) -> str:
    """Do what a ``view_submission``'s ack says. One that Slack would not take changes nothing, is
    written down, and the error that its person sees is returned.
    """
    try:
        _answered(at, view, answer=answer)
    except Refusal as refusal:
        at.act("ack_refused", {"error": refusal.name, **refusal.extra})
        return "invalid_view_response"
    return ""


def _answered(at: core.Core, view: records.View, *, answer: Json) -> None:
    match answer.get("response_action"):
        case "errors":
            _errors(at, view, told=shapes.obj(answer.get("errors")))
        case "update":
            body = views.checked(at, answer.get("view"), kind="modal")
            views.change(at, view, body=body)
        case "push":
            body = views.checked(at, answer.get("view"), kind="modal")
            if len(views.stack(at, view.user)) >= views.STACK:
                raise Refusal("push_limit_reached")
            views.show(at, view.user, body=body, below=view)
        case None | "clear" as action:
            views.shut(at, view, every=action == "clear")
        case other:
            raise schema("invalid_arguments", [f"unknown response_action: {other}"])


def _errors(at: core.Core, view: records.View, *, told: Json) -> None:
    inputs = {
        shapes.text(one, "block_id")
        for one in views.blocks_of(view)
        if shapes.text(one, "type") == "input"
    }
    if not told or not set(told) <= inputs:
        raise schema("invalid_arguments", ["errors name no input block of the view"])
    view.errors = {block: str(words) for block, words in told.items()}
    at.changes.publish("view_updated", {"user": view.user, "id": view.id})
