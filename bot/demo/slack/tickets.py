"""Things that are good for a while and a number of uses: trigger_ids, response_urls, socket
tickets.
"""

import secrets
from dataclasses import dataclass

from bot import clock
from bot.demo.slack import workspace
from bot.demo.slack.refusal import Refusal


@dataclass(slots=True, kw_only=True)
class Trigger:
    """The right to open one modal for one person."""

    id: str
    user: str
    made: float
    view: str = ""
    """The modal in which the act happened."""
    used: bool = False


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """The right to answer one act, several times."""

    id: str
    user: str
    channel: str
    made: float
    thread_ts: str = ""
    source: str = ""
    """The ts of the message that the act was on."""
    uses: int = 0


class Tickets:
    """Makes and takes them. Spans run on the clock's monotonic scale."""

    def __init__(self, ticking: clock.Clock, rules: workspace.Rules) -> None:
        self._clock = ticking
        self._rules = rules
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}
        self._sockets: dict[str, float] = {}

    def trigger(self, user: str, *, view: str = "") -> str:
        """A new trigger_id."""
        made = self._clock.monotonic()
        name = f"{int(made * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[name] = Trigger(id=name, user=user, made=made, view=view)
        return name

    def exchange(self, name: str) -> Trigger:
        """Use a trigger_id up; raises Slack's refusal where it cannot be used."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.monotonic() - trigger.made > self._rules.trigger_seconds:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def response(self, user: str, channel: str, *, source: str = "", thread_ts: str = "") -> str:
        """The id of a new response_url."""
        made = self._clock.monotonic()
        one = ResponseUrl(
            id=f"{secrets.randbelow(10**13)}/{secrets.token_hex(12)}",
            user=user,
            channel=channel,
            made=made,
            source=source,
            thread_ts=thread_ts,
        )
        self._responses[one.id] = one
        return one.id

    def respond(self, name: str) -> ResponseUrl:
        """Count one use; raises Slack's refusal where it is used up or too old."""
        one = self._responses.get(name)
        if one is None:
            raise Refusal("invalid_url")
        if self._clock.monotonic() - one.made > self._rules.response_url_seconds:
            raise Refusal("expired_url")
        if one.uses >= self._rules.response_url_uses:
            raise Refusal("used_url")
        one.uses += 1
        return one

    def socket(self) -> str:
        """A new ticket for one websocket."""
        name = secrets.token_urlsafe(18)
        self._sockets[name] = self._clock.monotonic()
        return name

    def admit(self, name: str) -> bool:
        """Use a socket ticket up; False: unknown, used or too old."""
        made = self._sockets.pop(name, None)
        return made is not None and (self._clock.monotonic() - made <= self._rules.ticket_seconds)
