"""`reportops key`: the master key of the sealed credentials."""

import sys
from pathlib import Path

import click

from bot import errors, settings
from bot.executors import sealing
from bot.sealed import age, master, rekey


@click.group()
def key() -> None:
    """The master key, which opens the keys that clients' credentials are sealed to."""


@key.command()
def new() -> None:
    """Make the master key and print it, once; nothing here keeps it."""
    made = rekey.new(_folder())
    click.echo(made.identity)
    _say("This is the master key, and it is printed this once. Who loses it loses every sealed")
    _say("credential; who has it and the disk has them all.")
    _say(master.WHERE)
    _say("Then start the bot again, and seal a credential: reportops credential set CLIENT SOURCE")


@key.command()
def show() -> None:
    """Show the public half of the master key, and which keys it opens. Exit code 1: not all."""
    told = sealing.found(settings.read())
    found = rekey.show(Path(told.folder), master=told.master)
    if not found.recipient:
        raise errors.UsageError("There is no master key. Make one: reportops key new")
    click.echo(f"master key: {found.recipient}")
    if not found.given:
        click.echo(f"None was given to look with. {master.WHERE}")
        return
    if found.given != found.recipient:
        click.echo(f"given:      {found.given}, which is another")
    total = len(found.opened) + len(found.foreign) + len(found.damaged)
    click.echo(f"It opens {len(found.opened)} of {total} keys.")
    for words, owners in (
        ("sealed to another master key", found.foreign),
        ("damaged", found.damaged),
    ):
        for owner in owners:
            click.echo(f"{owner}: {words}")
    if found.given != found.recipient or len(found.opened) != total:
        raise click.exceptions.Exit(1)


@key.command()
@click.option("--new-key", type=click.Path(allow_dash=True), help="-: read the new one from stdin.")
def rotate(new_key: str | None) -> None:
    """Seal every owner's key to a new master key; the old one is the one that is given now.

    Nothing is lost where it is ended half-way: call it again with the same two keys, the new one by
    --new-key -.
    """
    told = sealing.found(settings.read())
    if told.master is None:
        raise errors.UsageError(f"The old master key is needed. {master.WHERE}")
    made = _given(new_key) if new_key is not None else _made()
    count = rekey.rotate(Path(told.folder), old=told.master, new=made)
    noun = "key" if count == 1 else "keys"
    _say(f"{count} {noun} sealed again; the new master key opens each of them, and the old none.")
    _say("Give it to the bot in place of the old one, and start the bot again.")


def _made() -> str:
    """A new one, which somebody has put away before anything is changed."""
    made = age.generate().identity
    click.echo(made)
    _say("This is the new master key, and it is printed this once.")
    click.confirm("Is it put away safely? Nothing has been changed yet", abort=True, err=True)
    return made


def _given(option: str) -> str:
    if option != "-":
        raise errors.UsageError("The new key is read from stdin alone: --new-key -")
    text = sys.stdin.read().strip()
    try:
        age.recipient(text)
    except age.NotAKeyError as error:
        raise errors.UsageError(f"What stdin gave is not used: {error}.") from None
    return text


def _folder() -> Path:
    return settings.read().credentials_dir.resolve()


def _say(line: str) -> None:
    """To people; stdout has the key alone, for whoever pipes it on."""
    click.echo(line, err=True)
