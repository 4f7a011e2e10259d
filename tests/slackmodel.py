"""A model of Slack for deliveries: it stores posts, shows them late, and fails in every way."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot import clock
from bot.domain import delivery, ids

START = 1795410000.0


class Fault(StrEnum):
    """How a call goes wrong."""

    NONE = "none"
    BUSY = "busy"
    """429: not stored."""
    UNREACHABLE = "unreachable"
    """Turned away in passing: not stored."""
    PAYLOAD = "payload"
    PERMANENT = "permanent"
    LOST = "lost"
    """Unclear, and not stored."""
    STORED = "stored"
    """Unclear, but stored."""
    KILLED = "killed"
    """We die before it is stored."""
    KILLED_STORED = "killed_stored"
    """We die after it was stored."""


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it."""


@dataclass(kw_only=True)
class Message:
    """A message in a channel."""

    channel: ids.ChannelId
    thread_ts: str | None
    key: str
    ts: str
    visible_at: float
    body: delivery.Body
    edits: list[tuple[float, delivery.Body]] = field(
        default_factory=list[tuple[float, delivery.Body]]
    )


class SlackModel:
    """Fills delivery.Poster. Its clock is its own; ``lag`` delays what find can see."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.faults: deque[Fault] = deque()
        self.edit_faults: deque[Fault] = deque()
        self.lag = 0.0
        self.readable = True
        self.reachable = True
        self.uploads = True
        self.now = START
        self.calls: list[str] = []
        self.busiest: dict[ids.ChannelId, int] = {}
        self.limits: Callable[[delivery.Delivery], float] | None = None
        self._open: dict[ids.ChannelId, int] = {}
        self._native_refused = False

    def refuse_native(self) -> None:
        """From now on every body with a native chart is refused."""
        self._native_refused = True

    def wait(self, wanted: delivery.Delivery) -> float:
        """Its limits, where a test sets any."""
        return 0.0 if self.limits is None else self.limits(wanted)

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Store it, or fail as planned."""
        self.calls.append(f"send {wanted.key}")
        self._enter(wanted.channel)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            return self._send(wanted, body, thread_ts)
        finally:
            self._open[wanted.channel] -= 1

    def _enter(self, channel: ids.ChannelId) -> None:
        self._open[channel] = self._open.get(channel, 0) + 1
        self.busiest[channel] = max(self.busiest.get(channel, 0), self._open[channel])

    def _send(
        self, wanted: delivery.Delivery, body: delivery.Body, thread_ts: str | None
    ) -> delivery.SendResult:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        if refused := self._refusal(fault, body):
            return refused
        if fault is Fault.KILLED:
            raise Killed
        if fault is Fault.LOST:
            return delivery.Unknown(code="timeout")
        sent = self._store(wanted, body, thread_ts)
        if fault is Fault.KILLED_STORED:
            raise Killed
        return delivery.Unknown(code="timeout") if fault is Fault.STORED else sent

    def _refusal(self, fault: Fault, body: delivery.Body) -> delivery.Refused | None:
        native = any(block.get("type") == "data_visualization" for block in body.blocks)
        if native and self._native_refused:
            return delivery.Refused(code="invalid_blocks", payload=True)
        match fault:
            case Fault.BUSY:
                return delivery.Refused(code="ratelimited", retry_after=3.0)
            case Fault.UNREACHABLE:
                return delivery.Refused(code="unreachable")
            case Fault.PAYLOAD:
                return delivery.Refused(code="msg_too_long", payload=True)
            case Fault.PERMANENT:
                return delivery.Refused(code="is_archived", permanent=True)
            case _:
                return None

    def _store(
        self, wanted: delivery.Delivery, body: delivery.Body, thread_ts: str | None
    ) -> delivery.Sent:
        ts = f"{self.now + len(self.messages) / 1000:.6f}"
        self.messages.append(
            Message(
                channel=wanted.channel,
                thread_ts=thread_ts,
                key=wanted.key,
                ts=ts,
                visible_at=self.now + self.lag,
                body=body,
            )
        )
        return delivery.Sent(ts=ts)

    async def edit(self, shown: delivery.Delivery, body: delivery.Body) -> delivery.SendResult:
        """Change the stored message."""
        self.calls.append(f"edit {shown.key}")
        await asyncio.sleep(0)
        fault = self.edit_faults.popleft() if self.edit_faults else Fault.NONE
        if refused := self._refusal(fault, body):
            return refused
        if fault is Fault.LOST:
            return delivery.Unknown(code="timeout")
        for message in self.messages:
            if message.ts == shown.ts:
                message.edits.append((self.now, body))
                return delivery.Sent(ts=message.ts)
        return delivery.Refused(code="message_not_found", permanent=True)

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """Look for the key where it should be, among what is visible by now."""
        self.calls.append(f"find {wanted.key}")
        await asyncio.sleep(0)
        if not self.readable:
            return delivery.Refused(code="missing_scope", permanent=True)
        for message in self.messages:
            place = (message.channel, message.thread_ts, message.key)
            if place == (wanted.channel, thread_ts, wanted.key) and message.visible_at <= self.now:
                copies = len(self.posts(wanted.key))
                return delivery.Sent(ts=message.ts, copies=copies)
        return None

    async def upload(self, png: bytes, *, name: str, alt: str) -> str | delivery.Refused:
        """Take an image."""
        self.calls.append(f"upload {name}")
        if not self.uploads:
            return delivery.Refused(code="file_uploads_disabled", payload=True)
        return f"F{len(png)}{alt[:4]}"

    async def slack_time(self) -> str | None:
        """Its own clock."""
        await asyncio.sleep(0)
        return f"{self.now:.6f}" if self.reachable else None

    def posts(self, key: str) -> Sequence[Message]:
        """Every message that was stored for a key."""
        return [message for message in self.messages if message.key == key]


