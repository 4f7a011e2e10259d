"""`reportops check`: every client's files, with each fault's place and remedy."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import click

from bot import clock, errors, settings
from bot.catalog import load
from bot.cli import USAGE, estimates, guarding, online, queries
from bot.domain import client
from bot.domain.walls import Came, Trial
from bot.executors import process, trial
from bot.kinds import versions


class Options(TypedDict):
    """What click hands over."""

    name: str | None
    clients_dir: Path | None
    walls: bool
    estimate: bool
    online: bool
    confirm: bool


@click.command()
@click.argument("name", metavar="[CLIENT]", required=False)
@click.option("--clients-dir", type=click.Path(path_type=Path), help="Instead of the settings'.")
@click.option(
    "--walls", is_flag=True, help="Attack this machine's walls from inside a run instead."
)
@click.option(
    "--estimate", is_flag=True, help="Ask BigQuery what each report's queries would read."
)
@click.option("--online", is_flag=True, help="Open the sources, and tell whose data each serves.")
@click.option("--confirm", is_flag=True, help="With --online: confirm what is told, unasked.")
def check(**typed: Unpack[Options]) -> None:
    """Check every client's files; exit code 2 where something is wrong.

    With --online: open each source of CLIENT, or of all, as a run would, and tell whose data it
    serves; on a terminal it is confirmed with y. No query is asked; exit code 1 where a source
    cannot be opened.

    With --walls: what holds between clients on this machine, an attack a line; exit code 1 where
    one comes through although its walls stand.

    With --estimate: what a run of each report would read and cost, by dry runs, which are free;
    exit code 1 where one cannot be told.
    """
    if typed["name"] and not typed["online"]:
        raise errors.UsageError("A client is named with --online; files are checked all together.")
    if typed["online"]:
        online.check(typed["name"], confirm=typed["confirm"])
        return
    config = settings.read()
    if typed["walls"]:
        _tell(_walls(config))
        return
    folder = typed["clients_dir"] or config.clients_dir
    if typed["estimate"]:
        estimates.tell(config.model_copy(update={"clients_dir": folder}))
        return
    real, demo = (
        load.load(folder, demo=marked, ops_channel=config.ops_channel) for marked in (False, True)
    )
    clients = {**real.clients, **demo.clients}
    refused = [fault for found in clients.values() for fault in queries.refused(found)]
    faults = sorted({str(fault) for fault in (*real.faults, *demo.faults, *refused)})
    for line in faults:
        click.echo(line)
    for line in _ending(clients.values()):
        click.echo(line)
    reports = sum(len(found.reports) for found in clients.values())
    if faults:
        click.echo(f"{_count(len(faults), 'fault')}; in order: {len(clients)}.", err=True)
        raise click.exceptions.Exit(USAGE)
    found = f"{_count(len(clients), 'client')} with {_count(reports, 'report')}"
    click.echo(f"{found}: all in order.")


def _ending(clients: Iterable[client.Client]) -> Iterator[str]:
    """Yield a line for each source whose API version ends soon or has ended."""
    today = clock.SystemClock().now().date()
    for found in clients:
        for source in found.sources.values():
            if said := versions.warning(source, today=today):
                yield f"{found.id}/client.yaml sources.{source.name}: {said}"


def _walls(config: settings.Settings) -> Trial:
    """Attack from inside a run, and from where the bot stands."""
    with trial.ground() as place:
        own = guarding.own_walls(place)
    found = asyncio.run(_attacked(config))
    return replace(found, attacks=(*found.attacks, *own))


async def _attacked(config: settings.Settings) -> Trial:
    with trial.ground() as place, guarding.started(config, clients=place) as guard:
        executor = process.ProcessExecutor(
            memory_mb=config.run_memory_mb, starter=guarding.starter(config, guard)
        )
        pids = () if guard is None else guard.pids.values()
        return await trial.attacked(executor, place=place, pids=pids)


def _tell(found: Trial) -> None:
    """Print the table, what is missing, and the level."""
    widest = max(len(one.name) for one in found.attacks)
    for one in found.attacks:
        click.echo(f"{one.name:<{widest}}  {one.came.value:<13} {one.how}".rstrip())
    click.echo()
    for layer, why in found.walls.missing.items():
        click.echo(f"missing: {layer.value} ({why})")
    stopped = sum(one.came is Came.STOPPED for one in found.attacks)
    click.echo(f"{stopped} of {len(found.attacks)} attacks stopped. Isolation: {found.level.value}")
    if found.breached:
        raise click.exceptions.Exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
