"""A whole house for the operations: the real store, runner and incidents; only Slack and the
worker are silent.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot import access, clock, errors, incidents, settings, wire
from bot.domain import audience, client, delivery, foresight, ids, incident, period, run, views
from bot.domain.kept import Keep
from bot.foresight import Looked
from bot.operations import facade, ports, scope
from bot.runs import orders, runner
from bot.runs import ports as run_ports
from bot.sealed import age, places, writing
from bot.slack.screens import card, post
from bot.store import Store
from tests import samples
from tests.store import make

ACME = replace(samples.CLIENT, channel=ids.ChannelId("C0ACMEREPORT"))
GLOBEX = replace(
    samples.CLIENT,
    id=ids.ClientId("globex"),
    name="Globex",
    channel=ids.ChannelId("C0PVCPREPORT"),
    owner=None,
    reports={
        name: replace(samples.REPORT_SPEC, name=ids.ReportName(name), title=f"{name} figures")
        for name in map(ids.ReportName, ("weekly", "daily"))
    },
)
OPS = ids.ChannelId("C0REPORTOPS")
REFUSED = "not something you can do here|Slack does not tell me just now who you are"
"""What those are told who may not: people, and those whom Slack does not name."""
CLAIRE, TOM, MALIK = (ids.UserId(name) for name in ("U0CLAIRE", "U0TOM", "U0MALIK"))


class Clients:
    """The clients as a test says; fills ports.Clients."""

    def __init__(self, *found: client.Client) -> None:
        self.by_id = {one.id: one for one in found}
        self.faults: tuple[views.Fault, ...] = ()

    def clients(self) -> Sequence[client.Client]:
        return tuple(self.by_id.values())

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        return self.by_id.get(client_id)


class Audiences:
    """Nobody from outside, unless a test says so."""

    def __init__(self) -> None:
        self.outside = False

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        return audience.Audience(outside=self.outside, known=True, confirmed=False)


class Silent:
    """Fills what tells people, and the worker that nobody starts."""

    async def missed(self, missed: Sequence[run.Run]) -> None: ...
    async def held(self, held: run.Run, *, why: Sequence[str] = ()) -> None: ...
    async def decided(self, held: run.Run, *, choice: str, by: ids.UserId | None) -> None: ...
    async def served(self, made: run.Run) -> None: ...
    async def paused(self, by_us: run_ports.Pause) -> None: ...
    async def changed(
        self, change: views.ChangeView, *, channel: ids.ChannelId, user: ids.UserId
    ) -> None: ...
    async def nothing_changed(self, asked: run.Run) -> None: ...
    async def failed(self, asked: run.Run, failure: run.Failure) -> None: ...
    async def execute(
        self, order: wire.RunOrder, *, on_progress: run_ports.OnProgress | None = None
    ) -> wire.RunOutcome:
        raise AssertionError("no test here starts a worker")


class Trier:
    """Serves what a test says for each credential reference, and remembers what it was asked."""

    def __init__(self) -> None:
        self.serves: dict[str, wire.Source | run.Failure] = {}
        self.asked: list[tuple[str, Mapping[ids.ReportName, period.Period]]] = []
        self.hurried: list[tuple[str, ids.ClientId | None]] = []
        """Of what a look at once was asked for."""
        self.writes: list[Keep] = []
        self.store: dict[str, str] = {}
        """Credential reference → the version that its own store has in force."""
        self.fails: list[errors.ReportopsError] = []
        """What the next writes end with."""
        self.may = asyncio.Event()
        """Cleared: it takes its time."""
        self.may.set()

    async def __call__(
        self,
        of: client.Client,
        source: str,
        *,
        reference: str,
        periods: Mapping[ids.ReportName, period.Period],
    ) -> wire.Source:
        self.asked.append((reference, periods))
        await self.may.wait()
        found = self.serves[reference]
        if isinstance(found, run.Failure):
            raise errors.RunError(found)
        return found

    def soon(self, reference: str, *, of: ids.ClientId | None) -> None:
        self.hurried.append((reference, of))

    async def keep(self, of: client.Client, source: str, *, what: Keep) -> str:
        """As runs.trying.Trier.keep: a store whose versions are numbers."""
        assert of.sources[source].credential == what.into
        there = self.store.get(what.into, "")
        if what.text is None:
            return there
        if self.fails:
            raise self.fails.pop()
        assert what.over in {None, there}
        self.writes.append(what)
        self.store[what.into] = str(int(there or 0) + 1)
        return self.store[what.into]


@dataclass(kw_only=True)
class House:
    """Everything, joined."""

    store: Store
    clients: Clients
    audiences: Audiences
    clock: clock.HeldClock
    cards: incidents.Incidents
    runner: runner.Runner
    operations: facade.Operations
    needs: ports.Needs
    trier: Trier
    sealed: writing.Sealed
    asked: list[str] = field(default_factory=list[str])

    async def failed(
        self, *, failure: run.Failure = make.REFUSED, of: client.Client = ACME
    ) -> tuple[run.Run, incident.Incident]:
        """A run whose only attempt failed for good, and the incident it opened."""
        wanted = replace(make.a_run(), client=of.id)
        await self.store.runs.claim(wanted)
        await self.store.runs.begin(wanted.id, at=self.clock.now(), by=None)
        ended = await self.store.runs.end(wanted.id, make.stopped(failure), attempt=1)
        await self.cards.failed(ended, failure)
        found = await self.store.incidents.open_of_run(wanted.id)
        assert found is not None
        return ended, found

    async def sent(self, *, of: client.Client = ACME, channel: str | None = None) -> run.Run:
        """A run whose report stands in its channel."""
        wanted = replace(make.a_run(), client=of.id)
        await self.store.runs.claim(wanted)
        await self.store.runs.begin(wanted.id, at=self.clock.now(), by=None)
        await self.store.runs.end(wanted.id, make.made(), attempt=1)
        key = f"report:{wanted.id}"
        shown = delivery.Delivery(
            key=key,
            kind=delivery.Kind.REPORT,
            client=of.id,
            report=wanted.report,
            period_start=wanted.period.start,
            period_end=wanted.period.end,
            run=wanted.id,
            channel=ids.ChannelId(channel) if channel else of.channel,
            bodies=(delivery.Body(text="the report"),),
            created_at=self.clock.now(),
        )
        assert await self.store.runs.enter_posting(wanted.id, shown)
        await self.store.deliveries.begin(key, since=make.SINCE)
        at = self.clock.now() + timedelta(minutes=2)
        await self.store.deliveries.posted(key, ts=make.TS, at=at)
        found = await self.store.runs.get(wanted.id)
        assert found is not None
        return found

    async def trail(self) -> Sequence[tuple[str, str, str | None]]:
        """Who did what to which client, newest first."""
        return [(one.who, one.what, one.client) for one in await self.store.audit.latest()]


@asynccontextmanager
async def opened(
    folder: Path, *found: client.Client, config: settings.Settings | None = None
) -> AsyncGenerator[House]:
    """Build it over a fresh database; without clients it has Acme and Globex."""
    ticking = clock.HeldClock(samples.AS_OF)
    clients, seen = Clients(*(found or (ACME, GLOBEX))), Audiences()
    set_up = config or settings.Settings(ops_channel=OPS)
    async with Store.open(folder / "reportops.db") as store:
        cards = incidents.Incidents(
            store, clients=clients, audiences=seen, cards=card, clock=ticking, ops_channel=OPS
        )
        running = _runner(store, clients, seen, cards, set_up, ticking)
        trier, sealed = Trier(), _sealed(folder / "credentials")
        needs = ports.Needs(
            store=store,
            runner=running,
            cards=cards,
            audiences=seen,
            stagger=set_up.stagger,
            faults=lambda: 0,
            ops_channel=OPS,
            isolation=lambda: "strong",
            trial=trier,
            keep=trier.keep,
            rotating=_rotating(sealed, set_up),
            look=_look,
            soon=trier.soon,
        )
        operations = facade.Operations(needs, clients_=clients, clock=ticking)
        yield House(
            store=store,
            clients=clients,
            audiences=seen,
            clock=ticking,
            cards=cards,
            runner=running,
            operations=operations,
            needs=needs,
            trier=trier,
            sealed=sealed,
        )


def _rotating(sealed: writing.Sealed, config: settings.Settings) -> ports.Rotating:
    return ports.Rotating(sealed=sealed, rollback=config.rollback, paste=config.paste == "on")


async def _look(of: client.Client) -> Looked:
    look = foresight.Look(client=of.id, at=make.NOW, sources=dict.fromkeys(of.sources))
    return Looked(look=look)


def _runner(
    store: Store,
    clients: Clients,
    seen: Audiences,
    cards: incidents.Incidents,
    config: settings.Settings,
    ticking: clock.Clock,
) -> runner.Runner:
    """The real runner, of which nobody asks a sweep."""
    quiet = Silent()
    joined = run_ports.Ports(
        runs=store.runs,
        fires=store.fires,
        pauses=store.pauses,
        clients=clients,
        executor=quiet,
        audiences=seen,
        identities=store.identities,
        prints=store.prints,
        composer=post.compose,
        incidents=cards,
        posts=store.deliveries,
        spending=store.ledger,
        ops=quiet,
        replies=quiet,
    )
    write = orders.Orders(
        config, store.ledger, now=ticking, credential=_nothing, scratch=Path("unused")
    )
    return runner.Runner(
        joined,
        write,
        config=config,
        now=ticking,
        group=asyncio.TaskGroup(),
        wake=lambda: None,
    )


def _sealed(folder: Path) -> writing.Sealed:
    """A folder of sealed credentials, to a master key that nobody has."""
    places.write(places.Places(root=folder).master, age.generate().recipient.encode())
    return writing.Sealed(folder)


def _nothing(name: str) -> str | None:
    return None


_PLACES: Mapping[str, access.Place] = {
    "ops": access.Place(channel=OPS, ops=True),
    "direct": access.Place(channel=ids.ChannelId("D0DIRECT"), direct=True),
    "acme": access.Place(channel=ACME.channel),
    "globex": access.Place(channel=GLOBEX.channel),
    "elsewhere": access.Place(channel=ids.ChannelId("C0ELSEWHERE")),
    "shell": access.Place(),
}


def asker(
    kind: access.Kind = access.Kind.OPERATOR,
    where: str = "ops",
    *,
    who: str = CLAIRE,
    request: str | None = None,
) -> scope.Asker:
    """Somebody who asks, somewhere."""
    actor = access.Actor(who=who, kind=kind, place=_PLACES[where])
    via = "shell" if kind is access.Kind.SHELL else "command"
    return scope.Asker(actor=actor, via=via, request=request or ids.new_id())