class Charts:
    """Draws a chart, or cannot."""

    def __init__(self) -> None:
        self.works = True

    async def draw(self, trend: delivery.Trend) -> bytes | None:
        """Return something like a PNG."""
        return trend.title.encode() if self.works else None


class Told:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.posts: list[str] = []
        self.failures: list[tuple[str, str]] = []
        self.stuck_ones: list[str] = []
        self.others: list[tuple[str, str]] = []
        """What else was said, and about which delivery."""

    async def posted(self, settled: delivery.Delivery) -> None:
        """It is in Slack."""
        assert settled.ts is not None
        self.posts.append(settled.key)

    async def failed(self, settled: delivery.Delivery, refused: delivery.Refused) -> None:
        """It will not be posted."""
        self.failures.append((settled.key, refused.code))

    async def stuck(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Nobody can look."""
        assert refused.code
        self.stuck_ones.append(waiting.key)

    async def delayed(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Slack does not take it for now."""
        self.others.append((f"delayed {refused.code}", waiting.key))

    async def simplified(
        self, settled: delivery.Delivery, refused: delivery.Refused, *, days: int
    ) -> None:
        """It went out on a lower rung."""
        self.others.append((f"simplified {refused.code} {days}", settled.key))

    async def doubled(self, settled: delivery.Delivery, copies: int) -> None:
        """It is there more than once."""
        self.others.append((f"doubled {copies}", settled.key))

    async def unedited(
        self, shown: delivery.Delivery, refused: delivery.Refused, *, anew: bool
    ) -> None:
        """It cannot be edited."""
        self.others.append((f"unedited {refused.code} {anew}", shown.key))


class Time:
    """Our clock and Slack's, moved together or apart."""

    def __init__(self, held: clock.HeldClock, slack: SlackModel) -> None:
        self._held = held
        self._slack = slack

    def pass_by(self, seconds: float) -> None:
        """Time goes on for everybody."""
        self._held.advance(timedelta(seconds=seconds))
        self._slack.now += seconds

    def jump(self, seconds: float) -> None:
        """Our clock alone is set; Slack's is not."""
        self._held.advance(timedelta(seconds=seconds))
