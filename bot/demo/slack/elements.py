"""Block elements and composition objects: what each may hold, and how much of it."""

from collections.abc import Mapping

from bot.demo.slack import richtext, shapes
from bot.demo.slack.check import MRKDWN, PLAIN, Check, Part
from bot.demo.slack.shapes import Json

BOTH = (PLAIN, MRKDWN)
_FOCUS = ("confirm", "focus_on_load")


def confirm(check: Check, element: Json, *, at: str) -> None:
    """The optional confirmation dialog."""
    if "confirm" not in element:
        return
    place = f"{at}/confirm"
    value = element["confirm"]
    if not shapes.is_object(value):
        check.say(place, "must be an object")
        return
    check.keys(value, place, needed=("title", "text", "confirm", "deny"), allowed=("style",))
    for key, high, kinds in (
        ("title", 100, (PLAIN,)),
        ("text", 300, BOTH),
        ("confirm", 30, (PLAIN,)),
        ("deny", 30, (PLAIN,)),
    ):
        if key in value:
            check.text(value[key], f"{place}/{key}", high=high, kinds=kinds)
    check.choice(value, "style", at=place, among=("primary", "danger"))


def button(check: Check, element: Json, *, at: str) -> None:
    """A button."""
    check.keys(
        element,
        at,
        needed=("text",),
        allowed=("action_id", "url", "value", "style", "confirm", "accessibility_label"),
    )
    check.text(element.get("text"), f"{at}/text", high=75)
    check.string(element, "value", at=at, high=2000, low=0)
    check.string(element, "accessibility_label", at=at, high=75)
    check.url(element, "url", at=at)
    check.choice(element, "style", at=at, among=("primary", "danger"))
    confirm(check, element, at=at)


def option(check: Check, value: object, *, at: str, rich: bool = False, link: bool = False) -> None:
    """One option; ``rich`` ones take mrkdwn, ``link`` ones a url."""
    if not shapes.is_object(value):
        check.say(at, "must be an object")
        return
    allowed = ("description", "url") if link else ("description",)
    check.keys(value, at, needed=("text", "value"), allowed=allowed)
    check.text(value.get("text"), f"{at}/text", high=75, kinds=BOTH if rich else (PLAIN,))
    check.string(value, "value", at=at, high=150)
    if "description" in value:
        kinds = BOTH if rich else (PLAIN,)
        check.text(value["description"], f"{at}/description", high=75, kinds=kinds)
    check.url(value, "url", at=at)


def options(check: Check, element: Json, *, at: str, high: int, rich: bool = False) -> None:
    """A list of options with distinct values."""
    values: list[str] = []
    for index, one in enumerate(
        check.count(element.get("options"), f"{at}/options", low=1, high=high)
    ):
        option(
            check,
            one,
            at=f"{at}/options/{index}",
            rich=rich,
            link=element.get("type") == "overflow",
        )
        values.append(shapes.text(shapes.obj(one), "value"))
    if len(set(values)) != len(values):
        check.say(f"{at}/options", "option values must be unique")


def _static(check: Check, element: Json, *, at: str) -> None:
    if ("options" in element) == ("option_groups" in element):
        check.say(at, "exactly one of options and option_groups is required")
    elif "options" in element:
        options(check, element, at=at, high=100)
    else:
        place = f"{at}/option_groups"
        groups = check.count(element["option_groups"], place, low=1, high=100)
        for index, group in enumerate(shapes.objects(groups)):
            check.keys(group, f"{place}/{index}", needed=("label", "options"), allowed=())
            check.text(group.get("label"), f"{place}/{index}/label", high=75)
            options(check, group, at=f"{place}/{index}", high=100)
    initial = element.get("initial_option")
    if initial is not None and initial not in known_options(element):
        check.say(f"{at}/initial_option", "must be one of the options")


def known_options(element: Json) -> list[Json]:
    """Every option of an element, those in groups too, and those that it begins with."""
    grouped = [
        one
        for group in shapes.objects(element.get("option_groups"))
        for one in shapes.objects(group.get("options"))
    ]
    begins = [element.get("initial_option"), *shapes.items(element.get("initial_options"))]
    known = shapes.objects(element.get("options")) + grouped
    if "external_select" in shapes.text(element, "type"):
        known += [one for one in shapes.objects(begins) if one not in known]
    return known


def _select(check: Check, element: Json, *, at: str) -> None:
    kind = shapes.text(element, "type")
    own = {
        "static_select": ("options", "option_groups", "initial_option"),
        "external_select": ("min_query_length", "initial_option"),
        "users_select": ("initial_user",),
        "channels_select": ("initial_channel", "response_url_enabled"),
        "conversations_select": (
            "initial_conversation",
            "default_to_current_conversation",
            "response_url_enabled",
            "filter",
        ),
    }
    many = kind.startswith("multi_")
    base = own[kind.removeprefix("multi_")]
    allowed = (
        (*[f"{name}s" if name.startswith("initial") else name for name in base],) if many else base
    )
    extra = ("max_selected_items",) if many else ()
    check.keys(
        element, at, needed=(), allowed=("action_id", "placeholder", *_FOCUS, *allowed, *extra)
    )
    if "placeholder" in element:
        check.text(element["placeholder"], f"{at}/placeholder", high=150)
    if kind.endswith("static_select"):
        _static(check, element, at=at)
    confirm(check, element, at=at)


def _overflow(check: Check, element: Json, *, at: str) -> None:
    check.keys(element, at, needed=("options",), allowed=("action_id", "confirm"))
    options(check, element, at=at, high=5)
    confirm(check, element, at=at)


