"""`reportops client new globex`: a folder to start from; `remove globex`: the end of all of it."""

import shutil
from pathlib import Path

import click

from bot import errors, settings
from bot.catalog import agency, load, scaffold
from bot.cli import reach, text
from bot.operations import answers

_ASKS = """\
This ends every run of {name}, deletes its sealed credentials with their key, and what is stored of
it: reports, texts of messages, confirmed identities. It cannot be undone. Go on?"""


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


@client.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--folder", is_flag=True, help="Delete the client's folder too.")
def remove(name: str, *, yes: bool, folder: bool) -> None:
    """End the client NAME: its runs, its credentials, what is stored of it; prints a receipt.

    The audit trail and the ledger's sums stay. Called again, it finishes what was cut.
    """
    config = reach.configured()
    if not yes:
        click.confirm(_ASKS.format(name=name), abort=True)
    question = answers.Question(verb=answers.Verb.REMOVE, client=name)
    click.echo(text.of(reach.ask(question)))
    for line in _left(config, name, folder=folder):
        click.echo(line)


def _left(config: settings.Settings, name: str, *, folder: bool) -> list[str]:
    """Do or name what is the operator's: the folder, the agency's list, the copies."""
    told = [_folder(config.clients_dir, name, wanted=folder)]
    lent = agency.load(config.clients_dir.resolve()).entries.values()
    told += [
        f"Take {name} out of clients of {one.name} in {config.clients_dir / agency.FILE}."
        for one in lent
        if name in one.clients
    ]
    if config.backup_dir is not None:
        told.append(
            f"The copies in {config.backup_dir} hold it until the newest {config.backup_keep} were "
            "made after today; delete them if it must go now."
        )
    return told


def _folder(clients: Path, name: str, *, wanted: bool) -> str:
    place = clients / name
    if not place.exists() or not load.is_id(name):
        return f"The folder {place} is gone."
    if not wanted:
        return f"Delete its folder when nobody needs it: {place}"
    if place.is_symlink():
        return f"{place} leads elsewhere and is left alone: delete it where it is."
    try:
        shutil.rmtree(place)
    except OSError as error:
        message = f"{place} cannot be deleted: {error.strerror}. All else is done."
        raise errors.UsageError(message) from None
    return f"The folder {place} is deleted."
