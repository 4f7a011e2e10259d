"""A whole house for the runner, and time that passes as the runner wants to be woken."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot import clock, settings
from bot.domain import client, delivery, ids, pause, run
from bot.runs import acts, orders, ports, runner
from tests.runs import fired, memory
from tests.runs.people import (
    MONDAY,
    WEEKLY,
    Audiences,
    Clients,
    Identities,
    Incidents,
    People,
    Prints,
    Replies,
    Worker,
    compose,
)

BEFORE = MONDAY - timedelta(minutes=10)
OPS = ids.ChannelId("C0OPS")
CLAIRE = ids.UserId("U0CLAIRE")
BOB = ids.UserId("U0BOB")


class Outbox(ports.Posts, Protocol):
    """What the stage's Slack needs."""

    async def due(self, now: datetime) -> Sequence[delivery.Delivery]: ...
    async def get(self, key: str) -> delivery.Delivery | None: ...
    async def begin(
        self, key: str, *, since: str, rung: int | None = None
    ) -> delivery.Delivery | None: ...
    async def posted(self, key: str, *, ts: str, at: datetime) -> delivery.Delivery: ...
    async def failed(self, key: str, *, error: str) -> delivery.Delivery: ...


class Pauses(ports.Pauses, Protocol):
    """What the stage's operators need."""

    async def pause(
        self,
        client_id: ids.ClientId,
        until: datetime | None,
        *,
        by: ids.UserId,
        reason: str,
        at: datetime,
    ) -> pause.Pause: ...


@dataclass(frozen=True, kw_only=True)
class Store:
    """One way of keeping things: in memory, or the real one."""

    runs: ports.Runs
    fires: ports.Fires
    outbox: Outbox
    pauses: Pauses
    spending: ports.Spending


def in_memory() -> Store:
    kept = memory.Memory()
    return Store(
        runs=memory.Runs(kept),
        fires=fired.Fires(kept),
        outbox=memory.Outbox(kept),
        pauses=memory.Pauses(kept),
        spending=memory.Ledger(kept),
    )


class Stage:
    """The house, its clock and its people."""

    def __init__(
        self,
        store: Store,
        *of: client.Client,
        at: datetime = BEFORE,
        config: Mapping[str, object] | None = None,
    ) -> None:
        self.store = store
        self.clock = clock.HeldClock(at)
        self.clients = Clients(*of)
        self.worker = Worker()
        self.worker.now = self.clock.now
        self.people = People()
        self.audiences = Audiences()
        self.identities = Identities(self.clients)
        self.prints = Prints()
        self.woken = asyncio.Event()
        self.slack_is_up = True
        self.config = settings.Settings.model_validate(
            {"ops_channel": OPS, "_env_file": None, **(config or {})}
        )
        self.house = ports.Ports(
            runs=store.runs,
            fires=store.fires,
            pauses=store.pauses,
            clients=self.clients,
            executor=self.worker,
            audiences=self.audiences,
            identities=self.identities,
            prints=self.prints,
            composer=compose,
            incidents=Incidents(self.people),
            posts=store.outbox,
            spending=store.spending,
            ops=self.people,
            replies=Replies(self.people),
        )
        self.group = asyncio.TaskGroup()
        self.runner = self.boot()

    def boot(self) -> runner.Runner:
        """A runner that knows nothing but the store: a new process."""
        write = orders.Orders(
            self.config,
            self.store.spending,
            now=self.clock,
            credential={"ACME_BIGQUERY": "demo"}.get,
            scratch=Path("scratch"),
        )
        self.runner = runner.Runner(
            self.house,
            write,
            config=self.config,
            now=self.clock,
            group=self.group,
            wake=self.woken.set,
        )
        return self.runner

    async def sweep(self) -> datetime | None:
        """Sweep until nothing is under way, posting what is to be posted."""
        while True:
            self.woken.clear()
            wanted = await self.runner.sweep()
            await self._pump()
            if self.woken.is_set():
                continue
            if not self.runner.running:
                return wanted
            await self.woken.wait()

    async def live_until(self, end: datetime) -> None:
        """Let time pass, waking when the runner wants to be woken."""
        while True:
            wanted = await self.sweep()
            if wanted is None or wanted > end:
                break
            assert wanted > self.clock.now()
            self.clock.move_to(wanted)
        self.clock.move_to(end)
        await self.sweep()

    async def _pump(self) -> None:
        for one in await self.store.outbox.due(self.clock.now()):
            if self.slack_is_up and await self.store.outbox.begin(one.key, since="1.0"):
                await self.store.outbox.posted(one.key, ts="2.0", at=self.clock.now())

    async def pause(self, name: str, until: datetime | None = None) -> None:
        """What the operation does."""
        of, now = ids.ClientId(name), self.clock.now()
        await self.store.pauses.pause(of, until, by=CLAIRE, reason="", at=now)
        await self.runner.paused(of)

    async def resume(self, name: str) -> None:
        """What the operation does."""
        of = ids.ClientId(name)
        await self.store.pauses.resume(of, self.clock.now())
        await self.runner.resumed(of)

    async def ask(self, name: str, notation: str | None = None, key: str = "ask:1") -> acts.Asked:
        """A rerun from Slack, by Claire."""
        return await self.runner.request(
            acts.Request(
                client=ids.ClientId(name),
                report=WEEKLY,
                period=notation,
                trigger=run.Trigger.SLACK,
                key=key,
                by=CLAIRE,
                reply_channel=OPS,
            )
        )

    async def runs(self, name: str) -> list[run.Run]:
        """A client's runs, oldest first."""
        return list(await self.store.runs.latest(ids.ClientId(name)))[::-1]

    async def only(self, name: str) -> run.Run:
        """A client's one run."""
        (found,) = await self.runs(name)
        return found

    async def statuses(self, name: str) -> list[str]:
        """Of a client's runs, oldest first."""
        return [one.status.value for one in await self.runs(name)]

    async def posted(self, name: str, revision: int = 0) -> delivery.Delivery | None:
        """The delivery of a client's newest run's period."""
        of = (await self.runs(name))[-1]
        span = of.period
        key = f"report:{name}:{WEEKLY}:{span.start}:{span.end}:{revision}"
        return await self.store.outbox.get(key)


@asynccontextmanager
async def stage(
    store: Store,
    *of: client.Client,
    at: datetime = BEFORE,
    config: Mapping[str, object] | None = None,
) -> AsyncGenerator[Stage]:
    """A stage whose attempts have all ended, or are cut, when it is left."""
    made = Stage(store, *of, at=at, config=config)
    async with made.group:
        await made.runner.start()
        await made.runner.sweep()
        yield made
        await made.runner.drain(timedelta())
