"""How the bot arrives at Slack: it asks who it is, and waits for as long as Slack is away.

A start that ended instead would leave nobody to post once Slack is back. Meanwhile the database is
ours and nothing listens yet, which is how ``reportops health`` knows that the bot is starting.
"""

from datetime import timedelta

import structlog

from bot import settings
from bot.app import house, systemd
from bot.slack import preflight, web

_LONGER = timedelta(minutes=3)
"""What systemd grants a start anew with each question; no wait between two is as long."""

_log = structlog.get_logger(__name__)


async def line(bot: web.Web, app: web.Web, *, supervisor: settings.Supervisor) -> house.Line:
    """Return the line to Slack, once Slack has said who we are; raises ConfigurationError where
    it does not let this bot in.
    """
    awaited = _Awaited(systemd.Notifier(supervisor))
    identity = await preflight.identify(bot, waiting=awaited.tell)
    awaited.over()
    for warning in identity.warnings:
        _log.warning("slack_scope_missing", consequence=warning)
    return house.Line(bot=bot, app=app, identity=identity)


class _Awaited:
    """Says once in the log, and to systemd each time, that the start waits."""

    def __init__(self, notifier: systemd.Notifier) -> None:
        self._systemd = notifier
        self._is_told = False

    def tell(self, why: str) -> None:
        self._systemd.starting(why, longer=_LONGER)
        if not self._is_told:
            _log.warning("waiting_for_slack", text=why)
        self._is_told = True

    def over(self) -> None:
        if self._is_told:
            _log.info("slack_is_back")
