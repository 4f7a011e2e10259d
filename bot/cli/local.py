"""The operations without a bot: the shell takes the database's lock itself (Settled 12).

What is asked is written down as ever; what needs Slack or a worker waits until a bot runs.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot import clock, errors, foresight, incidents, settings, wire
from bot.catalog import watch
from bot.domain import audience, client, ids, run, views
from bot.domain import foresight as nouns
from bot.executors import process
from bot.foresight import ports as ahead
from bot.operations import answers, control, facade, ports, shell
from bot.runs import orders, runner, trying
from bot.runs import ports as run_ports
from bot.sealed import writing
from bot.slack.screens import card, post
from bot.store import Store


@asynccontextmanager
async def opened(
    config: settings.Settings, *, executor: process.ProcessExecutor | None = None
) -> AsyncGenerator[control.Responder]:
    """Own the database and yield what answers questions; raises OwnedElsewhere, StoreError.

    ``executor``: where sources may be opened; None: nowhere.
    """
    ticking = ticker(config)
    clients = watch.Current(config.clients_dir, demo=config.demo, ops_channel=config.ops_channel)
    clients.refresh()
    async with Store.open(config.database) as store:
        ops_channel = None if config.ops_channel is None else ids.ChannelId(config.ops_channel)
        seen = _Audiences(store)
        cards = incidents.Incidents(
            store,
            clients=clients,
            audiences=seen,
            cards=card,
            clock=ticking,
            ops_channel=ops_channel,
        )
        write = _orders(config, store, ticking=ticking)
        running = runner.Runner(
            _ports(store, clients, cards=cards, seen=seen),
            write,
            config=config,
            now=ticking,
            group=asyncio.TaskGroup(),  # never entered: no sweep is made
            wake=_nothing,
        )
        needs = ports.Needs(
            store=store,
            runner=running,
            cards=cards,
            audiences=seen,
            stagger=config.stagger,
            faults=lambda: len(clients.faults),
            ops_channel=ops_channel,
            unseal=writing.Sealed(config.credentials_dir).remove,
            rotating=_rotating(config),
        )
        if executor is not None:
            needs = _tried(needs, trying.Trier(executor, write))
            opener = _Opener(executor, write)
            house = _ahead(store, clients, opener=opener, cards=cards, ticking=ticking)
            needs = replace(needs, look=_foresight(house, ticking).look)
        budget = config.monthly_ai_budget
        operations = facade.Operations(needs, clients_=clients, clock=ticking, budget=budget)
        yield shell.Shell(operations, store, wake=_nothing, health=_health)


def _tried(needs: ports.Needs, trier: trying.Trier) -> ports.Needs:
    return replace(needs, trial=trier, keep=trier.keep)


class _Opener:
    """Opens sources in a worker of the shell's own."""

    def __init__(self, executor: process.ProcessExecutor, write: orders.Orders) -> None:
        self._executor = executor
        self._orders = write

    async def __call__(self, of: client.Client) -> wire.Checked:
        return await self._executor.check(self._orders.check(of))


def _ahead(
    store: Store,
    clients: watch.Current,
    *,
    opener: _Opener,
    cards: incidents.Incidents,
    ticking: clock.Clock,
) -> ahead.Ports:
    return ahead.Ports(
        rows=store.foresight,
        known=foresight.Known(store.foresight, store.audit, now=ticking),
        pauses=store.pauses,
        clients=clients,
        opener=opener,
        channels=None,
        incidents=cards,
        room=_Silent(),
        notices=_Silent(),
    )


def _foresight(house: ahead.Ports, ticking: clock.Clock) -> foresight.Foresight:
    """Looks when it is asked; Slack is not."""
    return foresight.Foresight(
        house,
        plan=nouns.Plan(),
        now=ticking,
        group=asyncio.TaskGroup(),  # never entered: no sweep is made
        wake=_nothing,
    )


def _rotating(config: settings.Settings) -> ports.Rotating:
    """How credentials are replaced: what is entered here, nobody but who sits here enters."""
    return ports.Rotating(sealed=writing.Sealed(config.credentials_dir), rollback=config.rollback)


def ticker(config: settings.Settings) -> clock.Clock:
    """Return the clock the settings ask for."""
    if config.clock_file is None:
        return clock.SystemClock()
    return clock.MovedClock(config.clock_file)


def _ports(
    store: Store,
    clients: watch.Current,
    *,
    cards: incidents.Incidents,
    seen: "_Audiences",
) -> run_ports.Ports:
    return run_ports.Ports(
        runs=store.runs,
        fires=store.fires,
        pauses=store.pauses,
        clients=clients,
        executor=_NoWorker(),
        audiences=seen,
        identities=store.identities,
        prints=store.prints,
        composer=post.compose,
        incidents=cards,
        posts=store.deliveries,
        spending=store.ledger,
        ops=_Silent(),
        replies=_Silent(),
    )


def _orders(config: settings.Settings, store: Store, *, ticking: clock.Clock) -> orders.Orders:
    return orders.Orders(
        config,
        store.ledger,
        now=ticking,
        credential=settings.credential,
        scratch=Path("unused"),
    )


def _nothing() -> None:
    """Nobody is there to be woken."""


async def _health() -> answers.Health:
    return answers.Health(problems=("The bot is not running.",))


class _Audiences:
    """Who reads a channel, as was last seen; Slack is not asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def audience(self, channel: ids.ChannelId) -> audience.Audience:
        seen = await self._store.channels.get(channel)
        if seen is None:
            return audience.Audience(outside=True, known=False, confirmed=False)
        return audience.Audience(outside=seen.outside, known=True, confirmed=seen.is_confirmed)


class _NoWorker:
    """Nothing is run here: no sweep is ever made."""

    async def execute(
        self,
        order: wire.RunOrder,
        *,
        on_progress: run_ports.OnProgress | None = None,  # noqa: ARG002 - the Protocol's
    ) -> wire.RunOutcome:
        raise errors.StoreError(f"run {order.run} was started where no bot runs")


class _Silent:
    """Fills Ops and Replies, and what is never asked here: without Slack nobody is told, and the
    rows say it all.
    """

    async def missed(self, missed: Sequence[run.Run]) -> None:
        """Nobody is told."""

    async def held(self, held: run.Run, *, why: Sequence[str] = ()) -> None:
        """Nobody is told."""

    async def served(self, made: run.Run) -> None:
        """Nobody is told."""

    async def paused(self, by_us: run_ports.Pause) -> None:
        """Nobody is told."""

    async def decided(self, held: run.Run, *, choice: str, by: ids.UserId | None) -> None:
        """Nobody is told."""

    async def changed(
        self, change: views.ChangeView, *, channel: ids.ChannelId, user: ids.UserId
    ) -> None:
        """Nobody is told."""

    async def nothing_changed(self, asked: run.Run) -> None:
        """Nobody is told."""

    async def failed(self, asked: run.Run, failure: run.Failure) -> None:
        """Nobody is told."""

    def spare(self, of: client.Client, *, beside: Sequence[client.Client]) -> bool:  # noqa: ARG002 - the Protocol's
        """No look is begun here by itself."""
        return False

    async def ending(self, found: Sequence[nouns.Ending]) -> None:
        """Nobody is told."""
