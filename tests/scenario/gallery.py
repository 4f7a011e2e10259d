"""A small Bolt app that shows what Block Kit has: every input in a modal, errors beside fields, a
stack of views, one that loads, a home tab, both kinds of shortcuts. It remembers what it was told.
"""

import asyncio

from slack_bolt.app.async_app import AsyncApp

from bot.demo.slack import shapes
from tests import localslack
from tests.localslack import dig

Json = dict[str, object]
MANIFEST: Json = {
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/gallery", "description": "Shows", "usage_hint": "[inputs | stack | slow]"}
        ],
        "shortcuts": [
            {"name": "Note something", "type": "global", "callback_id": "note"},
            {"name": "Mark this", "type": "message", "callback_id": "mark"},
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["commands", "chat:write", "channels:history", "files:read"]}
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}
CITIES = ("Lyon", "Lille", "Limoges", "Nantes")


def plain(words: str) -> Json:
    """A text object."""
    return {"type": "plain_text", "text": words}


def option(words: str) -> Json:
    """An option whose value is its text in small letters."""
    return {"text": plain(words), "value": words.lower()}


def field(name: str, kind: str, **more: object) -> Json:
    """An optional input; block_id and label are its name."""
    element = {"type": kind, "action_id": "held", **more}
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "optional": True,
        "element": element,
    }


def button(action: str, words: str) -> Json:
    """An actions block with one button."""
    element = {"type": "button", "action_id": action, "text": plain(words)}
    return {"type": "actions", "block_id": f"{action}s", "elements": [element]}


def modal(title: str, *blocks: Json, callback: str, **more: object) -> Json:
    """A modal with a submit button."""
    told = {"type": "modal", "callback_id": callback, "title": plain(title), "blocks": blocks}
    return told | {"submit": plain("Save")} | more


_OPTIONS = [option("North"), option("South"), option("West")]
INPUTS = (
    field("Name", "plain_text_input") | {"optional": False},
    field("Story", "plain_text_input", multiline=True),
    field("Amount", "number_input", is_decimal_allowed=True, min_value="1", max_value="99"),
    field("Mail", "email_text_input"),
    field("Site", "url_text_input"),
    field("Day", "datepicker"),
    field("Hour", "timepicker"),
    field("Moment", "datetimepicker"),
    field("Region", "static_select", options=_OPTIONS),
    field("Regions", "multi_static_select", options=_OPTIONS, max_selected_items=2),
    field("Person", "users_select"),
    field("People", "multi_users_select"),
    field("Channel", "channels_select"),
    field("Channels", "multi_channels_select"),
    field("Place", "conversations_select"),
    field("Places", "multi_conversations_select"),
    field("City", "external_select", min_query_length=2),
    field("Cities", "multi_external_select", min_query_length=0),
    field("Extras", "checkboxes", options=_OPTIONS),
    field("Size", "radio_buttons", options=_OPTIONS),
    field("Words", "rich_text_input"),
    field("Papers", "file_input", filetypes=["csv", "txt"], max_files=2),
)


class Gallery:
    """The app's listeners, and what they heard."""

    def __init__(self, app: AsyncApp) -> None:
        self.submitted: list[Json] = []
        """``state.values`` of each submission that was taken, by block_id."""
        self.heard: list[str] = []
        self.loaded = asyncio.Event()
        """Set by a test where the slow view may have its answer."""
        on = localslack.listening(app)
        on.command("/gallery")(self.command)
        on.view("inputs")(self.inputs)
        on.view("stack")(self.stack)
        on.options("held")(self.options)
        on.action("deeper")(self.deeper)
        on.action("count")(self.count)
        on.event("app_home_opened")(self.home)
        on.shortcut("note")(self.note)
        on.shortcut("mark")(self.mark)

    async def command(self, ack: localslack.Ack, body: Json, client: localslack.Web) -> None:
        """Open what was asked for."""
        await ack()
        match body["text"]:
            case "inputs":
                view = modal("Every input", *INPUTS, callback="inputs")
            case "stack":
                view = _level(1)
            case _:
                view = modal("Looking it up", _words("One moment …"), callback="slow")
                del view["submit"]
        opened = await client.views_open(trigger_id=body["trigger_id"], view=view)
        if body["text"] == "slow":
            await self.loaded.wait()
            done = view | {"blocks": [_words("Here it is."), field("Name", "plain_text_input")]}
            await client.views_update(
                view_id=opened["view"]["id"], view=done | {"submit": plain("Save")}
            )

    async def inputs(self, ack: localslack.Ack, body: Json) -> None:
        """Refuse one name, beside its field; take everything else."""
        values = shapes.obj(dig(body, "view", "state", "values"))
        if dig(values, "Name", "held", "value") == "taken":
            await ack(response_action="errors", errors={"Name": "Somebody has that name."})
            return
        self.submitted.append(values)
        await ack()

    async def stack(self, ack: localslack.Ack, body: Json) -> None:
        """The view on top becomes a word of thanks."""
        self.submitted.append(shapes.obj(dig(body, "view", "state", "values")))
        told = modal("Thank you", _words("It was saved."), callback="done")
        del told["submit"]
        await ack(response_action="update", view=told)

    async def options(self, ack: localslack.Ack, body: Json) -> None:
        """The cities that begin with what was typed."""
        query = str(body["value"]).lower()
        await ack(options=[option(one) for one in CITIES if one.lower().startswith(query)])

    async def deeper(self, ack: localslack.Ack, body: Json, client: localslack.Web) -> None:
        """Push the next view of the stack."""
        await ack()
        level = len(str(dig(body, "view", "private_metadata"))) + 1
        await client.views_push(trigger_id=body["trigger_id"], view=_level(level))

    async def home(self, event: Json, client: localslack.Web) -> None:
        """Publish the home tab."""
        await client.views_publish(user_id=event["user"], view=_home(0))

    async def count(self, ack: localslack.Ack, body: Json, client: localslack.Web) -> None:
        """Publish it again, with one more press."""
        await ack()
        self.heard.append("count")
        await client.views_publish(user_id=dig(body, "user", "id"), view=_home(len(self.heard)))

    async def note(self, ack: localslack.Ack, body: Json, client: localslack.Web) -> None:
        """A global shortcut opens a modal."""
        await ack()
        view = modal("A note", field("Name", "plain_text_input"), callback="inputs")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def mark(self, ack: localslack.Ack, body: Json) -> None:
        """A message shortcut brings its message."""
        await ack()
        self.heard.append(str(dig(body, "message", "text")))


def _words(words: str) -> Json:
    return {"type": "section", "text": plain(words)}


def _level(level: int) -> Json:
    blocks = [field(f"Level {level}", "plain_text_input"), button("deeper", "Deeper")]
    return modal(f"View {level}", *blocks, callback="stack", private_metadata="x" * level)


def _home(pressed: int) -> Json:
    head = {"type": "header", "text": plain(f"Pressed {pressed} times")}
    return {"type": "home", "blocks": [head, button("count", "Press")]}
