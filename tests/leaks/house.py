"""The real bot, guard and all, with a client for each kind of credential, at its most talkative."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.demo import stage
from bot.demo.slack import records, shapes, workspace
from bot.sealed import age, places, writing
from tests import postgresql
from tests.leaks.canaries import Canaries
from tests.leaks.clients import One, World
from tests.leaks.places import Search, descendants, named, place_of
from tests.leaks.relay import Mode
from tests.scenario import many

SCRATCH = "reportops-run-"
OPS, OPERATOR = stage.OPS, many.OPERATOR
DAY = timedelta(days=1)
_BUSY = "SELECT id FROM runs WHERE status IN ('running', 'posting')"
BESIDE = ("anthropic", "sign_in", "vault", "aws-sm", "gcp-sm")
"""What stands beside the sources: sign-in, stores and the model."""
_PENDING = "SELECT id FROM runs WHERE status = 'queued' AND next_attempt_at IS NULL"


class House:
    """All of it."""

    def __init__(self, on: many.Stage, world: World, canaries: Canaries) -> None:
        self.on = on
        self.world = world
        self.canaries = canaries
        self.search = Search(canaries)
        self.clients: dict[str, One] = {}
        self.folder = on.place.folder.parent
        self.folder.chmod(0o755)
        self.said: list[str] = []
        """What shells printed."""
        self._heard: set[str] = set()
        self.tap = world.relay("slack", on.slack.api_url, canaries=Canaries())
        master = age.generate()
        credentials = self.folder / "credentials"
        places.write(places.Places(root=credentials).master, master.recipient.encode())
        self.sealed = writing.Sealed(credentials)
        self.canaries.add("the master key", master.identity)
        for name in ("tmp", "backup"):
            (self.folder / name).mkdir()
        self.settings = {
            "SLACK_API_URL": self.tap.url,
            "TMPDIR": str(self.folder / "tmp"),
            "REPORTOPS_BACKUP_DIR": str(self.folder / "backup"),
            "REPORTOPS_CREDENTIALS_DIR": str(credentials),
            "REPORTOPS_MASTER_KEY": master.identity,
            "REPORTOPS_LOG_LEVEL": "debug",
            "REPORTOPS_STAGGER": "0",
            "REPORTOPS_PREFLIGHT": "off",
            "REPORTOPS_PAUSE_AFTER": "0",
            "REPORTOPS_MAX_CONCURRENT_RUNS": "24",
            "REPORTOPS_RUN_MEMORY_MB": "768",
            "REPORTOPS_MEMORY_BUDGET_MB": "24000",
        }

    def add(self, one: One) -> None:
        """Have a client."""
        self.clients[one.name] = one
        channel = self.channel(one.name)
        space = self.on.slack.workspace
        members = {space.bot_user, OPERATOR}
        space.add_channel(workspace.Channel(id=channel, name=one.name, members=members))
        one.write(self.on.place.clients, channel)
        if one.reference.startswith("env://"):
            self.settings[one.reference.removeprefix("env://")] = one.text
        elif one.reference.startswith("local://"):
            self.seal(one.name, "key", one.text)
        self.canaries.add(one.name, one.text)
        for name, text in (("base", one.base), ("model", one.model)):
            if text:
                self.canaries.add(f"{one.name} {name}", text)
                self.seal(one.name, name, text)

    def seal(self, client: str, name: str, text: str) -> None:
        """Put a credential in force."""
        self.sealed.use(client, name, version=self.sealed.put(client, name, text=text))

    def channel(self, name: str) -> str:
        """Where a client's reports go."""
        return f"C0LEAK{list(self.clients).index(name):04d}"

    def answer(self, *modes: Mode, only: Collection[str] = (), form: str = "plain") -> None:
        """Let doubles answer so, one this way and one that; without ``only`` all sources. What is
        not named answers as ever.
        """
        chosen = only or self.world.relays.keys() - {*BESIDE, "slack"}
        for number, (name, one) in enumerate(self.world.relays.items()):
            one.answer(modes[number % len(modes)] if name in chosen else Mode.PASS, form)

    async def shell(self, *words: str, given: str = "") -> str:
        """What `reportops …` prints."""
        ran = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot.cli", *words),
            cwd=many.CHECKOUT,
            env=self.on.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await ran.communicate(given.encode())
        self.said.append(out.decode())
        return out.decode()

    async def morning(self, day: int) -> None:
        """It is just past six, so many days after Monday, and all is done that can be."""
        runs = self.number("SELECT count(*) FROM runs")
        self.on.clock.move_to(self.on.monday + DAY * day + timedelta(minutes=1))
        await self.settled(runs + len(self.clients))

    async def settled(self, runs: int = 0) -> None:
        """Wait until so many runs are there and each has been tried."""
        async with asyncio.timeout(120):
            while True:
                await self.on.wake()
                await asyncio.sleep(0.1)  # its work is in other processes: there is no event
                if self.number("SELECT count(*) FROM runs") >= runs and not self._is_busy():
                    return

    def _is_busy(self) -> bool:
        return bool(self.on.rows(_BUSY) or self.on.rows(_PENDING) or self._due())

    def _due(self) -> bool:
        now = self.on.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
        return bool(
            self.on.rows(
                f"SELECT id FROM runs WHERE status = 'queued' AND next_attempt_at <= '{now}'"
            )
        )

    def number(self, sql: str) -> int:
        """One number that the bot wrote down."""
        return int(str(self.on.rows(sql)[0][0]))

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that other processes bring about."""
        async with asyncio.timeout(60):
            while not happened():  # noqa: ASYNC110 - there is no event between processes
                await asyncio.sleep(0.05)

    async def enters(self, name: str, values: Mapping[str, str]) -> object:
        """Enter a candidate in Slack; returns what its window is answered at once."""
        control = self.on.slack.control
        await control.command(user=OPERATOR, channel=OPS, text=f"/report rotate {name}")
        await self.on.slack.until(lambda: control.views(OPERATOR), timeout=60)
        sent = await control.submit(OPERATOR, values=values)
        assert sent.acked
        return sent.response

    async def tries(self, name: str, values: Mapping[str, str]) -> str:
        """Enter one and wait for what came of its trial, which the window shows."""
        await self.enters(name, values)
        await self.on.slack.until(lambda: "Testing" not in self._shown(), timeout=60)
        return self._shown()

    def _shown(self) -> str:
        return shapes.dump([one.body for one in self.on.slack.control.views(OPERATOR)])

    async def leaves(self) -> None:
        """Close the window."""
        await self.on.slack.control.close(OPERATOR)

    async def told(self, words: str) -> records.Message:
        """Wait for something new that the operator alone is told."""

        def found() -> records.Message | None:
            mine = self.on.slack.control.ephemerals(OPERATOR)
            new = [one for one in mine if one.ts not in self._heard]
            return next((one for one in new if words in one.text), None)

        one = await self.on.slack.until(found, timeout=60)
        self._heard.add(one.ts)
        return one

    def in_force(self, name: str) -> int | None:
        """Which version of a client's credential runs open."""
        return self.sealed.versions(name, "key").current

    @property
    def posted(self) -> set[str]:
        """Clients whose channel has a report that nothing is wrong with."""
        found = {
            key.partition(":")[2]: one.channel
            for key, one in self.on.keyed()
            if key.startswith("report:")
        }
        return {name for name in self.clients if self.channel(name) in found.values()}

    @property
    def runs(self) -> list[int]:
        """The runs that go on: what the guard's spawner began, at work in scratch of their own."""
        mine = descendants(named(self.pids, "spawner"))
        return [one for one in mine if SCRATCH in str(place_of(one))]

    @property
    def pids(self) -> list[int]:
        """The bot and all that it began."""
        return descendants(self.on.pid)

    def look(self) -> None:
        """Look through everything there is now."""
        pids = self.pids if self.on.running else []
        if pids:
            self.search.processes(pids, keeper=named(pids, "keeper"))
        self.search.slack(self.on.slack, sent=bytes(self.tap.sent))
        self.search.database("database", self.on.database)
        self.search.files("files", self.folder)
        self.search.look("shells", "\n".join(self.said).encode())
        asked = "\n".join(map(str, (one.body for one in self.world.model.requests)))
        self.search.look("model requests", asked.encode())

    async def close(self) -> None:
        """Stop the bot, and look through all there was and all that is left."""
        self.look()
        await self.on.stop_bot()
        self.look()
        sys.stdout.write(f"{self.search.places} {len(self.canaries.forms)} forms\n")
        assert not self.search.hits
        assert {"database", "files", "sent to Slack"} <= self.search.places.keys()


@asynccontextmanager
async def opened(
    folder: Path, server: postgresql.Server | None = None, *, wanted: Collection[str] = ()
) -> AsyncGenerator[House]:
    """Everything around the bot, which is not started yet; ``wanted``: with these clients alone."""
    canaries = Canaries()
    with ExitStack() as doubles:
        world = World(doubles, canaries)
        async with AsyncExitStack() as stack:
            on = await stack.enter_async_context(many.open_many(folder / "house", 0))
            house = House(on, world, canaries)
            for one in world.clients():
                if not wanted or one.name in wanted:
                    house.add(one)
            told = {**house.settings, **world.settings()}
            if server is not None:
                house.add(world.postgres(server))
                ca = on.place.clients / "postgres" / "ca.pem"
                ca.write_bytes((server.place / "ca.pem").read_bytes())
                hosts = f",localhost:{server.port},127.0.0.1:{server.port}"
                told["REPORTOPS_EGRESS_PRIVATE"] += hosts
            on.settings = told
            yield house


def kill(pids: Sequence[int]) -> None:
    """End processes that this test began; some have ended by themselves meanwhile."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def fresh() -> str:
    """A secret that nobody knows."""
    return secrets.token_urlsafe(24)
