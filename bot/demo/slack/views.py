"""views.*: modals and home tabs; opening takes a trigger_id that is fresh and unused."""

import secrets

from bot.demo.slack import blocks, chat, core, records, shapes
from bot.demo.slack.arguments import Args
from bot.demo.slack.check import Check
from bot.demo.slack.refusal import Refusal, schema
from bot.demo.slack.shapes import Json

MAX_BYTES, STACK = 250_000, 3
_MODAL = (
    "title",
    "close",
    "submit",
    "submit_disabled",
    "clear_on_close",
    "notify_on_close",
)
_SHARED = ("blocks", "private_metadata", "callback_id", "external_id")


def checked(at: core.Core, value: object, *, kind: str) -> Json:
    """The view with block_ids; raises Slack's refusal where it cannot be shown."""
    if not shapes.is_object(value):
        raise schema("invalid_arguments", ["must be an object [json-pointer:/view]"])
    if len(shapes.dump(value).encode()) > MAX_BYTES:
        raise Refusal("view_too_large")
    check = chat.checker(at, "home" if kind == "home" else "modal")
    if value.get("type") != kind:
        check.say("/view/type", f"unsupported type: {value.get('type')}")
    _envelope(check, value, kind=kind)
    found = shapes.items(value.get("blocks"))
    if _has_files(found) and "files:read" not in at.app.scopes:
        check.say("/view/blocks", "file_input needs the files:read scope")
    blocks.check_blocks(check, found, root="/view/blocks")
    if check.problems:
        raise schema("invalid_arguments", check.problems)
    return value | {"blocks": blocks.named(found)}


def _has_files(blocks_: list[object]) -> bool:
    elements = (shapes.obj(one.get("element")) for one in shapes.objects(blocks_))
    return any(one.get("type") == "file_input" for one in elements)


def _envelope(check: Check, value: Json, *, kind: str) -> None:
    modal = kind == "modal"
    needed = ("blocks", "title") if modal else ("blocks",)
    check.keys(value, "/view", needed=needed, allowed=(*_SHARED, *(_MODAL if modal else ())))
    check.string(value, "private_metadata", at="/view", high=3000, low=0)
    check.string(value, "callback_id", at="/view", high=255, low=0)
    check.string(value, "external_id", at="/view", high=255, low=0)
    if not modal:
        return
    for key in ("title", "close", "submit"):
        if value.get(key) is not None:
            check.text(value[key], f"/view/{key}", high=24)
    inputs = any(one.get("type") == "input" for one in shapes.objects(value.get("blocks")))
    if inputs and value.get("submit") is None:
        check.say("/view", "missing required field: submit")


def view_json(at: core.Core, view: records.View, *, state: Json | None = None) -> Json:
    """A view object; ``state`` holds the values of a submission."""
    body = view.body
    told: Json = {
        "id": view.id,
        "team_id": at.space.team_id,
        "type": body.get("type"),
        "blocks": body.get("blocks"),
        "private_metadata": shapes.text(body, "private_metadata"),
        "callback_id": shapes.text(body, "callback_id"),
        "external_id": shapes.text(body, "external_id"),
        "state": {"values": state or {}},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous or None,
        "app_id": at.space.app_id,
        "app_installed_team_id": at.space.team_id,
        "bot_id": at.space.bot_id,
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "submit_disabled": body.get("submit_disabled", False),
    }
    for key in ("title", "close", "submit"):
        told[key] = body.get(key)
    return told


def blocks_of(view: records.View) -> list[Json]:
    """The blocks of a view."""
    return shapes.objects(view.body.get("blocks"))


def waiting(at: core.Core, view: records.View, *, busy: bool) -> None:
    """A modal was sent off, or its app has answered."""
    view.busy, view.errors = busy, {} if busy else view.errors
    at.changes.publish("view_updated", {"user": view.user, "id": view.id})


def _hash(at: core.Core) -> str:
    return f"{int(at.clock.now().timestamp())}.{secrets.token_hex(4)}"


def _free(at: core.Core, body: Json, *, view: str = "") -> None:
    name = shapes.text(body, "external_id")
    taken = any(
        shapes.text(one.body, "external_id") == name and one.id != view
        for one in at.space.views.values()
        if not one.closed
    )
    if name and taken:
        raise Refusal("duplicate_external_id")


