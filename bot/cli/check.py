"""`reportops check`: every client's files, with each fault's place and remedy."""

from pathlib import Path

import click

from bot import settings
from bot.catalog import load
from bot.cli import USAGE


@click.command()
@click.option("--clients-dir", type=click.Path(path_type=Path), help="Instead of the settings'.")
def check(clients_dir: Path | None) -> None:
    """Check every client's files; exit code 2 where something is wrong."""
    config = settings.read()
    folder = clients_dir or config.clients_dir
    real, demo = (
        load.load(folder, demo=marked, ops_channel=config.ops_channel) for marked in (False, True)
    )
    faults = sorted({str(fault): fault for fault in (*real.faults, *demo.faults)})
    for line in faults:
        click.echo(line)
    clients = {**real.clients, **demo.clients}
    reports = sum(len(found.reports) for found in clients.values())
    if faults:
        click.echo(f"{_count(len(faults), 'fault')}; in order: {len(clients)}.", err=True)
        raise click.exceptions.Exit(USAGE)
    found = f"{_count(len(clients), 'client')} with {_count(reports, 'report')}"
    click.echo(f"{found}: all in order.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
