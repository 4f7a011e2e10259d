"""manifest.yml ↔ handlers ↔ ids ↔ the calls our code makes."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import jsonschema
import pytest
import yaml

from bot.slack import ids, preflight
from handlers import doors, events
from tests.gates import source

SHARED = source.ROOT.parent / "shared" / "slack-api"
EVENT_SCOPES: Mapping[str, set[str]] = {
    "app_home_opened": set(),
    "channel_archive": {"channels:read"},
    "channel_id_changed": {"channels:read", "groups:read"},
    "channel_shared": {"channels:read", "groups:read"},
    "channel_unarchive": {"channels:read"},
    "channel_unshared": {"channels:read", "groups:read"},
    "group_archive": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
}
"""What Slack's reference of each event asks for."""
NOT_BOTS = {"apps.connections.open"}
"""Called with the app-level token, whose scope is not in a manifest."""


def _at(*path: str) -> object:
    found = _manifest()
    for key in path[:-1]:
        found = cast("Mapping[str, object]", found[key])
    return found[path[-1]]


@cache
def _manifest() -> Mapping[str, object]:
    text = (source.ROOT / "manifest.yml").read_text("utf-8")
    return cast("Mapping[str, object]", yaml.safe_load(text))


def _scopes() -> set[str]:
    return set(cast("list[str]", _at("oauth_config", "scopes", "bot")))


def _called() -> Iterator[str]:
    """The Web API methods that our code names in a call."""
    method = re.compile(r"(?:[a-z]+\.)+[a-zA-Z]+")
    for module in source.modules("bot/slack", "bot/app", "handlers"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                family = node.value.split(".", 1)[0]
                if method.fullmatch(node.value) and family in _FAMILIES:
                    yield node.value


_FAMILIES = {"apps", "auth", "chat", "conversations", "files", "team", "users", "views"}


def test_the_command_is_the_one_that_is_served() -> None:
    (command,) = cast("list[Mapping[str, object]]", _at("features", "slash_commands"))
    assert command["command"] == ids.COMMAND
    assert command["should_escape"] is True
    assert command["usage_hint"]


def test_the_events_are_those_that_are_heard() -> None:
    named = cast("list[str]", _at("settings", "event_subscriptions", "bot_events"))
    assert set(named) == {*events.PEOPLE, events.RENUMBERED, doors.HOME_OPENED}
    assert set(named) == set(EVENT_SCOPES)


def test_the_shortcuts_and_the_home_tab_are_those_that_are_served() -> None:
    found = cast("list[Mapping[str, str]]", _at("features", "shortcuts"))
    kinds = {one["callback_id"]: one["type"] for one in found}
    assert kinds == {ids.ABOUT_SHORTCUT: "message", ids.MENU_SHORTCUT: "global"}
    assert all(len(one["name"]) <= 24 for one in found)
    assert _at("features", "app_home", "home_tab_enabled") is True


def test_every_event_and_the_command_have_their_scopes() -> None:
    needed = {"commands"}.union(*EVENT_SCOPES.values())
    assert needed <= _scopes()


def test_it_is_interactive_and_needs_no_public_address() -> None:
    assert _at("settings", "interactivity", "is_enabled") is True
    assert _at("settings", "socket_mode_enabled") is True


def test_every_action_and_view_id_has_its_handler() -> None:
    (module,) = (one for one in source.modules("handlers") if one.name == "handlers/__init__.py")
    served = {
        node.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "ids"
    }
    drawn = {
        node.attr
        for screen in source.modules("bot/slack/screens")
        for node in ast.walk(screen.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"ids", "names"}
        and node.attr.isupper()
    }
    fields = {"MENU_TOOLS", "PAUSE_UNTIL", "PAUSE_REASON", "METADATA_EVENT", "HOME", "WINDOW"}
    assert drawn - fields <= served


def test_the_scopes_are_those_the_bot_looks_for_at_its_start() -> None:
    assert set(preflight.NEEDED) | set(preflight.OPTIONAL) == _scopes()


@pytest.mark.skipif(not SHARED.is_dir(), reason="Slack's own descriptions are not at hand")
def test_every_call_has_its_scope_and_every_scope_its_call() -> None:
    scopes, needed = _scopes(), {"commands"}
    for method in sorted(set(_called()) - NOT_BOTS):
        file = SHARED / "methods" / f"{method}.json"
        told = cast("Mapping[str, Mapping[str, list[str]]]", json.loads(file.read_text("utf-8")))
        bots = set(told.get("scope", {}).get("bot", ()))
        assert not bots or bots & scopes, method
        needed |= bots & scopes
    assert scopes == needed


@pytest.mark.skipif(not SHARED.is_dir(), reason="Slack's own schema is not at hand")
def test_slacks_schema_takes_it() -> None:
    schema: object = json.loads(Path(SHARED, "manifest.schema.2.0.0.json").read_text("utf-8"))
    validator = cast("Callable[[object], _Validator]", jsonschema.Draft7Validator)(schema)
    assert [str(fault) for fault in validator.iter_errors(_manifest())] == []


class _Validator(Protocol):
    """As much of jsonschema's validator as is used, with types."""

    def iter_errors(self, instance: object) -> Iterator[object]: ...
