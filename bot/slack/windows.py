"""Modals and home tabs: opened, put on top, changed, published. Raises nothing of Slack.

A trigger is good for three seconds and once; what is opened by it can be changed for as long as it
is open. Slack: docs.slack.dev/surfaces/modals.
"""

from collections.abc import Mapping

import structlog

from bot.domain import ids
from bot.slack import web

_log = structlog.get_logger(__name__)
_TRIGGER = 2.0
"""Seconds that a modal may wait for its turn: its trigger is good for three."""
_LOOKED = 10.0
"""Seconds for who is looking at one."""
_BEHIND = 60.0
"""Seconds for a home tab, which stands behind."""
_FULL = "push_limit_reached"
"""Three modals are open already."""

View = Mapping[str, object]


class Windows:
    """What people have before them besides messages."""

    def __init__(self, slack: web.Web) -> None:
        self._slack = slack

    async def open(self, trigger: str, view: View, *, over: str = "") -> str:
        """Open a modal, on top of the one that it was asked for in (``over`` is its id; the last
        of three changes in its place). Returns its id; empty: it was too late.
        """
        method = "views.push" if over else "views.open"
        arguments = {"trigger_id": trigger, "view": view}
        answer = await self._slack.write(method, arguments, patience=_TRIGGER)
        if answer.ok:
            return str(answer.part("view").get("id", ""))
        if answer.error == _FULL and await self.change(over, view):
            return over
        _log.warning("view_refused", method=method, error=answer.error)
        return ""

    async def change(self, view_id: str, view: View) -> bool:
        """Show something else in an open modal; False where it is gone."""
        arguments = {"view_id": view_id, "view": view}
        answer = await self._slack.write("views.update", arguments, patience=_LOOKED)
        if not answer.ok:
            _log.warning("view_refused", method="views.update", error=answer.error)
        return answer.ok

    async def publish(self, user: ids.UserId, view: View) -> bool:
        """Put somebody's home tab there; False where Slack would not have it."""
        arguments = {"user_id": user, "view": view}
        answer = await self._slack.write("views.publish", arguments, patience=_BEHIND)
        if not answer.ok:
            _log.warning("home_refused", user=user, error=answer.error)
        return answer.ok

    async def direct(self, user: ids.UserId) -> str:
        """The channel of somebody's direct messages with us; empty where Slack does not say."""
        arguments = {"users": user}
        answer = await self._slack.write("conversations.open", arguments, patience=_LOOKED)
        return str(answer.part("channel").get("id", ""))
