"""Hundreds of clients, all due on Monday at 06:00 where they live, while people type commands.

The bot's clock is moved on whenever it has nothing to do, so that hours of slots pass in minutes:
Slack's limits, which count real seconds, are met by more calls than on a real Monday.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import errors
from bot.demo import stage
from bot.demo.slack import journal, shapes
from tests.scenario import many

ZONES = (
    *("Europe/Paris",) * 6,
    *("Asia/Kolkata", "Europe/Athens", "Europe/London", "America/New_York"),
)
"""Six clients in ten share an instant."""
_COMMANDS = ("status", "list", "schedule client001", "history client002", "resume client000")
_EVERY = 0.5
_STEP = timedelta(seconds=30)
_SUCCEEDED = "SELECT count(*) FROM runs WHERE status = 'succeeded'"
_BUSY = """
SELECT count(*) FROM runs
WHERE status IN ('running', 'ready', 'posting') OR (status = 'queued' AND next_attempt_at <= ?)
"""
_CLAIMED = "SELECT scheduled_for, created_at FROM runs WHERE trigger = 'scheduled'"
_BEGUN = """
SELECT runs.created_at, attempts.started_at FROM runs
JOIN attempts ON attempts.run = runs.id AND attempts.number = 1
"""


@dataclass(slots=True, kw_only=True)
class Count:
    """What a Monday was like."""

    clients: int
    posted: Counter[str] = field(default_factory=Counter[str])
    """By channel, as Slack's journal has it."""
    seconds: float = 0.0
    """From the first fire to the last post, of the machine's own time."""
    latest: timedelta = timedelta()
    """The last post after its client's 06:00, on the bot's clock."""
    nearest: float = 60.0
    """Seconds between the two nearest messages of one channel."""
    rates: dict[str, int] = field(default_factory=dict[str, int])
    """By method, the most calls within any minute of the machine's own time."""
    exceeded: int = 0
    """Calls that Slack found too many."""
    rss_mb: float = 0.0
    unacked: int = 0
    acks: list[float] = field(default_factory=list[float])
    """Milliseconds until each command was acknowledged."""
    claimed: list[float] = field(default_factory=list[float])
    """Seconds from the instant of a fire until it was claimed, on the bot's clock."""
    begun: list[float] = field(default_factory=list[float])
    """And from the claim until the first attempt, which has its slot to wait for."""

    @property
    def lost(self) -> int:
        """Clients whose report did not come."""
        return self.clients - len(self.posted)

    @property
    def doubled(self) -> int:
        """Reports that came more than once."""
        return self.posted.total() - len(self.posted)

    def lines(self) -> Sequence[str]:
        """The figures, a line each."""
        often = {name: rate for name, rate in sorted(self.rates.items()) if rate > 1}
        told = (
            ("clients due", self.clients),
            ("reports posted, lost, doubled", (self.posted.total(), self.lost, self.doubled)),
            ("first fire to last post, real time", f"{self.seconds:.1f} s"),
            ("last post after its 06:00, bot's clock", self.latest),
            ("nearest two messages of a channel", f"{self.nearest:.2f} s, bot's clock"),
            ("most calls within a minute", often),
            ("calls beyond Slack's limits (429)", self.exceeded),
            ("bot at most, resident", f"{self.rss_mb:.1f} MiB"),
            ("commands, not acknowledged", (len(self.acks) + self.unacked, self.unacked)),
            ("acknowledged after, p50 and p99", _pair(self.acks, "ms")),
            ("due until claimed, p50 and p99", _pair(self.claimed, "s")),
            ("claimed until begun, p50 and p99", _pair(self.begun, "s")),
        )
        return tuple(f"{name:40} {figure}" for name, figure in told)


def _pair(found: Sequence[float], unit: str) -> str:
    return f"{quantile(found, 0.5):.1f} {quantile(found, 0.99):.1f} {unit}"


def quantile(found: Sequence[float], part: float) -> float:
    """Return the value that this part of them does not exceed; 0 where there are none."""
    return sorted(found)[min(int(len(found) * part), len(found) - 1)] if found else 0.0


def zone(number: int) -> str:
    """Where a client lives."""
    return ZONES[number % len(ZONES)]


@asynccontextmanager
async def open_monday(folder: Path, clients: int) -> AsyncGenerator[many.Stage]:
    """Everything around the bot, with Slack's limits in force; it is hours before Monday 06:00."""
    settings = {"REPORTOPS_STAGGER": "0"}
    async with many.open_many(folder, clients, settings=settings) as on:
        on.slack.workspace.rules.rate_limits = True
        for number in range(clients):
            file = on.place.clients / f"client{number:03d}" / "client.yaml"
            told = file.read_text("utf-8").replace("0 6 * * *", "0 6 * * 1")
            file.write_text(told.replace("Europe/Paris", zone(number)), "utf-8")
        on.clock.move_to(on.monday - timedelta(hours=6))
        yield on


