"""What people do in Slack, to order; every act returns when the app has acknowledged it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.slack import (
    chat,
    core,
    events,
    faults,
    house,
    journal,
    payloads,
    records,
    responses,
    screen,
    sight,
    sockets,
    submissions,
    suggestions,
    uploads,
    views,
)
from bot.demo.slack.refusal import Impossible, Refusal
from bot.demo.slack.shapes import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What came back at once for an act."""

    acked: bool
    latency_ms: float = 0.0
    response: Json | None = None
    """The payload of the ack, if it had one."""
    error: str = ""
    """What Slack tells the person otherwise: operation_timeout, dispatch_failed,
    invalid_command_response, invalid_view_response, invalid_options_response; for events
    not_subscribed."""
    envelope_id: str = ""


class Control:
    """The hands and eyes of everybody in the workspace. Raises Impossible for what nobody could
    do there.
    """

    def __init__(self, at: core.Core, hub: sockets.Hub, events_: events.Events) -> None:
        self._at = at
        self._hub = hub
        self._events = events_
        self._sight = sight.Sight(at)
        self.faults: faults.Faults = at.faults
        self.house = house.House(at, events_)

    # what people do

    async def command(self, *, user: str, channel: str, text: str) -> CommandResult:
        """Type a slash command; ``text`` begins with it."""
        place = self._sight.channel(user, channel)
        name = text.split(" ", 1)[0]
        if name not in self._at.app.commands:
            raise Impossible(f"{name} is not a command of this app")
        if self._at.space.outsider(user):
            raise Impossible("slash commands are for members of the installing workspace only")
        if "commands" not in self._at.app.scopes:
            raise Impossible("the app has no commands scope")
        self._at.act("command", {"user": user, "channel": channel, "text": text})
        payload = payloads.command(self._at, user, channel=place, text=text)
        outcome = await self._hub.send("slash_commands", payload, what=name)
        error = responses.acked(self._at, outcome.response, user=user, channel=channel)
        return _result(outcome, error)

    async def press(
        self, user: str, where: str, *, action: str, value: str | None = None
    ) -> CommandResult:
        """Press a button of a message (its ts, ephemeral ones too), a modal or a home tab (the
        view's id), by action_id or label; ``value`` tells equal ones apart.
        """
        one = self._sight.find(user, where, action=action, value=value)
        return await self._touch(user, where, one=one, value=None)

    async def choose(self, user: str, where: str, *, action: str, option: object) -> CommandResult:
        """Choose in a select or overflow, set a date …; as ``screen.chosen`` takes it."""
        one = self._sight.find(user, where, action=action)
        value = uploads.own(self._at, user, names=option) if one.kind == "file_input" else option
        if one.kind != "overflow":
            self._sight.touch(user, where, one=one, value=value)
        if one.block.get("type") == "input" and not one.block.get("dispatch_action"):
            return CommandResult(acked=True)
        return await self._touch(user, where, one=one, value=value)

    async def suggest(self, user: str, where: str, *, action: str, query: str) -> CommandResult:
        """Type into an external select; the response holds the options. Slack asks only from the
        select's ``min_query_length`` on (3 where it does not say).
        """
        one = self._sight.find(user, where, action=action)
        if not suggestions.asks(one, query):
            return CommandResult(acked=True)
        asked: Json = {"action_id": one.action_id, "block_id": one.block_id, "value": query}
        place = self._sight.view(where) or self._sight.message(user, where)
        state: Json = dict(self._sight.state(user, where))
        payload = payloads.suggestion(self._at, user, place=place, asked=asked, state=state)
        outcome = await self._hub.send("interactive", payload, what="block_suggestion")
        if not outcome.acked:
            return _result(outcome)
        try:
            options = suggestions.offered(self._at, outcome.response or {})
        except Refusal as refusal:
            self._at.act("ack_refused", {"error": refusal.name, **refusal.extra})
            return _result(outcome, "invalid_options_response")
        self._sight.offer(user, where, one=one, options=options)
        return _result(outcome)

    async def submit(
        self, user: str, *, values: Mapping[str, object] | None = None, view: str = ""
    ) -> CommandResult:
        """Fill the modal on top (or the named one) by block_id, action_id or label, and submit."""
        shown = self._sight.modal(user, view)
        if shown.busy:
            raise Impossible(f"{shown.id} was sent off already, and is not answered yet")
        blocks = self._sight.blocks(user, shown.id)
        given = {
            name: uploads.own(self._at, user, names=value)
            if screen.named(blocks, name).kind == "file_input"
            else value
            for name, value in (values or {}).items()
        }
        state = screen.filled(blocks, self._sight.state(user, shown.id), values=given)
        self._at.act("submit", {"user": user, "view": shown.id, "values": _told(state)})
        payload = payloads.submission(self._at, user, view=shown, state=dict(state))
        views.waiting(self._at, shown, busy=True)
        outcome = await self._hub.send("interactive", payload, what="view_submission")
        shown.busy = False
        if not outcome.acked:
            views.waiting(self._at, shown, busy=False)
            return _result(outcome)
        return _result(
            outcome, submissions.answered(self._at, shown, answer=outcome.response or {})
        )

    async def close(self, user: str, *, view: str = "") -> CommandResult:
        """Close the modal on top; the app hears of it only where it asked to."""
        shown = self._sight.modal(user, view)
        cleared = bool(shown.body.get("clear_on_close"))
        gone = views.shut(self._at, shown, every=cleared)
        self._at.act("close", {"user": user, "view": shown.id})
        result = CommandResult(acked=True)
        for one in gone:
            if one.body.get("notify_on_close"):
                payload = payloads.closed(self._at, user, view=one, cleared=cleared)
                told = await self._hub.send("interactive", payload, what="view_closed")
                result = _result(told)
        return result

    async def shortcut(self, user: str, callback: str, *, ts: str = "") -> CommandResult:
        """Use a message shortcut (with ``ts``) or a global one."""
        kind = "message" if ts else "global"
        if self._at.app.shortcuts and self._at.app.shortcuts.get(callback) != kind:
            raise Impossible(f"the app has no {kind} shortcut {callback!r}")
        if self._at.space.outsider(user):
            raise Impossible("shortcuts are for members of the installing workspace only")
        if "commands" not in self._at.app.scopes:
            raise Impossible("the app has no commands scope")
        message = self._sight.message(user, ts) if ts else None
        if message is not None and message.only_for:
            raise Impossible("a message that only you see has no shortcuts")
        self._at.act("shortcut", {"user": user, "callback": callback})
        if message is None:
            payload = payloads.shortcut(self._at, user, callback=callback)
        else:
            payload = payloads.message_shortcut(self._at, user, message=message, callback=callback)
        outcome = await self._hub.send("interactive", payload, what=str(payload["type"]))
        return _result(outcome)

    async def say(
        self, user: str, channel: str, *, text: str, thread_ts: str = ""
    ) -> records.Message:
        """Post as a person; the app hears of it where it is subscribed."""
        place = self._sight.channel(user, channel)
        if place.archived:
            raise Impossible(f"{channel} is archived")
        message = records.Message(
            ts=self._at.stamp(), channel=channel, user=user, text=text, thread_ts=thread_ts
        )
        chat.keep(self._at, message)
        self._at.act("say", {"user": user, "channel": channel, "ts": message.ts})
        told: Json = {
            "type": "message",
            "user": user,
            "channel": channel,
            "channel_type": "group" if place.private else "channel",
            "text": text,
            "ts": message.ts,
        }
        told |= {"thread_ts": thread_ts} if thread_ts else {}
        if self._at.bot_in(place):
            await self._events.announce(told)
        if f"<@{self._at.space.bot_user}>" in text:
            await self._events.announce(told | {"type": "app_mention"})
        return message

    async def open_home(self, user: str, *, tab: str = "home") -> CommandResult:
        """Look at the app's ``home`` or ``messages`` tab. Without a home tab there is only the
        other; the event carries the view from the second look at the home tab on.
        """
        enabled = {"home": self._at.app.home_tab, "messages": self._at.app.messages_tab}
        if tab not in enabled or not any(enabled.values()):
            raise Impossible(f"the app has no tab {tab!r}")
        seen = tab if enabled[tab] else next(name for name, on in enabled.items() if on)
        home = self._at.space.homes.get(user)
        told: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._at.space.direct(user).id,
            "tab": seen,
        }
        if home is not None and seen == "home":
            told["view"] = views.view_json(self._at, home)
        self._at.act("app_home_opened", {"user": user, "tab": seen})
        return _result(await self._events.announce(told))

    async def event(self, told: Json) -> CommandResult:
        """Send any event."""
        self._at.act("event", told)
        return _result(await self._events.announce(told))

    async def disconnect(
        self,
        reason: str = "refresh_requested",
        *,
        seconds: float | None = None,
        most: int | None = None,
    ) -> int:
        """Send disconnect frames to all live sockets, or to the ``most`` oldest, close them
        ``seconds`` later (default: the workspace's ``leave_seconds``); returns to how many.
        """
        return await self._hub.disconnect(reason, seconds=seconds, most=most)

    def half_open(self, *, most: int | None = None, known: bool = False) -> int:
        """Every open socket, or the ``most`` oldest, stops answering; ``known``: Slack sends
        nothing on them either. Returns how many.
        """
        numbers: list[object] = [*self._hub.half_open(most=most, known=known)]
        self._at.act("half_open", {"sockets": numbers})
        return len(numbers)

    # what can be seen

    def messages(self, channel: str) -> list[records.Message]:
        """What stands in a channel, oldest first, replies left out."""
        return self._at.space.messages.channel(channel)

    def thread(self, channel: str, ts: str) -> list[records.Message]:
        """The replies below a message, oldest first."""
        return self._at.space.messages.replies(channel, ts)

    def ephemerals(self, user: str, channel: str | None = None) -> list[records.Message]:
        """What only this person sees, oldest first."""
        return self._at.space.messages.ephemerals(user, channel)

    def views(self, user: str) -> list[records.View]:
        """The person's open modals, the one on top last."""
        return views.stack(self._at, user)

    def home(self, user: str) -> records.View | None:
        """The person's home tab."""
        return self._at.space.homes.get(user)

    def envelopes(self, kind: str | None = None) -> list[journal.Envelope]:
        """The envelopes of a kind, or all of them, oldest first."""
        return self._at.journal.envelopes(kind)

    def journal(self, method: str | None = None) -> list[journal.Call]:
        """The calls of a method, or all of them, oldest first."""
        return self._at.journal.calls(method)

    @property
    def exceeded(self) -> int:
        """How many calls came beyond Slack's limits, where ``rules.rate_limits`` counts them."""
        return self._at.tiers.exceeded

    @property
    def sockets(self) -> int:
        """How many sockets take envelopes."""
        return len(self._hub.live)

    # inside

    async def _touch(
        self, user: str, where: str, *, one: screen.Element, value: object
    ) -> CommandResult:
        action = screen.action(one, value, ts=self._at.stamp())
        state: Json = dict(self._sight.state(user, where))
        facts: Json = {"user": user, "where": where, "action": action}
        self._at.act("touch", facts)
        view = self._sight.view(where)
        if view is None:
            message = self._sight.message(user, where)
            payload = payloads.message_action(
                self._at, user, message=message, action=action, state=state
            )
        else:
            payload = payloads.view_action(self._at, user, view=view, action=action, state=state)
        outcome = await self._hub.send(
            "interactive", payload, what=f"block_actions {one.action_id}", accepts=False
        )
        return _result(outcome)


def _told(state: screen.State) -> Json:
    return {block: dict(inner) for block, inner in state.items()}


def _result(outcome: sockets.Outcome, error: str = "") -> CommandResult:
    return CommandResult(
        acked=outcome.acked,
        latency_ms=outcome.latency_ms,
        response=outcome.response,
        error=outcome.error or error,
        envelope_id=outcome.envelope_id,
    )
