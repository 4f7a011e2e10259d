"""The demo's stage: a local Slack, a warehouse that checks its grant, seeded data, a clock that can
be moved, and the real bot as a process of its own. It knows the bot only by its environment.
"""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml

from bot import clock
from bot.demo import bigquery, data, google
from bot.demo.slack import server, workspace

CLIENTS = ("acme", "pvcp", "xyz")
ZONE = ZoneInfo("Europe/Paris")
OPS = "C0REPORTOPS"
PROJECT = "xyz-pipeline"
ROBOT = f"reports@{PROJECT}.iam.gserviceaccount.com"
SEED = 7
_LEAVE_SECONDS = 15.0


class BusyError(Exception):
    """Another demo uses the folder; its text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the demo lives; ``folder`` is made anew by every start."""

    folder: Path
    checkout: Path
    """Where clients/ and the bot's code are."""

    @property
    def clients(self) -> Path:
        """The demo's own copy of the sample clients."""
        return self.folder / "clients"

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self.folder / "reportops.db"

    @property
    def log(self) -> Path:
        """What the bot logged."""
        return self.folder / "bot.log"


class Stage:
    """Everything around the bot, started by ``open``."""

    def __init__(
        self,
        place: Place,
        *,
        slack: server.LocalSlack,
        accounts: google.GoogleDouble,
        warehouse: bigquery.BigQueryDouble,
        moved: clock.MovedClock,
        monday: datetime,
    ) -> None:
        self.place = place
        self.slack = slack
        self.accounts = accounts
        self.warehouse = warehouse
        self.clock = moved
        self.monday = monday
        self.revoked = False
        """Whether xyz's grant is taken back now."""
        self._today = monday.date()
        self._bot: asyncio.subprocess.Process | None = None
        self._key = accounts.service_account(ROBOT, PROJECT)

    @property
    def database(self) -> Path:
        """Beside it the bot listens for the shell."""
        return self.place.database

    @property
    def pid(self) -> int:
        """The bot's process id."""
        if self._bot is None:
            raise RuntimeError("no bot was started")
        return self._bot.pid

    @property
    def running(self) -> bool:
        """Whether the bot's process is there."""
        return not self._gone()

    def environment(self) -> dict[str, str]:
        """What the bot is told; its only way to know where it is."""
        kept = (
            "PATH",
            "HOME",
            "LANG",
            "LC_ALL",
            "TMPDIR",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
        )
        here = {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251
        return here | {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "BIGQUERY_EMULATOR_HOST": self.warehouse.url,
            "XYZ_BIGQUERY": json.dumps(self._key),
            "REPORTOPS_EGRESS_PRIVATE": ",".join(self._doubles(here)),
            "REPORTOPS_CLIENTS_DIR": str(self.place.clients),
            "REPORTOPS_DATABASE": str(self.place.database),
            "REPORTOPS_EPHEMERAL_DISK": "allow",
            "REPORTOPS_OPS_CHANNEL": OPS,
            "REPORTOPS_DEMO": "true",
            "REPORTOPS_LOG_FORMAT": "json",
            "REPORTOPS_CLOCK_FILE": str(self.place.folder / "clock"),
        }

    def _doubles(self, here: Mapping[str, str]) -> Iterator[str]:
        """Hosts on this machine that runs must reach: nothing of the inside is open by itself."""
        sign_in = str(self._key["token_uri"])
        for url in (self.warehouse.url, sign_in, here.get("ANTHROPIC_BASE_URL", "")):
            parts = urlsplit(url)
            if (parts.hostname or "").startswith("127."):
                yield parts.netloc

    async def start_bot(self) -> None:
        """Start the real bot, as its Procfile does, and wait until its socket is connected; raises
        TimeoutError where that takes too long, RuntimeError where the bot ends before.
        """
        with self.place.log.open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                cwd=self.place.checkout,
                env=self.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            await self._stands(self._bot)
        except ExceptionGroup as late:
            raise late.exceptions[0] from None
        if self._gone():
            raise RuntimeError(f"the bot ended at once; see {self.place.log}")
        self.told()

    async def _stands(self, bot: asyncio.subprocess.Process) -> None:
        """Wait until Slack has its socket, or it is gone."""
        async with asyncio.TaskGroup() as group:
            ending = group.create_task(self._ending(bot))
            await self.slack.until(lambda: self.slack.control.sockets or self._gone(), timeout=30)
            ending.cancel()

    async def _ending(self, bot: asyncio.subprocess.Process) -> None:
        """Slack hears nothing of a bot that ends before it has a socket."""
        await bot.wait()
        self.told()

    def _gone(self) -> bool:
        return self._bot is None or self._bot.returncode is not None

    async def stop_bot(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End the bot and wait for it; SIGKILL where it does not go by itself."""
        bot, self._bot = self._bot, None
        if bot is None or bot.returncode is not None:
            return
        bot.send_signal(sign)
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await bot.wait()
        except TimeoutError:
            bot.kill()
            await bot.wait()
        await self._let_go()

    async def _let_go(self) -> None:
        """Wait until Slack has seen the bot's sockets go: what starts next has its own."""
        with suppress(TimeoutError):
            await self.slack.until(lambda: not self.slack.control.sockets, timeout=5)
        self.told()

    def move_to(self, instant: datetime) -> None:
        """Move the clock; what the sample clients read then reaches to the day before."""
        today = instant.astimezone(ZONE).date()
        if today > self._today:
            self._today = today
            if all((self.place.clients / name).is_dir() for name in CLIENTS):
                data.write(self.place.clients, today=today, seed=SEED)
            _fill(self.warehouse, data.xyz_tables(today=today, seed=SEED))
        self.clock.move_to(instant)
        self.told()

    def revoke(self) -> None:
        """Take back the grant of xyz's warehouse."""
        self.accounts.revoke(ROBOT)
        self.revoked = True
        self.told()

    def grant(self) -> None:
        """Give it again."""
        self.accounts.grant(ROBOT)
        self.revoked = False
        self.told()

    def told(self) -> None:
        """Tell whoever watches that the clock, the bot or something broken is not as it was."""
        self.slack.changes.publish("state")


def next_monday(now: datetime) -> datetime:
    """Return the coming Monday, 06:00 in Paris, at least an hour ahead."""
    local = now.astimezone(ZONE)
    day = local.date() + timedelta(days=-local.weekday() % 7)
    monday = datetime.combine(day, datetime.min.time(), ZONE).replace(hour=6)
    if monday - local < timedelta(hours=1):
        monday += timedelta(days=7)
    return monday


Wake = Callable[[Path], Awaitable[None]]
"""Asks the bot whose database this is to look at its clock now."""


@asynccontextmanager
async def open_stage(place: Place) -> AsyncGenerator[Stage]:
    """Set everything up but the bot; on leaving, end the bot and all of it. Raises BusyError
    where another demo uses the folder.
    """
    with _alone(place.folder):
        async with _set_up(place) as stage:
            yield stage


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Keep another demo from making the same folder anew; the kernel lets go with the process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                f"Another demo runs in {folder} already. End it first, or give this one a folder "
                "of its own: reportops demo --folder FOLDER"
            )
            raise BusyError(message) from None
        yield


@asynccontextmanager
async def _set_up(place: Place) -> AsyncGenerator[Stage]:
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir(parents=True)
    # Runs that root began become a user without privileges, who reads the clients here.
    place.folder.chmod(0o755)
    moved = clock.MovedClock(place.folder / "clock")
    monday = next_monday(moved.now())
    moved.move_to(monday - timedelta(minutes=2))
    for name in CLIENTS:
        copy_client(place, name)
    data.write(place.clients, today=monday.date(), seed=SEED)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(
            server.LocalSlack(workspace.sample_workspace(), clock=moved)
        )
        slack.install(yaml.safe_load((place.checkout / "manifest.yml").read_text("utf-8")))
        accounts = stack.enter_context(google.GoogleDouble())
        warehouse = stack.enter_context(bigquery.BigQueryDouble(accounts))
        _fill(warehouse, data.xyz_tables(today=monday.date(), seed=SEED))
        stage = Stage(
            place,
            slack=slack,
            accounts=accounts,
            warehouse=warehouse,
            moved=moved,
            monday=monday,
        )
        stack.push_async_callback(stage.stop_bot)
        yield stage


def copy_client(place: Place, name: str) -> None:
    """Put a sample client into the demo's own folder."""
    shutil.copytree(place.checkout / "clients" / name, place.clients / name)


def _fill(warehouse: bigquery.BigQueryDouble, tables: Mapping[str, str]) -> None:
    for name, sql in tables.items():
        dataset, _, table = name.partition(".")
        warehouse.load(PROJECT, dataset, table, sql)
