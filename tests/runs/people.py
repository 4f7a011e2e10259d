"""The people and things around the runner: they do as told, and write down what they hear."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from bot import wire
from bot.domain import (
    audience,
    client,
    credential,
    delivery,
    identity,
    ids,
    money,
    pause,
    period,
    run,
    spec,
    views,
)
from bot.domain.report import Identity, Report
from bot.runs import ports, serving
from tests import samples

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""06:00 in Paris: the fire of every sample."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEKLY = samples.WEEKLY
FLAKY = run.Failure(code=run.FailureCode.SOURCE_FAULT, source="shop")
REVOKED = run.Failure(code=run.FailureCode.CREDENTIAL_REFUSED, source="warehouse")

Does = run.Failure | str | Exception
"""What the worker makes of an order: a failure, a report with this revenue, or an exception."""


class Worker:
    """Executes orders as told: per client a list, then reports of 48210."""

    def __init__(self) -> None:
        self.script: dict[str, list[Does]] = {}
        self.serves: dict[str, tuple[Identity, ...]] = {}
        """What a client's sources tell of themselves."""
        self.opens: dict[str, tuple[credential.Seen, ...]] = {}
        """What a client's credentials are seen to be."""
        self.orders: list[tuple[datetime, wire.RunOrder]] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_once = 0
        self.most_at_once = 0
        self.usage: tuple[money.Usage, ...] = ()
        self.now: Callable[[], datetime] = lambda: MONDAY

    async def execute(
        self, order: wire.RunOrder, *, on_progress: ports.OnProgress | None = None
    ) -> wire.RunOutcome:
        self.orders.append((self.now(), order))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.set()
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        if on_progress is not None:
            on_progress("sources")
        script = self.script.get(order.client.id)
        does = script.pop(0) if script else "48210"
        if isinstance(does, Exception):
            raise does
        if isinstance(does, run.Failure):
            seen = self.opens.get(order.client.id, ())
            return wire.RunFailed(failure=does, timings={"total": 5}, seen=seen)
        told = self.serves.get(order.client.id, ())
        made = replace(report(order, does), identities=told)
        return wire.ReportMade(
            report=made,
            usage=self.usage,
            timings={"total": 5},
            seen=self.opens.get(order.client.id, ()),
        )

    def times(self, client_id: str) -> list[int]:
        """Minutes after Monday's fire at which the client's attempts began, rounded."""
        return [
            round((at - MONDAY) / MINUTE) for at, one in self.orders if one.client.id == client_id
        ]


def report(order: wire.RunOrder, revenue: str) -> Report:
    """A report whose revenue is as given."""
    first, *rest = samples.METRICS
    return replace(
        samples.REPORT,
        client=order.client.id,
        name=order.report,
        period=order.period,
        metrics=(replace(first, value=Decimal(revenue)), *rest),
    )


@dataclass
class People:
    """Incidents, operators and requesters: they write down what they are told."""

    failures: list[tuple[str, run.Status]] = field(default_factory=list[tuple[str, run.Status]])
    changes: list[tuple[str, run.Status]] = field(default_factory=list[tuple[str, run.Status]])
    missed_fires: list[str | None] = field(default_factory=list[str | None])
    messages: list[ids.RunId] = field(default_factory=list[ids.RunId])
    pauses: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])
    redrawn: list[str] = field(default_factory=list[str])
    holds: list[str] = field(default_factory=list[str])
    asked: list[ids.RunId] = field(default_factory=list[ids.RunId])
    """Whose data an internal client's run was served."""
    why: list[str] = field(default_factory=list[str])
    """What was wrong with figures that are absurd."""
    choices: list[tuple[str, ids.UserId | None]] = field(
        default_factory=list[tuple[str, ids.UserId | None]]
    )
    previews: list[tuple[views.ChangeView, ids.UserId]] = field(
        default_factory=list[tuple[views.ChangeView, ids.UserId]]
    )
    unchanged: list[ids.RunId] = field(default_factory=list[ids.RunId])
    told_failed: list[ids.RunId] = field(default_factory=list[ids.RunId])
    deaf: bool = False
    """Telling them anything fails."""

    def hear(self) -> None:
        if self.deaf:
            raise OSError("Slack is not there")

    async def missed(self, missed: Sequence[run.Run]) -> None:
        self.hear()
        self.messages.append(missed[0].id)
        self.missed_fires.extend(one.scheduled_for for one in missed)

    async def held(self, held: run.Run, *, why: Sequence[str] = ()) -> None:
        self.why += why
        self.holds.append(held.hold)

    async def served(self, made: run.Run) -> None:
        self.asked.append(made.id)

    async def decided(self, held: run.Run, *, choice: str, by: ids.UserId | None) -> None:
        self.choices.append((choice, by))

    async def paused(self, by_us: pause.Pause) -> None:
        self.hear()
        self.pauses.append((by_us.client, by_us.reason, by_us.resumed_at is not None))

    async def nothing_changed(self, asked: run.Run) -> None:
        self.unchanged.append(asked.id)


