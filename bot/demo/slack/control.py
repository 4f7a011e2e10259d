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
    rooms,
    screen,
    shapes,
    sockets,
    uploads,
    views,
    workspace,
)
from bot.demo.slack.refusal import Impossible, Refusal, schema
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
    invalid_command_response, invalid_view_response; for events not_subscribed."""
    envelope_id: str = ""


class Control:
    """The hands and eyes of everybody in the workspace. Raises Impossible for what nobody could
    do there.
    """

    def __init__(self, at: core.Core, hub: sockets.Hub, events_: events.Events) -> None:
        self._at = at
        self._hub = hub
        self._events = events_
        self._touched: dict[tuple[str, str], screen.State] = {}
        self.faults: faults.Faults = at.faults
        self.house = house.House(at, events_)

    # what people do

    async def command(self, *, user: str, channel: str, text: str) -> CommandResult:
        """Type a slash command; ``text`` begins with it."""
        place = self._place(user, channel)
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
        one = screen.find(self._blocks(user, where), action, value=value)
        return await self._touch(user, where, one=one, value=None)

    async def choose(self, user: str, where: str, *, action: str, option: object) -> CommandResult:
        """Choose in a select or overflow, set a date …; as ``screen.chosen`` takes it."""
        one = screen.find(self._blocks(user, where), action)
        if one.kind != "overflow":
            state = self._touched.setdefault((user, where), {})
            state.setdefault(one.block_id, {})[one.action_id] = screen.chosen(one, option)
        if one.block.get("type") == "input" and not one.block.get("dispatch_action"):
            return CommandResult(acked=True)
        return await self._touch(user, where, one=one, value=option)

    async def suggest(self, user: str, where: str, *, action: str, query: str) -> CommandResult:
        """Type into an external select; the response holds the options."""
        one = screen.find(self._blocks(user, where), action)
        place: Json = {"action_id": one.action_id, "block_id": one.block_id}
        view = self._view(where)
        if view is not None:
            place["view"] = views.view_json(self._at, view)
        elif (message := self._at.space.messages.find(where)) is not None:
            place["channel"] = {"id": message.channel}
        payload = payloads.suggestion(self._at, user, place=place, query=query)
        outcome = await self._hub.send("interactive", payload, what="block_suggestion")
        return _result(outcome)

    async def submit(
        self, user: str, *, values: Mapping[str, object] | None = None, view: str = ""
    ) -> CommandResult:
        """Fill the modal on top (or the named one) by block_id, action_id or label, and submit."""
        shown = self._modal(user, view)
        blocks = view_blocks(shown)
        state = screen.filled(
            blocks, self._state(user, shown.id, blocks=blocks), values=values or {}
        )
        uploads.fill(self._at, user, state=state)
        self._at.act("submit", {"user": user, "view": shown.id, "values": _told(state)})
        payload = payloads.submission(self._at, user, view=shown, state=dict(state))
        outcome = await self._hub.send("interactive", payload, what="view_submission")
        error = self._submitted(shown, outcome.response or {}) if outcome.acked else ""
        return _result(outcome, error)

    async def close(self, user: str, *, view: str = "") -> CommandResult:
        """Close the modal on top; the app hears of it only where it asked to."""
        shown = self._modal(user, view)
        cleared = bool(shown.body.get("clear_on_close"))
        views.shut(self._at, shown, every=cleared)
        self._at.act("close", {"user": user, "view": shown.id})
        if not shown.body.get("notify_on_close"):
            return CommandResult(acked=True)
        payload = payloads.closed(self._at, user, view=shown, cleared=cleared)
        return _result(await self._hub.send("interactive", payload, what="view_closed"))

    async def shortcut(self, user: str, callback: str, *, ts: str = "") -> CommandResult:
        """Use a message shortcut (with ``ts``) or a global one."""
        if self._at.app.shortcuts and callback not in self._at.app.shortcuts:
            raise Impossible(f"the app has no shortcut {callback!r}")
        if self._at.space.outsider(user):
            raise Impossible("shortcuts are for members of the installing workspace only")
        message = self._seen(user, ts) if ts else None
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
        place = self._place(user, channel)
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

    async def open_home(self, user: str) -> CommandResult:
        """Look at the app's home tab."""
        home = self._at.space.homes.get(user)
        told: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._at.space.direct(user).id,
            "tab": "home",
        }
        if home is not None:
            told["view"] = views.view_json(self._at, home)
        self._at.act("app_home_opened", {"user": user})
        return _result(await self._events.announce(told))

    async def event(self, told: Json) -> CommandResult:
        """Send any event."""
        self._at.act("event", told)
        return _result(await self._events.announce(told))

    async def disconnect(
        self, reason: str = "refresh_requested", *, seconds: float | None = None
    ) -> int:
        """Send disconnect frames to all live sockets, close them ``seconds`` later (default: the
        workspace's ``leave_seconds``); returns to how many.
        """
        return await self._hub.disconnect(reason, seconds=seconds)

    def half_open(self) -> int:
        """Every open socket stops answering; returns how many."""
        self._at.act("half_open")
        return self._hub.half_open()

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
    def sockets(self) -> int:
        """How many sockets take envelopes."""
        return len(self._hub.live)

    # inside

    def _place(self, user: str, channel: str) -> workspace.Channel:
        if user in self._at.space.people and channel == "D" + user[1:]:
            return self._at.space.direct(user)
        place = self._at.space.channels.get(channel)
        if place is None or user not in self._at.space.people:
            raise Impossible(f"no channel {channel} or no person {user}")
        if user not in place.members:
            raise Impossible(f"{user} is not in {channel} ({rooms.kind(place)})")
        return place

    def _seen(self, user: str, ts: str) -> records.Message:
        message = self._at.space.messages.find(ts)
        if message is None or message.only_for not in {"", user}:
            raise Impossible(f"{user} sees no message {ts}")
        self._place(user, message.channel)
        return message

    def _view(self, name: str) -> records.View | None:
        homes = {home.id: home for home in self._at.space.homes.values()}
        return self._at.space.views.get(name) or homes.get(name)

    def _blocks(self, user: str, where: str) -> list[Json]:
        view = self._view(where)
        if view is None:
            return self._seen(user, where).blocks
        if view.user != user or view.closed:
            raise Impossible(f"{user} does not have {where} open")
        return view_blocks(view)

    def _state(self, user: str, where: str, *, blocks: list[Json]) -> screen.State:
        state = screen.initial(blocks)
        for block, inner in self._touched.get((user, where), {}).items():
            if block in state:
                state[block].update(inner)
        return state

    def _modal(self, user: str, name: str) -> records.View:
        opened = [view for view in self.views(user) if name in {"", view.id}]
        if not opened:
            raise Impossible(f"{user} has no such modal open")
        return opened[-1]

    async def _touch(
        self, user: str, where: str, *, one: screen.Element, value: object
    ) -> CommandResult:
        action = screen.action(one, value, ts=self._at.stamp())
        state: Json = dict(self._state(user, where, blocks=self._blocks(user, where)))
        facts: Json = {"user": user, "where": where, "action": action}
        self._at.act("touch", facts)
        view = self._view(where)
        if view is None:
            message = self._seen(user, where)
            payload = payloads.message_action(
                self._at, user, message=message, action=action, state=state
            )
        else:
            payload = payloads.view_action(self._at, user, view=view, action=action, state=state)
        outcome = await self._hub.send(
            "interactive", payload, what=f"block_actions {one.action_id}", accepts=False
        )
        return _result(outcome)

    def _submitted(self, view: records.View, answer: Json) -> str:
        try:
            self._answered(view, answer)
        except Refusal as refusal:
            self._at.act("ack_refused", {"error": refusal.name, **refusal.extra})
            return "invalid_view_response"
        return ""

    def _answered(self, view: records.View, answer: Json) -> None:
        match answer.get("response_action"):
            case "errors":
                told = shapes.obj(answer.get("errors"))
                there = {shapes.text(one, "block_id") for one in view_blocks(view)}
                if not told or not set(told) <= there:
                    raise schema("invalid_arguments", ["errors name no block of the view"])
                view.errors = {block: str(words) for block, words in told.items()}
                self._at.changes.publish("view_updated", {"user": view.user, "id": view.id})
            case "update":
                body = views.checked(self._at, answer.get("view"), kind="modal")
                views.change(self._at, view, body=body)
            case "push":
                body = views.checked(self._at, answer.get("view"), kind="modal")
                views.show(self._at, view.user, body=body, below=view)
            case other:
                views.shut(self._at, view, every=other == "clear")


def view_blocks(view: records.View) -> list[Json]:
    """The blocks of a view."""
    return shapes.objects(view.body.get("blocks"))


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
