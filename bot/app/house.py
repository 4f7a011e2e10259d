"""Every part, made once and joined: who stands on whom is said here and nowhere else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import handlers
from bot import clock, settings
from bot import store as stores
from bot.app import bolt, charts, foreseeing, guarding, joints, siege
from bot.catalog import watch
from bot.delivery import Deliveries
from bot.digest import Digest
from bot.domain import ids
from bot.executors import plain, process, walled
from bot.foresight import Foresight, Known
from bot.foresight import ports as ahead
from bot.incidents import Incidents, Places
from bot.ipc import guarded
from bot.operations import facade
from bot.operations import ports as needs
from bot.runs import orders, ports, runner, trying
from bot.sealed import writing
from bot.slack import connection, people, poster, preflight, web, windows
from bot.slack.screens import card, digest, post
from handlers import desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the house stands on: given, not made here."""

    config: settings.Settings
    clock: clock.Clock
    store: stores.Store
    group: asyncio.TaskGroup
    scratch: Path
    guard: guarded.Guard | None
    """What walls the runs in; None: nothing does."""
    wake: Callable[[], None]
    """Asks for a sweep soon."""

    @property
    def ops_channel(self) -> ids.ChannelId | None:
        """The operators' channel."""
        named = self.config.ops_channel
        return None if named is None else ids.ChannelId(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The two ways to Slack, and who we are there."""

    bot: web.Web
    app: web.Web
    identity: preflight.Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts that somebody outside still talks to."""

    clients: watch.Current
    guarding: guarding.Guarding
    runner: runner.Runner
    deliveries: Deliveries
    incidents: Incidents
    foresight: Foresight
    digest: Digest
    outward: joints.Outward
    operations: facade.Operations
    desk: handlers.Desk
    people: people.People
    poster: poster.Poster
    connection: connection.Connection
    siege: siege.Siege


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the rest stands on: made from the ground and the line alone."""

    clients: watch.Current
    poster: poster.Poster
    windows: windows.Windows
    people: people.People
    audiences: joints.Audiences
    outward: joints.Outward
    walls: walled.Walled | None
    executor: process.ProcessExecutor
    siege: siege.Siege


def build(ground: Ground, line: Line) -> House:
    """Make every part and join it. Nothing runs yet."""
    base = _base(ground, line)
    incidents = Incidents(
        ground.store,
        clients=base.clients,
        audiences=base.audiences,
        cards=card,
        clock=ground.clock,
        ops_channel=ground.ops_channel,
    )
    runner_ = _runner(ground, _ports(ground, base, incidents=incidents))
    looking = _foresight(ground, base, line=line, runner_=runner_, cards=incidents)
    operations = _operations(ground, base, runner_=runner_, cards=incidents, looking=looking)
    desk_ = _desk(ground, base, operations=operations)
    app = bolt.build(desk_, line.bot.sdk, identity=line.identity)
    return House(
        clients=base.clients,
        guarding=guarding.Guarding(
            base.walls, runner=runner_, outward=base.outward, now=ground.clock
        ),
        runner=runner_,
        deliveries=Deliveries(
            ground.store.deliveries,
            base.poster,
            clock=ground.clock,
            told=joints.Told(ground.store.runs, incidents, outward=base.outward, links=base.poster),
            charts=charts.Charts(base.executor),
        ),
        incidents=incidents,
        foresight=looking,
        digest=Digest(
            ground.store,
            clients=base.clients,
            screen=digest.draw,
            clock=ground.clock,
            channel=ground.ops_channel,
        ),
        outward=base.outward,
        operations=operations,
        desk=desk_,
        people=base.people,
        poster=base.poster,
        connection=connection.Connection(line.app, bolt.dispatch(app), time=ground.clock),
        siege=base.siege,
    )


def _base(ground: Ground, line: Line) -> _Base:
    clients = watch.Current(
        ground.config.clients_dir, demo=ground.config.demo, ops_channel=ground.config.ops_channel
    )
    readers = people.People(
        line.bot,
        team=line.identity.team,
        ops_channel=ground.config.ops_channel,
        time=ground.clock,
    )
    outward = joints.Outward(ground.store, clients, channel=ground.ops_channel, now=ground.clock)
    walls = None if ground.guard is None else walled.configured(ground.guard, ground.config)
    executor = process.ProcessExecutor(
        memory_mb=ground.config.run_memory_mb,
        starter=walls or plain.configured(ground.config),
        scratch=ground.scratch,
    )
    return _Base(
        clients=clients,
        poster=poster.Poster(line.bot, bot_user=line.identity.bot_user),
        windows=windows.Windows(line.bot),
        people=readers,
        audiences=joints.Audiences(readers, ground.store.channels, now=ground.clock),
        outward=outward,
        walls=walls,
        executor=executor,
        siege=siege.Siege(
            ground.guard,
            executor,
            now=ground.clock,
            warn=outward.warned,
            inside=ground.config.egress_private,
        ),
    )


def _ports(ground: Ground, base: _Base, *, incidents: Incidents) -> ports.Ports:
    return ports.Ports(
        runs=ground.store.runs,
        fires=ground.store.fires,
        pauses=ground.store.pauses,
        clients=base.clients,
        executor=base.executor,
        audiences=base.audiences,
        identities=ground.store.identities,
        prints=ground.store.prints,
        known=_known(ground),
        composer=post.compose,
        incidents=incidents,
        posts=ground.store.deliveries,
        spending=ground.store.ledger,
        ops=base.outward,
        replies=joints.Replies(base.poster, base.clients),
    )


def _desk(ground: Ground, base: _Base, *, operations: facade.Operations) -> handlers.Desk:
    return handlers.Desk(
        desk.House(
            operations=operations,
            people=base.people,
            poster=base.poster,
            windows=base.windows,
            group=ground.group,
            outward=base.outward,
            operators=ground.config.operators,
            ops_channel=ground.config.ops_channel,
            inbox=ground.store.inbox,
            clock=ground.clock,
        )
    )


def _orders(ground: Ground) -> orders.Orders:
    return orders.Orders(
        ground.config,
        ground.store.ledger,
        now=ground.clock,
        credential=settings.credential,
        scratch=ground.scratch,
    )


def _runner(ground: Ground, joined: ports.Ports) -> runner.Runner:
    return runner.Runner(
        joined,
        _orders(ground),
        config=ground.config,
        now=ground.clock,
        group=ground.group,
        wake=ground.wake,
    )


def _known(ground: Ground) -> Known:
    return Known(ground.store.foresight, ground.store.audit, now=ground.clock)


def _foresight(
    ground: Ground,
    base: _Base,
    *,
    line: Line,
    runner_: runner.Runner,
    cards: Incidents,
) -> Foresight:
    where = Places(clients=base.clients, audiences=base.audiences, ops_channel=ground.ops_channel)
    house = ahead.Ports(
        rows=ground.store.foresight,
        known=_known(ground),
        pauses=ground.store.pauses,
        clients=base.clients,
        opener=foreseeing.Opener(base.executor, _orders(ground), prints=ground.store.prints),
        channels=foreseeing.Channels(line.bot, ops_channel=ground.ops_channel),
        incidents=cards,
        room=runner_,
        notices=foreseeing.Notices(
            ground.store.deliveries, base.clients, where=where, now=ground.clock
        ),
    )
    return Foresight(
        house,
        plan=ground.config.preflight,
        now=ground.clock,
        group=ground.group,
        wake=ground.wake,
    )


def _operations(
    ground: Ground,
    base: _Base,
    *,
    runner_: runner.Runner,
    cards: Incidents,
    looking: Foresight,
) -> facade.Operations:
    trier = trying.Trier(base.executor, _orders(ground))
    return facade.Operations(
        needs.Needs(
            store=ground.store,
            runner=runner_,
            cards=cards,
            audiences=base.audiences,
            stagger=ground.config.stagger,
            faults=lambda: len(base.clients.faults),
            ops_channel=ground.ops_channel,
            isolation=lambda: base.siege.told,
            unseal=writing.Sealed(ground.config.credentials_dir).remove,
            look=looking.look,
            soon=looking.soon,
            trial=trier,
            keep=trier.keep,
            rotating=needs.Rotating(
                sealed=writing.Sealed(ground.config.credentials_dir),
                rollback=ground.config.rollback,
                paste=ground.config.paste == "on",
            ),
        ),
        clients_=base.clients,
        clock=ground.clock,
        budget=ground.config.monthly_ai_budget,
    )