class Incidents:
    """Fills ports.Incidents."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def failed(self, stopped: run.Run, failure: run.Failure) -> None:
        self._people.failures.append((stopped.client, stopped.status))

    async def changed(self, stopped: run.Run) -> None:
        self._people.hear()
        self._people.changes.append((stopped.client, stopped.status))

    async def refresh(self, client_id: ids.ClientId) -> None:
        self._people.redrawn.append(client_id)


class Replies:
    """Fills ports.Replies."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def changed(
        self, change: views.ChangeView, *, channel: ids.ChannelId, user: ids.UserId
    ) -> None:
        self._people.previews.append((change, user))

    async def nothing_changed(self, asked: run.Run) -> None:
        self._people.unchanged.append(asked.id)

    async def failed(self, asked: run.Run, failure: run.Failure) -> None:
        self._people.told_failed.append(asked.id)


class Clients:
    """Fills ports.Clients."""

    def __init__(self, *of: client.Client) -> None:
        self.now = {one.id: one for one in of}

    def clients(self) -> Sequence[client.Client]:
        return tuple(self.now.values())

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        return self.now.get(client_id)


class Audiences:
    """Fills ports.Audiences: nobody from outside, unless told."""

    def __init__(self) -> None:
        self.outside: dict[ids.ChannelId, audience.Audience] = {}

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        nobody = audience.Audience(outside=False, known=True, confirmed=False)
        return self.outside.get(channel, nobody)


class Identities:
    """Fills ports.Identities: what the files say is confirmed, unless nobody is trusted."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.trusting = True
        self.kept: dict[tuple[str, str], identity.Confirmed] = {}

    async def all(self) -> Sequence[identity.Confirmed]:
        if self.trusting:
            for of in self._clients.clients():
                seen = [serving.completed(None, source) for source in of.sources.values()]
                await self.confirm(of.id, seen, by=ids.UserId("U0CLAIRE"), at=MONDAY)
        return tuple(self.kept.values())

    async def confirm(
        self, client: ids.ClientId, seen: Collection[Identity], *, by: ids.UserId, at: datetime
    ) -> None:
        for one in seen:
            told = identity.Confirmed(client=client, identity=one, by=by, at=at)
            self.kept[client, one.source] = told


class Prints:
    """Fills leaks.Prints."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], credential.Seen] = {}

    async def pepper(self) -> str:
        return "pepper"

    async def keep(
        self, seen: Mapping[str, Sequence[credential.Seen]], *, at: datetime
    ) -> Mapping[str, str]:
        shared: dict[str, str] = {}
        for owner, several in seen.items():
            for one in several:
                for (other, _), theirs in self.kept.items():
                    if other != owner and {*theirs.own} & {*one.own}:
                        shared[one.reference] = other
                if one.reference not in shared:
                    self.kept[owner, one.reference] = one
        return shared

    async def known(self, owners: Sequence[str]) -> frozenset[str]:
        return frozenset(
            mark for (owner, _), one in self.kept.items() if owner in owners for mark in one.prints
        )


def compose(
    found: Report, *, run: run.Run, client: client.Client, corrected: bool
) -> tuple[delivery.Body, ...]:
    """The post in one line."""
    mark = " (corrected)" if corrected else " (late)" if run.late else ""
    return (delivery.Body(text=f"{client.name}: revenue {found.metrics[0].value}{mark}"),)


def customer(
    name: str,
    *,
    cron: str = "0 6 * * 1",
    post_at: time | None = None,
    deliver_by: time | None = None,
    rule: period.PeriodRule | None = None,
    catch_up: timedelta = timedelta(hours=12),
    zone: str = "Europe/Paris",
    internal: bool = False,
) -> client.Client:
    """A client with one report."""
    asked = replace(
        samples.REPORT_SPEC,
        schedule=spec.ScheduleSpec(
            cron=cron, post_at=post_at, deliver_by=deliver_by, catch_up=catch_up
        ),
        period=rule or samples.REPORT_SPEC.period,
    )
    return replace(
        samples.CLIENT,
        id=ids.ClientId(name),
        name=name.title(),
        channel=ids.ChannelId(f"C0{name.upper()}"),
        timezone=zone,
        stage=client.Stage.INTERNAL if internal else client.Stage.LIVE,
        reports={WEEKLY: asked},
    )
