"""Before anything starts: who we are in Slack, what we may do, and whether the socket opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import errors
from bot.slack import refusals, web

NEEDED: Mapping[str, str] = {
    "chat:write": "to post reports",
    "commands": "to answer /report",
    "channels:history": "to find a post again in a public channel",
    "groups:history": "to find a post again in a private channel",
    "channels:read": "to see who can read a public channel",
    "groups:read": "to see who can read a private channel",
    "users:read": "to tell guests and other workspaces' people from yours",
}
"""Without these the bot does not start: scope → what for."""
OPTIONAL: Mapping[str, str] = {
    "files:write": "charts as images, and costs as a CSV",
    "files:read": "charts as images",
    "im:write": "costs by direct message",
}
"""Without these something is left out, and said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in this workspace."""

    team: str
    team_name: str
    bot_user: str
    bot_id: str
    scopes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    """What will not work, in plain words."""


async def identify(slack: web.Web) -> Identity:
    """Ask Slack who the bot token belongs to; raises ConfigurationError in plain words."""
    answer = await slack.read("auth.test")
    if not answer.ok:
        raise errors.ConfigurationError(_trouble("SLACK_BOT_TOKEN", answer))
    if not answer.text("bot_id"):
        raise errors.ConfigurationError(_wrong_kind("SLACK_BOT_TOKEN", "not a bot's"))
    told = answer.headers.get("x-oauth-scopes", "")
    scopes = tuple(sorted(one.strip() for one in told.split(",") if one.strip()))
    missing = _missing(NEEDED, scopes)
    if missing:
        raise errors.ConfigurationError(
            f"The Slack app lacks {_listed(missing)}. Reinstall it from manifest.yml and set the "
            "new SLACK_BOT_TOKEN."
        )
    warnings = tuple(f"without {line}" for line in _missing(OPTIONAL, scopes))
    return Identity(
        team=answer.text("team_id"),
        team_name=answer.text("team"),
        bot_user=answer.text("user_id"),
        bot_id=answer.text("bot_id"),
        scopes=scopes,
        warnings=warnings,
    )


async def check_socket(slack: web.Web) -> None:
    """Ask for one socket address with the app token; raises ConfigurationError in plain words."""
    answer = await slack.write("apps.connections.open", {})
    if not answer.ok and answer.retry_after is None and not answer.unclear:
        raise errors.ConfigurationError(_trouble("SLACK_APP_TOKEN", answer))


def _missing(wanted: Mapping[str, str], scopes: Sequence[str]) -> list[str]:
    """The missing scopes with what they are for; nothing where Slack told no scopes at all."""
    if not scopes:
        return []
    return [f"{scope} ({purpose})" for scope, purpose in wanted.items() if scope not in scopes]


def _listed(lines: Sequence[str]) -> str:
    return ", ".join(lines)


def _trouble(name: str, answer: web.Answer) -> str:
    if answer.error == web.UNREACHABLE or answer.unclear:
        return f"Slack could not be reached ({answer.error}). Check the network and SLACK_API_URL."
    if answer.error in {"not_allowed_token_type", "missing_scope"}:
        return _wrong_kind(name, answer.error)
    fault, _ = refusals.explain(answer.error)
    return f"{name} was refused: {fault} ({answer.error}). Set a valid one and start again."


def _wrong_kind(name: str, told: str) -> str:
    app = "the app-level token (xapp-…) with connections:write"
    wanted = app if name == "SLACK_APP_TOKEN" else "the bot token (xoxb-…)"
    return f"{name} is not of the right kind ({told}). Set {wanted}."
