"""What the page draws: the local Slack as one person sees it, and how the stage stands."""

from bot.demo import stage
from bot.demo.slack import shapes, workspace
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json

SILENT = frozenset({"call", "envelope", "ack", "unacked", "act"})
"""Kinds of changes that the page has no use for."""
_PRIVATE = ("ephemeral_", "view_", "home_")
_NAMED = ("channel", "ts", "user", "id", "what")


def of(on: stage.Stage, user: str, *, broken: list[str]) -> Json:
    """Return ``GET state`` of API.md; raises Impossible where there is no such person."""
    space = on.slack.workspace
    if user not in space.people:
        raise Impossible(f"There is nobody called {user} in this workspace.")
    features = shapes.obj(on.slack.manifest.get("features"))
    return on.slack.snapshot(user) | {
        "zone": stage.ZONE.key,
        "next": stage.next_monday(on.clock.now()).isoformat(),
        "roles": {one.id: role(space, one) for one in space.people.values() if not one.bot},
        "invitable": _invitable(on, user),
        "commands": [
            {key: shapes.text(one, key) for key in ("command", "description", "usage_hint")}
            for one in shapes.objects(features.get("slash_commands"))
        ],
        "shortcuts": [
            {key: shapes.text(one, key) for key in ("callback_id", "name", "type")}
            for one in shapes.objects(features.get("shortcuts"))
        ],
        "bot": {"running": on.running, "sockets": on.slack.control.sockets},
        "broken": broken,
    }


def _invitable(on: stage.Stage, user: str) -> list[Json]:
    """The public channels that somebody does not find, and may be let into."""
    return [
        {"id": one.id, "name": one.name}
        for one in on.slack.workspace.channels.values()
        if not (one.private or one.archived or on.slack.sees(user, channel=one.id))
    ]


def role(space: workspace.Workspace, person: workspace.Person) -> str:
    """Return operator, colleague, guest or outside: whom one acts as, in the product's eyes."""
    if space.outsider(person.id):
        return "outside"
    if person.guest:
        return "guest"
    ops = space.channels.get(stage.OPS)
    return "operator" if ops is not None and person.id in ops.members else "colleague"


def concerns(on: stage.Stage, kind: str, *, facts: Json, user: str) -> bool:
    """Whether a person's page has to hear of a change; without a person, everybody's does."""
    if kind in SILENT:
        return False
    if not user:
        return True
    if kind.startswith(_PRIVATE):
        return shapes.text(facts, "user") == user
    channel = shapes.text(facts, "channel")
    return not channel or kind == "channel_changed" or on.slack.sees(user, channel=channel)


def brief(facts: Json) -> Json:
    """Return what a change is about, without what it says: that is read from the state."""
    told = {key: facts[key] for key in _NAMED if key in facts}
    view = shapes.obj(facts.get("view"))
    return told | ({"id": view["id"]} if "id" in view else {})


def shown(snapshot: Json, file: str) -> bool:
    """Whether a file's id stands anywhere in what a person sees."""
    return any(file in _ids(part) for part in shapes.walk(snapshot))


def _ids(part: Json) -> set[str]:
    found = {shapes.text(part, "id")}
    image = shapes.obj(part.get("slack_file"))
    address = shapes.text(image, "url").rpartition("/files/")[2]
    return found | {shapes.text(image, "id"), address.partition("/")[0]}