def _picks(check: Check, element: Json, *, at: str) -> None:
    initial = "initial_options" if element.get("type") == "checkboxes" else "initial_option"
    check.keys(element, at, needed=("options",), allowed=("action_id", initial, *_FOCUS))
    options(check, element, at=at, high=10, rich=True)
    confirm(check, element, at=at)


def _when(check: Check, element: Json, *, at: str) -> None:
    initial = {
        "datepicker": "initial_date",
        "timepicker": "initial_time",
        "datetimepicker": "initial_date_time",
    }[shapes.text(element, "type")]
    check.keys(
        element, at, needed=(), allowed=("action_id", initial, "placeholder", "timezone", *_FOCUS)
    )
    if "placeholder" in element:
        check.text(element["placeholder"], f"{at}/placeholder", high=150)
    confirm(check, element, at=at)


def _typed(check: Check, element: Json, *, at: str) -> None:
    kind = shapes.text(element, "type")
    own = {
        "plain_text_input": ("multiline", "min_length", "max_length"),
        "number_input": ("is_decimal_allowed", "min_value", "max_value"),
    }.get(kind, ())
    shared = ("action_id", "focus_on_load", "placeholder", "initial_value")
    needed = ("is_decimal_allowed",) if kind == "number_input" else ()
    check.keys(element, at, needed=needed, allowed=(*shared, "dispatch_action_config", *own))
    if "placeholder" in element:
        check.text(element["placeholder"], f"{at}/placeholder", high=150)
    check.string(element, "initial_value", at=at, high=3000, low=0)
    for key in ("min_length", "max_length"):
        found = element.get(key)
        if found is not None and not (isinstance(found, int) and 0 <= found <= 3000):  # noqa: PLR2004
            check.say(f"{at}/{key}", "must be between 0 and 3000")


def _file_input(check: Check, element: Json, *, at: str) -> None:
    check.keys(element, at, needed=(), allowed=("action_id", "filetypes", "max_files"))
    most = element.get("max_files", 10)
    if not isinstance(most, int) or not 1 <= most <= 10:  # noqa: PLR2004
        check.say(f"{at}/max_files", "must be between 1 and 10")
    if "filetypes" in element:
        check.count(element["filetypes"], f"{at}/filetypes", low=1, high=100)


def _rich_text_input(check: Check, element: Json, *, at: str) -> None:
    allowed = ("action_id", "initial_value", "dispatch_action_config", "focus_on_load")
    check.keys(element, at, needed=(), allowed=(*allowed, "placeholder"))
    if "placeholder" in element:
        check.text(element["placeholder"], f"{at}/placeholder", high=150)
    if "initial_value" in element:
        richtext.value(check, element["initial_value"], at=f"{at}/initial_value")


def image(check: Check, element: Json, *, at: str) -> None:
    """An image element, or what an image block has in common with it."""
    check.string(element, "alt_text", at=at, high=2000)
    if ("image_url" in element) == ("slack_file" in element):
        check.say(at, "exactly one of image_url and slack_file is required")
        return
    if "image_url" in element:
        check.url(element, "image_url", at=at)
        address = shapes.text(element, "image_url")
        if check.own_hosts and address.startswith(check.own_hosts):
            check.say(f"{at}/image_url", "downloading image failed")
    elif not check.image_ready(shapes.obj(element["slack_file"])):
        check.say(f"{at}/slack_file", "invalid slack file")


def _image_element(check: Check, element: Json, *, at: str) -> None:
    check.keys(
        element,
        at,
        needed=("alt_text",),
        allowed=("image_url", "slack_file", "image_width", "image_height", "image_bytes"),
    )
    image(check, element, at=at)


def _loose(check: Check, element: Json, *, at: str) -> None:
    """An element that we know by name alone."""
    if not element:
        check.say(at, "must be an object")


ELEMENTS: Mapping[str, Part] = {
    "button": button,
    "overflow": _overflow,
    "checkboxes": _picks,
    "radio_buttons": _picks,
    "datepicker": _when,
    "timepicker": _when,
    "datetimepicker": _when,
    "plain_text_input": _typed,
    "number_input": _typed,
    "email_text_input": _typed,
    "url_text_input": _typed,
    "file_input": _file_input,
    "rich_text_input": _rich_text_input,
    "feedback_buttons": _loose,
    "icon_button": _loose,
    "workflow_button": _loose,
    "image": _image_element,
    **dict.fromkeys(
        (
            prefix + kind
            for prefix in ("", "multi_")
            for kind in (
                "static_select",
                "external_select",
                "users_select",
                "channels_select",
                "conversations_select",
            )
        ),
        _select,
    ),
}
_INPUTS_ONLY = frozenset(
    {
        "plain_text_input",
        "number_input",
        "email_text_input",
        "url_text_input",
        "file_input",
        "rich_text_input",
    }
)
IN_INPUT = frozenset(ELEMENTS) - {
    "button",
    "overflow",
    "image",
    "feedback_buttons",
    "icon_button",
    "workflow_button",
}
IN_ACTIONS = (
    frozenset(ELEMENTS)
    - _INPUTS_ONLY
    - {"image", "feedback_buttons", "icon_button"}
    - {name for name in ELEMENTS if name.startswith("multi_")}
)
IN_SECTION = frozenset(ELEMENTS) - _INPUTS_ONLY - {"feedback_buttons", "icon_button"}


def element(check: Check, value: object, *, at: str, among: frozenset[str]) -> None:
    """One element out of those that its block may hold."""
    kind = shapes.text(shapes.obj(value), "type")
    if not shapes.is_object(value) or kind not in ELEMENTS:
        check.say(f"{at}/type", f"unsupported type: {kind}")
    elif kind not in among:
        check.say(f"{at}/type", f"element type {kind} is not allowed here")
    else:
        check.string(value, "action_id", at=at, high=255)
        ELEMENTS[kind](check, value, at=at)
