"""What the page's API.md lists under Act: a person's acts go to the local Slack's control, the
rest to the stage.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from bot.demo import stage
from bot.demo.slack import control, shapes
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json
from bot.demo.web import troubles

Act = Callable[[Args], Awaitable[control.CommandResult | None]]
FARTHEST = timedelta(days=366)
"""How far on one move of the clock may go."""


class Acts:
    """The acts by name."""

    def __init__(self, on: stage.Stage, *, wake: stage.Wake) -> None:
        self._stage = on
        self._control = on.slack.control
        self._wake = wake
        self._one_at_a_time = asyncio.Lock()
        self.troubles = troubles.Troubles(on)
        self._acts: Mapping[str, Act] = {
            "command": self._command,
            "say": self._say,
            "press": self._press,
            "choose": self._choose,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "home": self._home,
            "invite": self._invite,
            "clock": self._clock,
            "break": self._break,
            "mend": self._mend,
            "bot": self._bot,
        }

    def __contains__(self, name: str) -> bool:
        return name in self._acts

    async def do(self, name: str, args: Args) -> Json | None:
        """Do it; raises Impossible, ValueError, RuntimeError or TimeoutError where it cannot be."""
        who = args.text("as")
        if who and who not in self._stage.slack.workspace.people:
            raise Impossible(f"There is nobody called {who} in this workspace.")
        done = await self._acts[name](args)
        return asdict(done) if done is not None else None

    async def _command(self, args: Args) -> control.CommandResult:
        return await self._control.command(
            user=args.text("as"), channel=args.text("channel"), text=args.text("text")
        )

    async def _say(self, args: Args) -> None:
        await self._control.say(
            args.text("as"),
            args.text("channel"),
            text=args.text("text"),
            thread_ts=args.text("thread_ts"),
        )

    async def _press(self, args: Args) -> control.CommandResult:
        value = args.text("value") if args.has("value") else None
        return await self._control.press(
            args.text("as"), args.text("where"), action=_action(args), value=value
        )

    async def _choose(self, args: Args) -> control.CommandResult:
        return await self._control.choose(
            args.text("as"),
            args.text("where"),
            action=_action(args),
            option=args.raw.get("option"),
        )

    async def _suggest(self, args: Args) -> control.CommandResult:
        return await self._control.suggest(
            args.text("as"), args.text("where"), action=_action(args), query=args.text("query")
        )

    async def _submit(self, args: Args) -> control.CommandResult:
        values = shapes.obj(args.raw.get("values"))
        return await self._control.submit(args.text("as"), values=values, view=args.text("view"))

    async def _close(self, args: Args) -> control.CommandResult:
        return await self._control.close(args.text("as"), view=args.text("view"))

    async def _shortcut(self, args: Args) -> control.CommandResult:
        return await self._control.shortcut(
            args.text("as"), args.text("callback"), ts=args.text("ts")
        )

    async def _home(self, args: Args) -> control.CommandResult:
        return await self._control.open_home(args.text("as"), tab=args.text("tab", "home"))

    async def _invite(self, args: Args) -> None:
        """Somebody is brought into a channel, or leaves it; a foreigner's workspace comes along."""
        channel, user = args.text("channel"), args.text("user")
        if args.flag("leaves"):
            self._control.house.remove_member(channel, user)
            return
        person = self._stage.slack.workspace.people.get(user)
        if person is not None and person.team != self._stage.slack.workspace.team_id:
            self._control.house.share(channel, person.team)
        self._control.house.add_member(channel, user)

    async def _clock(self, args: Args) -> None:
        now = self._stage.clock.now()
        instant = _instant(args, now)
        if not now <= instant <= now + FARTHEST:
            raise Impossible("The demo's clock goes forward only, and at most a year at once.")
        self._stage.move_to(instant)
        if self._stage.running:
            await self._wake(self._stage.database)

    async def _break(self, args: Args) -> None:
        await self.troubles.breaks(args.text("what"))
        self._stage.told()

    async def _mend(self, args: Args) -> None:
        await self.troubles.mends(args.text("what"))
        self._stage.told()

    async def _bot(self, args: Args) -> None:
        async with self._one_at_a_time:
            match args.text("do"):
                case "kill":
                    await self._stage.stop_bot(signal.SIGKILL)
                case "stop":
                    await self._stage.stop_bot()
                case "restart":
                    await self._stage.stop_bot()
                    await self._stage.start_bot()
                case other:
                    raise Impossible(f"The bot can be killed, stopped or restarted, not {other!r}.")


def _action(args: Args) -> str:
    block, action = args.text("block"), args.text("action")
    return f"{block}/{action}" if block else action


def _instant(args: Args, now: datetime) -> datetime:
    seconds = args.raw.get("by")
    if shapes.is_number(seconds):
        return now + timedelta(seconds=min(float(seconds), FARTHEST.total_seconds() + 1))
    wanted = datetime.fromisoformat(args.text("to"))
    if wanted.tzinfo is None:
        raise Impossible("Say the time with its offset from UTC.")
    return wanted
