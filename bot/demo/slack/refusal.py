"""What the local Slack says no with: Slack's own error names."""

from bot.demo.slack.shapes import Json


class Refusal(Exception):  # noqa: N818 - Slack answers; nothing went wrong with us
    """The answer ``{"ok": false, "error": name}`` with what else Slack adds to it."""

    def __init__(self, name: str, extra: Json | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.extra = extra or {}


class Impossible(Exception):  # noqa: N818 - told to whoever drives the control
    """A person could not do this in Slack: no such button, not a member, no such view."""


def schema(name: str, problems: list[str]) -> Refusal:
    """Return a refusal that lists each problem with its place, as Slack does for blocks."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    extra: Json = {"response_metadata": {"messages": messages}}
    if name.startswith("invalid_blocks"):
        extra["errors"] = list(problems)
    return Refusal(name, extra)
