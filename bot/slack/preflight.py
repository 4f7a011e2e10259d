"""Before anything starts: who we are in Slack, and what we may do.

The app-level token is not asked for here: reports go out without a socket, and the connection says
by itself what Slack has against it.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds between two questions; tests make them short."""

    first: float = 1.0
    longest: float = 30.0

    def after(self, failures: int, told: float | None) -> float:
        """The wait after so many answers that were none; Slack's own where that is longer."""
        return max(min(self.longest, self.first * 2 ** min(failures - 1, 16)), told or 0.0)


async def identify(
    slack: web.Web, *, waiting: Callable[[str], None], patience: Patience = Patience()
) -> Identity:
    """Ask Slack who the bot token belongs to, until Slack answers; ``waiting`` hears each time
    why it did not. Raises ConfigurationError in plain words where no waiting helps.
    """
    for failures in itertools.count(1):
        answer = await slack.read("auth.test")
        if not _passes(answer):
            return _identity(answer)
        waiting(
            f"Slack does not answer ({answer.error}); the bot starts when it does. Where that "
            "lasts, check the network and SLACK_API_URL."
        )
        await asyncio.sleep(patience.after(failures, answer.retry_after))
    raise AssertionError


def _passes(answer: web.Answer) -> bool:
    return answer.unclear or answer.retry_after is not None or answer.error in refusals.PASSING


def _identity(answer: web.Answer) -> Identity:
    if not answer.ok:
        raise errors.ConfigurationError(_trouble(answer.error))
    if not answer.text("bot_id"):
        raise errors.ConfigurationError(_wrong_kind("not a bot's"))
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


def _missing(wanted: Mapping[str, str], scopes: Sequence[str]) -> list[str]:
    """The missing scopes with what they are for; nothing where Slack told no scopes at all."""
    if not scopes:
        return []
    return [f"{scope} ({purpose})" for scope, purpose in wanted.items() if scope not in scopes]


def _listed(lines: Sequence[str]) -> str:
    return ", ".join(lines)


def _trouble(code: str) -> str:
    if code in {"not_allowed_token_type", "missing_scope"}:
        return _wrong_kind(code)
    fault, _ = refusals.explain(code)
    return f"SLACK_BOT_TOKEN was refused: {fault} ({code}). Set a valid one and start again."


def _wrong_kind(told: str) -> str:
    return f"SLACK_BOT_TOKEN is not of the right kind ({told}). Set the bot token (xoxb-…)."