def _published(at: core.Core, kind: str, *, user: str, told: Json) -> None:
    at.changes.publish(kind, {"user": user, "view": at.journal.clean_object(told)})


def show(at: core.Core, user: str, *, body: Json, below: records.View | None = None) -> Json:
    """Put a new modal before a person, on top of another where ``below`` names it."""
    _free(at, body)
    name = at.space.fresh("V")
    view = records.View(
        id=name,
        user=user,
        body=body,
        hash=_hash(at),
        root=below.root if below else name,
        previous=below.id if below else "",
    )
    at.space.views[name] = view
    told = view_json(at, view)
    _published(at, "view_opened", user=user, told=told)
    return {"view": told}


def change(at: core.Core, view: records.View, *, body: Json) -> Json:
    """Show something else in an open view."""
    _free(at, body, view=view.id)
    view.body, view.hash, view.errors = body, _hash(at), {}
    told = view_json(at, view)
    _published(at, "view_updated", user=view.user, told=told)
    return {"view": told}


def stack(at: core.Core, user: str) -> list[records.View]:
    """The modals a person has open, the one on top last."""
    return [view for view in at.space.views.values() if view.user == user and not view.closed]


def shut(at: core.Core, view: records.View, *, every: bool = False) -> list[records.View]:
    """Close a modal, or the whole stack it is in; returns what was closed, from the top."""
    gone = [
        one
        for one in reversed(stack(at, view.user))
        if one.id == view.id or (every and one.root == view.root)
    ]
    for one in gone:
        one.closed = True
        at.changes.publish("view_closed", {"user": one.user, "id": one.id})
    return gone


def _trigger(args: Args) -> str:
    if not args.text("trigger_id") and not args.text("interactivity_pointer"):
        args.need("trigger_id")
    return args.text("trigger_id") or args.text("interactivity_pointer")


def opened(at: core.Core, args: Args) -> Json:
    """views.open."""
    args.need("view")
    name = _trigger(args)
    body = checked(at, args.parsed("view"), kind="modal")
    trigger = at.tickets.exchange(name)
    for view in stack(at, trigger.user):
        view.closed = True
    return show(at, trigger.user, body=body)


def push(at: core.Core, args: Args) -> Json:
    """views.push: on top of the modal that the trigger came from."""
    args.need("view")
    name = _trigger(args)
    body = checked(at, args.parsed("view"), kind="modal")
    trigger = at.tickets.exchange(name)
    below = at.space.views.get(trigger.view)
    if below is None or below.closed:
        raise Refusal("not_found")
    if len(stack(at, trigger.user)) >= STACK:
        raise Refusal("push_limit_reached")
    return show(at, trigger.user, body=body, below=below)


def update(at: core.Core, args: Args) -> Json:
    """views.update, by view_id or external_id; a hash guards against a race."""
    args.need("view")
    external = args.text("external_id")
    view = next(
        (
            one
            for one in at.space.views.values()
            if not one.closed
            and (
                one.id == args.text("view_id")
                or (external and shapes.text(one.body, "external_id") == external)
            )
        ),
        None,
    )
    if view is None:
        raise Refusal("not_found")
    if args.has("hash") and args.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    return change(at, view, body=checked(at, args.parsed("view"), kind="modal"))


def publish(at: core.Core, args: Args) -> Json:
    """views.publish: a person's home tab."""
    args.need("user_id", "view")
    user = args.text("user_id")
    if user not in at.space.people:
        raise Refusal("user_not_found")
    if not at.app.home_tab:
        raise Refusal("not_enabled")
    body = checked(at, args.parsed("view"), kind="home")
    known = at.space.homes.get(user)
    if args.has("hash") and known is not None and args.text("hash") != known.hash:
        raise Refusal("hash_conflict")
    name = known.id if known else at.space.fresh("V")
    view = records.View(id=name, user=user, body=body, hash=_hash(at), root=name)
    at.space.homes[user] = view
    told = view_json(at, view)
    _published(at, "home_published", user=user, told=told)
    return {"view": told}
