"""A Bolt app that takes everything, and the views and fields that tests open with it."""

from collections.abc import Awaitable

from slack_bolt.app.async_app import AsyncApp

from tests import localslack

ACME, OPS = "C0ACMEREPORT", "C0REPORTOPS"

Body = dict[str, object]


def plain(text: str) -> Body:
    """A text object."""
    return {"type": "plain_text", "text": text}


def modal(*blocks: Body, **more: object) -> Body:
    """A modal that can be submitted."""
    return {
        "type": "modal",
        "callback_id": "pause",
        "title": plain("Pause"),
        "submit": plain("Pause"),
        "blocks": list(blocks),
        **more,
    }


def field(name: str, **more: object) -> Body:
    """An input for text; its name is its block_id and label."""
    element = {"type": "plain_text_input", "action_id": "typed", **more}
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


class Seen:
    """A Bolt app that acknowledges everything and remembers what it was told."""

    def __init__(self, app: AsyncApp) -> None:
        self.bodies: list[Body] = []
        self.answer: Body = {}

        async def any_(ack: localslack.Ack, body: Body) -> None:
            self.bodies.append(body)
            await ack(**self.answer)

        on = localslack.listening(app)
        on.command("/report")(any_)
        for action in ("client", "rerun", "more", "open"):
            on.action(action)(any_)
        on.options("client")(any_)
        on.view("pause")(any_)
        on.view_closed("pause")(any_)
        on.shortcut("look")(any_)

    @property
    def last(self) -> Body:
        """What it was told last."""
        return self.bodies[-1]


async def error_of(call: Awaitable[object]) -> str:
    """Slack's error of a call that it must refuse."""
    caught = await localslack.refused(call)
    return str(caught["error"])
