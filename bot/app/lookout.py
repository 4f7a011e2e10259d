"""Says once in the ops channel what is wrong with Slack's connection; by an edit, that it is over.

Posting needs no socket, so it can be said while nothing else reaches the bot.
"""

from datetime import timedelta
from typing import Protocol

import structlog

from bot import clock, store
from bot.domain import delivery, ids
from bot.slack import connection
from bot.slack.screens import plain

SILENT = timedelta(minutes=3)
"""Without a socket for so long, somebody is told; Slack's own refusals are told at once."""

log = structlog.get_logger()
_TOKEN = (
    "the app-level token is not valid any more",
    "Make a new one with `connections:write`, set `SLACK_APP_TOKEN` and restart the bot.",
)
_REFUSALS = {
    connection.DISABLED: (
        "Socket Mode is turned off in the app's settings",
        "Turn it on again; I look every minute.",
    ),
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "not_allowed_token_type": _TOKEN,
    "missing_scope": (
        "the app-level token lacks `connections:write`",
        "Make a new one with it, set `SLACK_APP_TOKEN` and restart the bot.",
    ),
    "account_inactive": (
        "the app was removed from the workspace",
        "Reinstall it from manifest.yml, set the new tokens and restart the bot.",
    ),
}
"""Slack's word → what is wrong, and what to do."""
_MEANWHILE = "Commands and buttons do not reach me meanwhile; reports go out as ever."
_BACK = "🟢 Slack reaches me again: commands and buttons work."
_GONE = "🟢 No other bot is connected to our Slack app any more."


class Line(Protocol):
    """Filled by slack.connection.Connection."""

    @property
    def state(self) -> connection.State:
        """How it stands."""
        ...

    @property
    def silence(self) -> float:
        """For how many seconds no socket has stood; 0 while one does."""
        ...


class Lookout:
    """Looks at the connection with every sweep."""

    def __init__(
        self,
        line: Line,
        kept: store.Store,
        *,
        channel: ids.ChannelId | None,
        now: clock.Clock,
    ) -> None:
        self._line = line
        self._store = kept
        self._channel = channel
        self._clock = now
        self._open: dict[str, bool] = {}
        """What is said and not over; what this life has not looked at yet is in neither state."""

    async def look(self) -> None:
        """Say what began, and what is over. Doubt changes nothing."""
        state, silent = self._line.state, self._line.silence
        if state.refused or silent >= SILENT.total_seconds():
            await self._wrong("socket", socket_words(state, silent=silent))
        elif state.connected:
            await self._over("socket", _BACK)
        if state.others:
            await self._wrong("others", others_words(state.others))
        elif state.alone:
            await self._over("others", _GONE)

    async def _wrong(self, name: str, text: str) -> None:
        """Its key is kept first, so that a bot that starts anew in between says it once."""
        if self._open.get(name) is True:
            return
        log.error("slack_connection_wrong", what=name, text=text)
        if self._channel is None:
            self._open[name] = True
            return
        now = self._clock.now()
        key = await self._store.meta.get(_noted(name)) or f"ops:{name}:{now:%Y%m%dT%H%M%S}"
        await self._store.meta.set(_noted(name), key)
        wanted = delivery.Delivery(
            key=key,
            kind=delivery.Kind.OPS,
            channel=self._channel,
            bodies=(plain.say(f"⚠️ {text}"),),
            created_at=now,
        )
        await self._store.deliveries.put(wanted)
        self._open[name] = True

    async def _over(self, name: str, text: str) -> None:
        """The message says both then: what was, and that it is over."""
        if self._open.get(name) is False:
            return
        key = await self._store.meta.get(_noted(name))
        if key:
            said = await self._store.deliveries.get(key)
            was = said.bodies[0].text.removeprefix("⚠️ ") if said else ""
            await self._store.deliveries.revise(key, (plain.say(f"{text} It was: {was}"),))
            await self._store.meta.set(_noted(name), "")
            log.info("slack_connection_mended", what=name)
        self._open[name] = False


def socket_words(state: connection.State, *, silent: float) -> str:
    """Return what is wrong with the socket and what to do, for the operators."""
    if state.refused:
        unknown = (
            f"it gave the reason “{state.error[:60]}”",
            "Look it up in Slack's documentation.",
        )
        fault, remedy = _REFUSALS.get(state.error, unknown)
        return f"Slack refuses my connection: {fault}. {_MEANWHILE} {remedy}"
    why = state.error or connection.NO_HELLO
    return (
        f"Slack has not reached me for {silent / 60:.0f} minutes ({why}). {_MEANWHILE} "
        "I keep trying."
    )


def others_words(others: int) -> str:
    """Return that another bot uses the same app, and what to do."""
    noun = "connection" if others == 1 else "connections"
    return (
        f"Another bot is connected to our Slack app ({others} {noun} that I did not open). Slack "
        "gives each command to any one of us, so some are answered from another database. Stop "
        "the other one, or give it a Slack app of its own."
    )


def _noted(name: str) -> str:
    return f"lookout:{name}"
