"""`reportops client new globex`: a folder to start from."""

from pathlib import Path

import click

from bot import settings
from bot.catalog import scaffold


@click.group()
def client() -> None:
    """Clients' folders."""


@client.command()
@click.argument("name")
@click.option("--title", help="What people call the client; made from NAME without it.")
@click.option("--clients-dir", type=click.Path(path_type=Path), help="Instead of the settings'.")
def new(name: str, *, title: str | None, clients_dir: Path | None) -> None:
    """Make the folder of the client NAME, such as globex, with a commented example."""
    folder = clients_dir or settings.read().clients_dir
    for file in scaffold.new_client(folder, name, name=title):
        click.echo(f"wrote {file}")
    click.echo("Put the client's channel id into client.yaml, then: reportops check")
