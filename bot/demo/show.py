"""What the demo plays: Monday 06:00, three reports, a revoked credential and its recovery; then
whoever sits at the terminal takes over.
"""

import asyncio
import re
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.demo import stage, terminal
from bot.demo.slack import changes, refusal, shapes
from bot.demo.slack.records import Message

Say = Callable[[str], None]
Wake = Callable[[], Awaitable[None]]
SLOTS = 3
SLOT = timedelta(minutes=10)
OPERATOR = "U0CLAIRE"
_RULE = "─" * 3

_FORM = """\
Slack opens a form here, which a terminal cannot show. Typed it is, for instance:
/report pause acme until 2026-12-01 audit     /report rerun acme 2026-W46
"""
HELP = """\
/report …             type a command, such as /report, /report status acme, /report rerun acme
press LABEL           press the newest button with that label, such as: press Retry, press Skip
in #acme              go to another channel      as tom     be somebody else (claire, tom, malik)
clock +1h             move the bot's clock on    break xyz  revoke its grant     mend xyz  grant it
quit                  end the demo"""


@dataclass(slots=True, kw_only=True)
class Seat:
    """Where the person at the terminal sits."""

    user: str = OPERATOR
    channel: str = stage.OPS
    printed: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])


class Show:
    """Plays the opening, prints what Slack shows, and takes what is typed."""

    def __init__(self, on: stage.Stage, *, say: Say, wake: Wake, colour: bool) -> None:
        self._stage = on
        self._slack = on.slack
        self._say = say
        self._wake = wake
        space = on.slack.workspace
        self._names = terminal.Names(
            people={one.id: one.name for one in space.people.values()},
            channels={one.id: one.name for one in space.channels.values()},
            colour=colour,
        )
        self._seat = Seat()

    async def watch(self) -> None:
        """Print every message as it is posted or edited, for ever."""
        async for change in self._slack.changes.subscribe(0):
            self._print(change)

    async def opening(self) -> None:
        """Play it; returns when xyz has recovered."""
        self._stage.revoke()
        self._say("\nIt is Monday. The reports of three clients fall due at 06:00, in slots.\n")
        for slot in range(SLOTS):
            self._stage.move_to(self._stage.monday + SLOT * slot)
            await self._wake()
            expected = slot + 1
            await self._slack.until(lambda: self._told() >= expected, timeout=40)  # noqa: B023
        await self._recover()

    def _told(self) -> int:
        """How many of the clients' channels have something from the bot."""
        return sum(bool(self._slack.control.messages(channel)) for channel in self._channels())

    def _channels(self) -> Sequence[str]:
        return [f"C0{name.upper()}REPORT" for name in stage.CLIENTS]

    async def _recover(self) -> None:
        card = await self._slack.until(self._card, timeout=20)
        self._say(
            "\nxyz's warehouse refused its credential. Claire has it granted again, and presses "
            "Retry.\n"
        )
        self._stage.grant()
        self._stage.move_to(self._stage.clock.now() + timedelta(minutes=1))
        await self._slack.control.press(OPERATOR, card.ts, action="Retry")
        channel = card.channel
        await self._slack.until(
            lambda: len(self._slack.control.messages(channel)) > 1 and self._edited(card),
            timeout=40,
        )

    def _card(self) -> Message | None:
        return next(
            (
                message
                for channel in (*self._channels(), stage.OPS)
                for message in self._slack.control.messages(channel)
                if "Retry" in shapes.dump(message.blocks)
            ),
            None,
        )

    def _edited(self, card: Message) -> bool:
        found = self._slack.workspace.messages.get(card.channel, card.ts)
        return found is not None and "🟢" in shapes.dump(found.blocks)

    # -- what is printed

    def _print(self, change: changes.Change) -> None:
        if change.kind == "view_opened" and change.facts.get("user") == self._seat.user:
            self._say(_FORM)
            return
        if change.kind not in {
            "message_posted",
            "message_changed",
            "ephemeral_posted",
            "ephemeral_changed",
        }:
            return
        ts = shapes.text(change.facts, "ts")
        message = self._slack.workspace.messages.find(ts)
        if message is None or (ts, message.edits) in self._seat.printed:
            return
        if message.only_for not in {"", self._seat.user}:
            return
        self._seat.printed.add((ts, message.edits))
        self._say(self._drawn(message))

    def _drawn(self, message: Message) -> str:
        where = self._names.channels.get(message.channel, message.channel)
        kind = "edited" if message.edits else ("in thread" if message.is_reply else "")
        kind = "only you see this" if message.only_for else kind
        at = self._stage.clock.now().astimezone(stage.ZONE)
        head = f"{_RULE} {at:%a %H:%M}  #{where}  {f'({kind}) ' if kind else ''}"
        head += "─" * max(3, terminal.WIDTH - len(head))
        return f"{head}\n{terminal.draw(message.text, message.blocks, names=self._names)}\n"

    # -- what is typed

    async def typed(self, lines: AsyncIterator[str]) -> bool:
        """Do what is typed; return whether it ended by quit, not by the end of what is typed."""
        self._say(f"{HELP}\n")
        async for line in lines:
            words = line.strip()
            if words in {"quit", "exit"}:
                return True
            if words:
                await self._act(words)
        return False

    async def _act(self, words: str) -> None:
        verb, _, rest = words.partition(" ")
        acts: dict[str, Callable[[str], Awaitable[None]]] = {
            "press": self._press,
            "in": self._go,
            "as": self._become,
            "clock": self._move,
            "break": self._break,
            "mend": self._mend,
        }
        act = self._command if words.startswith("/") else acts.get(verb)
        if act is None:
            self._say(HELP)
            return
        try:
            await act(words if words.startswith("/") else rest.strip())
        except refusal.Impossible as error:
            self._say(f"Slack says: {self._named(str(error))}")

    def _named(self, text: str) -> str:
        """Names where a text has ids."""
        for one, name in {**self._names.people, **self._names.channels}.items():
            text = text.replace(one, name)
        return text

    async def _command(self, words: str) -> None:
        done = await self._slack.control.command(
            user=self._seat.user, channel=self._seat.channel, text=words
        )
        if not done.acked:
            self._say("Slack says: the app did not respond.")

    async def _press(self, label: str) -> None:
        if not label:
            self._say("Say which button, such as: press Retry")
            return
        for message in reversed(self._visible()):
            for shown in terminal.buttons(message.blocks):
                if shown.lower().startswith(label.lower()):
                    await self._slack.control.press(self._seat.user, message.ts, action=shown)
                    return
            for menu, option in terminal.choices(message.blocks):
                if option.lower().startswith(label.lower()):
                    await self._slack.control.choose(
                        self._seat.user, message.ts, action=menu, option=option
                    )
                    return
        self._say(f"There is no button “{label}” here.")

    def _visible(self) -> list[Message]:
        space = self._slack.workspace
        own = space.messages.ephemerals(self._seat.user)
        shown = [
            one
            for channel in space.channels.values()
            if self._seat.user in channel.members
            for one in space.messages.everything(channel.id)
        ]
        here = self._seat.channel
        return sorted([*own, *shown], key=lambda message: (message.channel == here, message.ts))

    async def _go(self, name: str) -> None:
        wanted = name.lstrip("#")
        found = next((key for key, one in self._names.channels.items() if one == wanted), None)
        if found is None:
            there = ", ".join(f"#{one}" for one in self._names.channels.values())
            self._say(f"There is no #{wanted}. There are: {there}.")
            return
        self._seat.channel = found
        self._say(f"You are in #{wanted}.")

    async def _become(self, name: str) -> None:
        found = next((key for key, one in self._names.people.items() if one == name.lower()), None)
        if found is None:
            people = (one.name for one in self._slack.workspace.people.values() if not one.bot)
            self._say("There is no such person. There are: " + ", ".join(people) + ".")
            return
        self._seat.user = found
        self._say(f"You are {name}.")

    async def _move(self, by: str) -> None:
        found = re.fullmatch(r"\+?(\d+)\s*([mhd])", by)
        if found is None:
            self._say("Say how far: clock +30m, clock +1h, clock +7d.")
            return
        unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2]]
        self._stage.move_to(self._stage.clock.now() + timedelta(**{unit: int(found[1])}))
        await self._wake()
        now = self._stage.clock.now().astimezone(stage.ZONE)
        self._say(f"It is {now:%A} {now.day} {now:%B, %H:%M} in Paris.")

    async def _break(self, name: str) -> None:
        if name not in {"", "xyz"}:
            self._say("Only xyz reads a warehouse that can refuse it: break xyz.")
            return
        self._stage.revoke()
        self._say("xyz's warehouse no longer takes its credential. Try: /report rerun xyz")

    async def _mend(self, name: str) -> None:
        if name not in {"", "xyz"}:
            self._say("Only xyz reads a warehouse that can refuse it: mend xyz.")
            return
        self._stage.grant()
        self._say("xyz's warehouse takes its credential again. Try: press Retry")


async def lines() -> AsyncIterator[str]:
    """Yield what is typed on stdin, line by line, until it ends.

    A thread reads, because an event loop can wait for a terminal or a pipe but not for a file or
    /dev/null; it ends with the process.
    """
    loop, typed = asyncio.get_running_loop(), asyncio.Queue[str]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is gone
            for line in sys.stdin:
                loop.call_soon_threadsafe(typed.put_nowait, line)
            loop.call_soon_threadsafe(typed.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await typed.get():
        yield line
