"""`reportops check --estimate`: what each report's queries would read, told by dry runs."""

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import cast

import click

from bot import errors, settings, wire
from bot.catalog import load
from bot.cli import guarding, run
from bot.executors import process
from bot.kinds import KINDS
from bot.operations import standing

_STEP = 1000
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_LIMIT = "maximum_bytes_billed"


def tell(config: settings.Settings) -> None:
    """Print a line a query; ends with exit code 1 where a report's queries cannot be told."""
    found = tuple(_reports(config))
    if not found:
        click.echo("No report asks a source that can tell beforehand; BigQuery can.")
        return
    failed = asyncio.run(_told(config, found))
    if failed:
        raise click.exceptions.Exit(1)


def _reports(config: settings.Settings) -> Iterator[run.Found]:
    """Every report with a source that can tell."""
    catalog = load.load(config.clients_dir, demo=config.demo, ops_channel=config.ops_channel)
    for of in catalog.clients.values():
        for name, report in of.reports.items():
            asked = (of.sources[one.source] for one in (*report.queries, *report.breakdowns))
            if any(KINDS[source.kind].estimates for source in asked):
                words = run.Asked(
                    client=of.id, report=name, period=None, as_of=None, narrative=False
                )
                yield run.look_up(config, words)


async def _told(config: settings.Settings, found: Sequence[run.Found]) -> int:
    """How many could not be told."""
    failed, cost = 0, Decimal(0)
    with guarding.started(config) as guard:
        executor = process.ProcessExecutor(
            memory_mb=config.run_memory_mb, starter=guarding.starter(config, guard)
        )
        for one in found:
            order = await run.ordered(config, one, narrative=False)
            try:
                came = await executor.estimate(order)
            except errors.RunError as error:
                failed += 1
                click.echo(f"{_name(one)}: {_why(one, error)}", err=True)
                continue
            cost += sum((told.cost for told in came.estimates), Decimal(0))
            for told in came.estimates:
                click.echo(_line(one, told))
    count = len(found) - failed
    if not count:
        return failed
    noun = "report" if count == 1 else "reports"
    click.echo(f"One run of each of {count} {noun} would cost about ${cost:.4f}.")
    return failed


def _name(found: run.Found) -> str:
    return f"{found.client.id} {found.report.name}"


def _why(found: run.Found, error: errors.RunError) -> str:
    label = standing.source_label(found.client, error.failure.source)
    return errors.describe(error.failure, source_label=label)


def _line(found: run.Found, told: wire.Estimate) -> str:
    most = cast("int", found.client.sources[told.source].settings.get(_LIMIT, 0))
    line = f"{_name(found)}: {told.query} reads {_size(told.bytes)}, about ${told.cost:.4f} a run"
    if most and told.largest > most:
        return f"{line}; one period reads {_size(told.largest)}, {_LIMIT} is {_size(most)}: refused"
    return line


def _size(count: int) -> str:
    amount, units = Decimal(count), list(_UNITS)
    while amount >= _STEP and units[1:]:
        amount, units = amount / _STEP, units[1:]
    return f"{amount:.1f}".rstrip("0").rstrip(".") + f" {units[0]}"
