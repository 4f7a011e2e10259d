"""The composition root: builds every part, joins them, and runs them until told to stop.

It decides nothing. One AsyncExitStack holds what must be closed, one TaskGroup what runs.
"""

import asyncio
import ctypes
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot import alarms, bulkhead, clock, errors, settings
from bot.app import arrival, footing, health, house, pulse, service
from bot.ipc import guarded
from bot.operations import control, shell
from bot.slack import poster, web
from bot.store import Store

_log = structlog.get_logger(__name__)
_SET_DUMPABLE = 4
_ACCEPTED_SECONDS = 4.0
"""How long accepted work may take at the end; what is left then stands in the inbox."""
_BEGINS = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}


async def serve(config: settings.Settings, *, guard: guarded.Guard | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT, then let what runs end.

    ``guard``: what walls its runs in; None: they are plain processes.

    While Slack is away it waits. Raises ConfigurationError where a token is missing, the bot's is
    refused, or a restart empties the database's disk; OwnedElsewhere where another bot has it; and
    GuardLost, after an orderly end, where the guard had ended before.
    """
    _close_to_neighbours()
    supervisor = settings.supervisor()
    doubt = footing.check_disk(config)
    ticking = ticker(config)
    async with AsyncExitStack() as stack:
        bot_token, app_token = tokens(config)
        bot = web.connect(token=bot_token, url=config.slack_api_url, time=ticking)
        store = await stack.enter_async_context(
            footing.opened(config, poster.Poster(bot), now=ticking)
        )
        scratch = stack.enter_context(_scratch(config.database))
        app = web.connect(token=app_token, url=config.slack_api_url, time=ticking)
        line = await arrival.line(bot, app, supervisor=supervisor)
        async with asyncio.TaskGroup() as group:
            given = _Given(
                config=config,
                ticking=ticking,
                store=store,
                scratch=scratch,
                supervisor=supervisor,
                guard=guard,
            )
            running = _Running(given, group)
            await running.serve(line, doubt=doubt)
    if running.lost:
        raise errors.GuardLost(running.lost)


def _close_to_neighbours() -> None:
    """No process of the same user, a worker least of all, reads our memory or our environment
    (Slack's tokens and every client's credential) from /proc; and we leave no core.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


@contextmanager
def _scratch(database: Path) -> Generator[Path]:
    """The folder that holds the runs' own, beside the database and so of its one owner.

    A bot that was killed leaves clients' figures there; the next one's first act is to clear it.
    """
    place = database.resolve().with_name(f"{database.name}.scratch")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, exist_ok=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ticker(config: settings.Settings) -> clock.Clock:
    """Return the clock the settings ask for."""
    return clock.MovedClock(config.clock_file) if config.clock_file else clock.SystemClock()


def tokens(config: settings.Settings) -> tuple[str, str]:
    """Return the bot's and the app's token; raises ConfigurationError where one is missing or of
    another kind, such as two that are swapped.
    """
    found = {
        name: "" if one is None else one.get_secret_value()
        for name, one in (
            ("slack_bot_token", config.slack_bot_token),
            ("slack_app_token", config.slack_app_token),
        )
    }
    where = "the README's steps 3 and 4 say where they are."
    missing = [settings.environment_name(name) for name, token in found.items() if not token]
    if missing:
        raise errors.ConfigurationError(f"{' and '.join(missing)} must be set; {where}")
    wrong = [
        f"{settings.environment_name(name)} must begin with {_BEGINS[name]}; {where}"
        for name, token in found.items()
        if not token.startswith(_BEGINS[name])
    ]
    if wrong:
        raise errors.ConfigurationError("\n".join(wrong))
    return found["slack_bot_token"], found["slack_app_token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a life of the bot begins with."""

    config: settings.Settings
    ticking: clock.Clock
    store: Store
    scratch: Path
    supervisor: settings.Supervisor
    guard: guarded.Guard | None


class _Running:
    """One life of the bot, from its first look to its orderly end."""

    def __init__(self, given: _Given, group: asyncio.TaskGroup) -> None:
        self._config = given.config
        self._supervisor = given.supervisor
        self._stop = asyncio.Event()
        self.lost = ""
        """Why this life had to end though nobody asked for it; empty: somebody did."""
        self._alarms = alarms.Alarms(given.ticking, self._sweep)
        self._service: service.Service | None = None
        self._ground = house.Ground(
            config=given.config,
            clock=given.ticking,
            store=given.store,
            group=group,
            scratch=given.scratch,
            guard=given.guard,
            wake=self._alarms.wake,
        )
        self._group = group

    async def serve(self, line: house.Line, *, doubt: str) -> None:
        """Serve until told to stop. ``doubt``: what the operators should know of the disk."""
        parts = house.build(self._ground, line)
        looking = self._service = service.Service(self._ground, parts)
        judging = health.Health(self._ground, parts, looking=looking)
        answering = shell.Shell(
            parts.operations,
            self._ground.store,
            wake=self._alarms.rearm,
            health=judging,
        )
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, self._stop.set)
        parts.guarding.begin(ends=self._end, wake=self._alarms.wake)
        await parts.runner.start()
        # The first look stands before the first answer: nobody is told of clients not yet read.
        await looking.begin(doubt)
        self._alarms.start()
        async with control.serve(self._config.database, answering):
            socket = self._group.create_task(parts.connection.run(), name="slack-connection")
            _log.info("started", clients=len(parts.clients.clients()), team=line.identity.team_name)
            async with self._told(judging, parts):
                await self._stop.wait()
            await self._leave(parts, socket)

    @asynccontextmanager
    async def _told(self, judging: health.Health, parts: house.House) -> AsyncGenerator[None]:
        """Tell systemd and the monitor how the bot does, for as long as it serves; and find out
        what its walls hold.
        """
        telling = pulse.Pulse(judging, supervisor=self._supervisor)
        tasks = [
            self._group.create_task(telling.to_systemd(), name="to-systemd"),
            self._group.create_task(
                telling.to_monitor(self._config.heartbeat_url), name="to-monitor"
            ),
            self._group.create_task(
                parts.siege.lay(busy=lambda: parts.runner.running > 0), name="siege"
            ),
        ]
        yield
        telling.stopping()
        for task in tasks:
            task.cancel()

    def _end(self, why: str) -> None:
        """End in order, of our own accord."""
        self.lost = why
        self._stop.set()

    async def _sweep(self) -> datetime | None:
        return None if self._service is None else await self._service.sweep()

    async def _leave(self, parts: house.House, socket: asyncio.Task[None]) -> None:
        """Take nothing new, let what runs end, say what is ready, and hand over the rest."""
        _log.info("stopping", running=parts.runner.running)
        parts.connection.close()
        await socket
        await parts.desk.drained(_ACCEPTED_SECONDS)
        parts.foresight.stop()
        cut = await parts.runner.drain(self._config.stop_grace)
        await self._alarms.stop()
        with bulkhead.step("last_messages_failed"):  # they wait in the outbox for the next start
            await parts.guarding.say()
            await parts.deliveries.pump()
        _log.info("stopped", cut=cut)


__all__ = ["serve", "ticker"]