class Monday:
    """One of them, until the last report is posted."""

    def __init__(self, on: many.Stage, clients: int) -> None:
        self._on = on
        self._count = Count(clients=clients)
        self._calls: defaultdict[str, list[float]] = defaultdict(list)
        self._heard = 0
        self._is_over = False

    async def run(self, *, within: float) -> Count:
        """Let it happen, and count; what takes longer than ``within`` seconds is counted lost."""
        await self._on.start_bot()
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._people())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._pass_time()
            self._is_over = True
        self._count.seconds = time.monotonic() - began
        self._judge()
        await self._on.stop_bot()
        return self._count

    async def _pass_time(self) -> None:
        """Move on as soon as what is due has been done."""
        clock = self._on.clock
        while self._number(_SUCCEEDED) < self._count.clients:
            await asyncio.sleep(0.1)  # its work is in other processes: there is no event
            self._listen()
            if self._is_calm(clock.now()):
                clock.move_to(clock.now() + self._step(clock.now()))
                with contextlib.suppress(errors.ReportopsError, OSError):
                    await self._on.wake()

    def _is_calm(self, now: datetime) -> bool:
        """Whether all that came due was claimed, and is done or waits for its slot."""
        come = sum(self._fire(zone(number)) <= now for number in range(self._count.clients))
        is_busy = self._number(_BUSY, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}")
        return not is_busy and len(self._rows(_CLAIMED)) >= come

    def _step(self, now: datetime) -> timedelta:
        """A little; or to the next 06:00, where everything that came due is done."""
        if self._number("SELECT count(*) FROM runs WHERE status = 'queued'"):
            return _STEP
        ahead = [at - now for at in map(self._fire, ZONES) if at > now]
        return max(min(ahead, default=_STEP), _STEP)

    def _fire(self, where: str) -> datetime:
        return self._on.monday.replace(tzinfo=ZoneInfo(where))

    async def _people(self) -> None:
        turn = 0
        while not self._is_over:
            text = f"/report {_COMMANDS[turn % len(_COMMANDS)]}"
            done = await self._on.slack.control.command(
                user=many.OPERATOR, channel=stage.OPS, text=text
            )
            turn += 1
            if done.acked:
                self._count.acks.append(done.latency_ms)
            else:
                self._count.unacked += 1
            await asyncio.sleep(_EVERY)

    def _listen(self) -> None:
        """Note when calls came, in real time: the journal has the bot's clock."""
        now = time.monotonic()
        for call in self._on.slack.journal.calls()[self._heard :]:
            self._heard += 1
            self._calls[call.method].append(now)
        self._count.rss_mb = max(self._count.rss_mb, _rss(self._on.pid))

    def _judge(self) -> None:
        count, on = self._count, self._on
        self._listen()
        count.rates = {name: _most(calls, 60.0) for name, calls in self._calls.items()}
        count.exceeded = on.slack.control.exceeded
        seen: dict[str, float] = {}
        for call in on.slack.journal.calls("chat.postMessage"):
            channel = shapes.text(call.args, "channel")
            if call.performed and _key(call).startswith("report:"):
                count.posted[channel] += 1
                number = int(channel.removeprefix("C0CLIENT"))
                count.latest = max(count.latest, call.at - self._fire(zone(number)))
            if call.performed and channel in seen:
                count.nearest = min(count.nearest, float(call.ts) - seen[channel])
            seen[channel] = float(call.ts or 0)
        for fire, claimed in self._rows(_CLAIMED):
            wall, _, where = fire.partition(" ")
            due = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(where))
            count.claimed.append((datetime.fromisoformat(claimed) - due).total_seconds())
        for claimed, begun in self._rows(_BEGUN):
            wait = datetime.fromisoformat(begun) - datetime.fromisoformat(claimed)
            count.begun.append(wait.total_seconds())

    def _number(self, sql: str, *values: str) -> int:
        return int(self._rows(sql, *values)[0][0])

    def _rows(self, sql: str, *values: str) -> Sequence[tuple[str, ...]]:
        reading = sqlite3.connect(f"file:{self._on.database}?mode=ro", uri=True, timeout=10)
        with contextlib.closing(reading):
            return reading.execute(sql, values).fetchall()


def _key(call: journal.Call) -> str:
    metadata = shapes.obj(call.args.get("metadata"))
    return shapes.text(shapes.obj(metadata.get("event_payload")), "key")


def _most(calls: Sequence[float], span: float) -> int:
    """The most of them within any such span."""
    most = first = 0
    for last, at in enumerate(calls):
        while at - calls[first] >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


def _rss(pid: int) -> float:
    """The most memory a process ever had resident, in MiB; 0 where the machine does not tell."""
    try:
        told = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    lines = (line.split() for line in told.splitlines() if line.startswith("VmHWM"))
    return next((int(line[1]) / 1024 for line in lines), 0.0)
