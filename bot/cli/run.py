"""`reportops run`: one run from the shell, behind the same walls as every other.

Without --post it touches neither Slack nor the database. The result alone goes to stdout.
"""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NoReturn, TypedDict, Unpack
from zoneinfo import ZoneInfo

import click
import structlog

from bot import clock, errors, settings, wire
from bot.catalog import load
from bot.cli import guarding, local, outcome, plain, reach, start
from bot.domain import client, ids, periods, spec
from bot.domain import run as runs
from bot.executors import own, process
from bot.operations import answers, control, grammar, scope, standing
from bot.runs import orders

_log = structlog.get_logger(__name__)
_POLL_SECONDS = 0.3
_DEMO_DATA = " The data of the demo's clients is made by reportops demo, for itself alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed."""

    client: str
    report: str | None
    period: str | None
    as_of: date | None
    narrative: bool
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What that means."""

    client: client.Client
    report: spec.ReportSpec
    run: runs.Run


class Options(TypedDict):
    """What click hands over."""

    client: str
    report: str | None
    period: str | None
    as_of: str | None
    no_narrative: bool
    without: tuple[str, ...]
    output: outcome.Output
    post: bool
    clients_dir: Path | None


@click.command()
@click.argument("client")
@click.argument("report", required=False)
@click.option("--period", help="2026-W46, 2026-11, 2026-11-16 or 2026-Q4, as the report's kind is.")
@click.option("--as-of", "as_of", help="Pretend that it is this day, such as 2026-11-23.")
@click.option("--no-narrative", is_flag=True, help="Send nothing to a model; the template writes.")
@click.option("--without", multiple=True, help="Leave out a source whose queries are optional.")
@click.option(
    "--output",
    type=click.Choice(["text", "json", "blocks"]),
    default="text",
    help="text to read, json with every figure, or the Block Kit of the post.",
)
@click.option("--post", is_flag=True, help="Post it too, as a rerun from Slack would.")
@click.option("--clients-dir", type=click.Path(path_type=Path), help="Instead of the settings'.")
def run(**typed: Unpack[Options]) -> None:
    """Do one run of CLIENT's REPORT now and print it. REPORT may be left out where there is one.

    An optional source that is down is left out, and the report says so.

    Exit code 0: done; 1: the run failed; 2: wrong usage or configuration.
    """
    config = own.resolved(reach.configured())
    if typed["clients_dir"] is not None:
        config = config.model_copy(update={"clients_dir": typed["clients_dir"]})
    asked = Asked(
        client=typed["client"],
        report=typed["report"],
        period=typed["period"],
        as_of=grammar.parse_date(typed["as_of"]) if typed["as_of"] else None,
        narrative=not typed["no_narrative"],
        without=typed["without"],
    )
    if typed["post"]:
        _refuse_with_post(asked)
        state = asyncio.run(_post(config, asked))
        _tell(config, state, output=typed["output"])
        return
    found = look_up(config, asked)
    made = asyncio.run(_make(config, found, asked=asked))
    click.echo(outcome.printed(made, found.client, output=typed["output"]))


def look_up(config: settings.Settings, asked: Asked) -> Found:
    """Return the client, report and run that are meant; raises UsageError or ConfigurationError,
    also where that client's files have faults.
    """
    catalog = load.load(config.clients_dir, demo=config.demo, ops_channel=config.ops_channel)
    of = catalog.client(ids.ClientId(asked.client))
    if of is None:
        _no_client(config, catalog, name=asked.client)
    name = None if asked.report is None else ids.ReportName(asked.report)
    if name is not None and name not in of.reports:
        hint = grammar.suggestion(name, of.reports) or f" It has: {', '.join(of.reports)}."
        raise errors.UsageError(f"{of.id} has no report {name!r}.{hint}")
    report = scope.report_of(scope.Subject(client=of, report=name))
    for one in asked.without:
        if not report.does_without(one, gone=asked.without):
            raise errors.UsageError(f"{report.name} cannot be made without {one!r}.")
    return Found(client=of, report=report, run=_run(config, asked, of=of, report=report))


async def _make(config: settings.Settings, found: Found, *, asked: Asked) -> outcome.Made:
    """Run it in a process of its own; ends with exit code 1 where it fails."""
    with guarding.started(config) as guard:
        executor = process.ProcessExecutor(
            memory_mb=config.run_memory_mb, starter=guarding.starter(config, guard)
        )
        while True:
            order = await ordered(config, found, narrative=asked.narrative)
            came = await executor.execute(order, on_progress=_progress)
            if isinstance(came, wire.ReportMade):
                return outcome.Made(made=came, run=found.run)
            found = _left_out(came, found)


def _left_out(came: wire.RunFailed, found: Found) -> Found:
    """Leave out an optional source that is down, as the bot does in the end; else end with what
    failed.
    """
    failure, gone = came.failure, found.run.without
    name = failure.source or ""
    if name in gone or not found.report.does_without(name, gone=gone):
        _failed(came, found.client)
    if not errors.is_retryable(failure.code):
        _failed(came, found.client, hint=f" Or leave it out: --without {name}.")
    told = errors.describe(failure, source_label=standing.source_label(found.client, name))
    click.echo(f"{told} The report is made without it.", err=True)
    return replace(found, run=replace(found.run, without=(*gone, name)))


async def ordered(config: settings.Settings, found: Found, *, narrative: bool) -> wire.RunOrder:
    """Return the order of one run from the shell."""
    write = orders.Orders(
        config,
        _Unspent(),
        now=local.ticker(config),
        credential=settings.credential,
        scratch=Path("unused"),
    )
    return await write.order(found.run, found.client, attempt=1, narrative=narrative)


async def _post(config: settings.Settings, asked: Asked) -> answers.RunState:
    """Ask the running bot for a rerun, or be the bot until it is posted."""
    respond = reach.Remote(config)
    try:
        return await _posted(respond, asked)
    except control.NobodyThere:
        return await _being_the_bot(config, respond, asked=asked)


async def _being_the_bot(
    config: settings.Settings, respond: control.Responder, *, asked: Asked
) -> answers.RunState:
    """Start the bot in this process, ask it, and end it in its orderly way."""
    came: list[answers.RunState] = []
    faults: list[errors.ReportopsError] = []

    async def serve() -> None:
        try:
            with guarding.started(config) as guard:
                await start.app().serve(config, guard=guard)
        except errors.ReportopsError as error:
            faults.append(error)

    async with asyncio.TaskGroup() as group:
        bot = group.create_task(serve())
        try:
            if await _stands(config, bot):
                came.append(await _posted(respond, asked))
        except errors.ReportopsError as error:
            faults.append(error)
        finally:
            if not bot.done():
                signal.raise_signal(signal.SIGTERM)
    if faults:
        raise faults[0]
    return came[0]


async def _stands(config: settings.Settings, bot: asyncio.Task[None]) -> bool:
    """Wait until the bot answers; False: it ended before."""
    while not bot.done():
        with suppress(control.NobodyThere):
            await control.call(config.database, answers.Question(verb=answers.Verb.HEALTH))
            return True
        await asyncio.sleep(_POLL_SECONDS)
    return False


async def _posted(respond: control.Responder, asked: Asked) -> answers.RunState:
    names = (asked.client,) if asked.report is None else (asked.client, asked.report)
    request = grammar.Request(verb=grammar.Verb.RERUN, names=names, period=asked.period)
    shell = control.shell()
    begun = await respond(answers.Question(request=request), shell)
    if not isinstance(begun, answers.Done) or not begun.runs:
        raise errors.StoreError("the bot gave another answer than was asked for")
    question = answers.Question(verb=answers.Verb.RUN, run=begun.runs[-1])
    while True:
        state = await respond(question, shell)
        if isinstance(state, answers.RunState) and state.settled:
            return state
        await asyncio.sleep(_POLL_SECONDS)


def _tell(config: settings.Settings, state: answers.RunState, *, output: outcome.Output) -> None:
    """Print what was made, as without --post; what became of it stands beside the object."""
    if state.status is not runs.Status.SUCCEEDED:
        reach.fail(plain(state.text))
    of = None
    if state.run is not None and state.made is not None:
        of = load.load(config.clients_dir, demo=config.demo).client(state.run.client)
    if of is not None and state.run is not None and state.made is not None:
        made = outcome.Made(made=state.made, run=state.run)
        click.echo(outcome.printed(made, of, output=output))
    click.echo(plain(state.text), err=output != "text")


class _Unspent:
    """Without a database no budget is kept; one run from the shell is somebody's own decision."""

    async def model_cost(
        self,
        start: datetime,  # noqa: ARG002 - the Protocol's
        end: datetime,  # noqa: ARG002
        *,
        client: ids.ClientId | None = None,  # noqa: ARG002
    ) -> Decimal:
        return Decimal(0)

    async def counted(self, run_id: ids.RunId) -> Mapping[str, int]:  # noqa: ARG002
        return {}


