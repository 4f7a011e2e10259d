"""The pen that notes each problem of a payload with its JSON pointer, and the small checks
that every block and element is made of.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.demo.slack import shapes, workspace
from bot.demo.slack.shapes import Json

Surface = Literal["message", "modal", "home"]
PLAIN = "plain_text"
MRKDWN = "mrkdwn"


@dataclass(slots=True, kw_only=True)
class Check:
    """One pass over one payload. Pointers start at ``/``."""

    surface: Surface
    rules: workspace.Rules
    image_ready: Callable[[Json], bool]
    """Whether a ``slack_file`` object names an image that may be shown."""
    own_hosts: str = ""
    """An image_url that starts with it cannot be downloaded."""
    problems: list[str] = field(default_factory=list[str])
    table_chars: int = 0
    data_chars: int = 0
    charts: int = 0
    markdown_chars: int = 0

    def say(self, pointer: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(f"{message} [json-pointer:{pointer}]")

    def keys(
        self, value: Json, pointer: str, *, needed: Collection[str], allowed: Collection[str]
    ) -> None:
        """Every needed key is there and no other than these."""
        for key in needed:
            if key not in value:
                self.say(pointer, f"missing required field: {key}")
        for key in value:
            if key not in {"type", *needed, *allowed}:
                self.say(pointer, f"invalid additional property: {key}")

    def string(self, value: Json, key: str, *, at: str, high: int, low: int = 1) -> None:
        """An optional text of a bounded length."""
        if key not in value:
            return
        found = value[key]
        if not isinstance(found, str):
            self.say(f"{at}/{key}", "must be a string")
        else:
            self.length(len(found), f"{at}/{key}", low=low, high=high)

    def length(self, count: int, pointer: str, *, low: int, high: int) -> None:
        """A text's length."""
        if count > high:
            self.say(pointer, f"must be less than {high + 1} characters")
        if count < low:
            self.say(pointer, f"must be more than {low - 1} characters")

    def count(self, value: object, pointer: str, *, low: int, high: int) -> list[object]:
        """A list's length; returns the list, empty where it is none."""
        if not shapes.is_list(value):
            self.say(pointer, "must be an array")
            return []
        if len(value) > high:
            self.say(pointer, f"no more than {high} items allowed")
        if len(value) < low:
            self.say(pointer, f"no fewer than {low} items allowed")
        return value

    def flag(self, value: Json, key: str, *, at: str) -> None:
        """An optional true or false."""
        if key in value and not isinstance(value[key], bool):
            self.say(f"{at}/{key}", "must be a boolean")

    def choice(self, value: Json, key: str, *, at: str, among: Collection[str]) -> None:
        """An optional word out of a few."""
        if key in value and value[key] not in among:
            self.say(f"{at}/{key}", f"must be one of: {', '.join(sorted(among))}")

    def text(
        self, value: object, pointer: str, *, high: int, kinds: Collection[str] = (PLAIN,)
    ) -> None:
        """A text object of one of these kinds and a bounded length."""
        if not shapes.is_object(value):
            self.say(pointer, "must be a text object")
            return
        kind = value.get("type")
        if kind not in kinds:
            self.say(f"{pointer}/type", f"unsupported type: {kind}")
            return
        extra = "emoji" if kind == PLAIN else "verbatim"
        self.keys(value, pointer, needed=("text",), allowed=(extra,))
        self.flag(value, extra, at=pointer)
        self.string(value, "text", at=pointer, high=high)

    def named(self, value: Json, at: str, *, needed: bool = True) -> None:
        """An action_id of the right length."""
        if needed and "action_id" not in value and self.surface != "message":
            return  # Slack makes one up
        self.string(value, "action_id", at=at, high=255)

    def url(self, value: Json, key: str, *, at: str) -> None:
        """An optional address of at most 3,000 characters."""
        self.string(value, key, at=at, high=3000)
        found = value.get(key)
        if isinstance(found, str) and not found.startswith(("https://", "http://", "mailto:")):
            self.say(f"{at}/{key}", "must be a valid url")


class Part(Protocol):
    """Checks one block or element that stands at a pointer."""

    def __call__(self, check: Check, part: Json, /, *, at: str) -> None:
        """Note every problem of the part."""
        ...