def _run(
    config: settings.Settings, asked: Asked, *, of: client.Client, report: spec.ReportSpec
) -> runs.Run:
    now = local.ticker(config).now()
    as_of = now if asked.as_of is None else _on(asked.as_of, now, zone=of.timezone)
    today = clock.local_date(as_of, of.timezone)
    try:
        period = (
            periods.last_complete(report.period, today=today)
            if asked.period is None
            else periods.parse(asked.period, report.period, today=today)
        )
    except ValueError as error:
        raise errors.UsageError(f"{error}.") from None
    return runs.Run(
        id=ids.RunId(ids.new_id()),
        client=of.id,
        report=report.name,
        key=f"cli:{ids.new_id()}",
        trigger=runs.Trigger.SHELL,
        period=period,
        as_of=as_of,
        status=runs.Status.RUNNING,
        created_at=now,
        attempts=1,
        without=asked.without,
    )


def _on(day: date, now: datetime, *, zone: str) -> datetime:
    """This time of day on another day, in the client's zone."""
    local_time = now.astimezone(ZoneInfo(zone)).time()
    return datetime.combine(day, local_time, ZoneInfo(zone)).astimezone(UTC)


def _refuse_with_post(asked: Asked) -> None:
    if asked.as_of is not None or not asked.narrative or asked.without:
        raise errors.UsageError(
            "--post makes the report that clients get: it takes --period, but none of --as-of, "
            "--no-narrative and --without."
        )


def _no_client(config: settings.Settings, catalog: load.Catalog, *, name: str) -> NoReturn:
    faults = [fault for fault in catalog.faults if fault.client == name]
    if faults:
        raise errors.ConfigurationError(scope.faulty(name, faults))
    other = load.load(config.clients_dir, demo=not config.demo)
    if ids.ClientId(name) in other.clients:
        where = "only where REPORTOPS_DEMO=1 is set" if not config.demo else "not in the demo"
        raise errors.UsageError(f"{name} runs {where}.")
    hint = grammar.suggestion(name, list(catalog.clients))
    known = f" There are: {', '.join(catalog.clients)}." if catalog.clients else ""
    raise errors.UsageError(f"There is no client {name!r} in {config.clients_dir}.{hint or known}")


def _failed(came: wire.RunFailed, of: client.Client, *, hint: str = "") -> NoReturn:
    failure = came.failure
    label = standing.source_label(of, failure.source)
    remedy = errors.remedy(failure, source_label=label)
    next_step = standing.by_hand(remedy, again="run it again")
    said = f" It said: “{failure.said}”." if failure.said else ""
    made = _DEMO_DATA if of.demo and failure.code is runs.FailureCode.FILE_MISSING else ""
    reach.fail(
        f"The run failed: {errors.describe(failure, source_label=label)}{said}"
        f" {next_step}{hint}{made}"
        f"{'' if came.walls is None else f' Isolation: {came.walls.told}.'}"
    )


def _progress(stage: str) -> None:
    _log.info("run_stage", stage=stage)
