"""`reportops backup` and `reportops restore`: copies of the database."""

import os
import shutil
from pathlib import Path

import click

from bot import errors, settings
from bot.cli import local, reach, text
from bot.operations import answers
from bot.store import copies, lock


@click.command()
@click.argument("place", type=click.Path(path_type=Path), required=False)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="PLACE is a folder: keep so many dated copies in it.",
)
def backup(place: Path | None, keep: int | None) -> None:
    """Copy the database to PLACE, also while the bot runs.

    A file must not be there yet. A folder gets a dated copy, and the oldest go. Without PLACE it is
    the folder of REPORTOPS_BACKUP_DIR.
    """
    config = reach.configured()
    target = place or config.backup_dir
    if target is None:
        raise errors.UsageError("Name a file or a folder, or set REPORTOPS_BACKUP_DIR.")
    is_folder = place is None or keep is not None or target.is_dir()
    most = (keep or config.backup_keep) if is_folder else None
    if _writes(config, target):
        click.echo(text.of(reach.ask(_question(target, most))))
        return
    to = target if most is None else copies.dated(target, local.ticker(config).now())
    _carry(config, to)
    if most is not None:
        copies.forget(target, most)
    click.echo(f"The database is copied to {to.resolve()}.")


def _question(target: Path, keep: int | None) -> answers.Question:
    return answers.Question(verb=answers.Verb.BACKUP, path=str(target.resolve()), keep=keep)


def _writes(config: settings.Settings, target: Path) -> bool:
    """Whether the bot's own walls let it write there."""
    own = (config.database.parent, *([] if config.backup_dir is None else [config.backup_dir]))
    return any(target.resolve().is_relative_to(folder.resolve()) for folder in own)


def _carry(config: settings.Settings, to: Path) -> None:
    """Have a copy made beside the database, and take it to where the bot does not write."""
    made = config.database.with_name(f"{config.database.name}.carried-{os.getpid()}")
    part = copies.draft(to)
    try:
        reach.ask(_question(made, None))
        shutil.copyfile(made, part)
        copies.finish(part, to)
    except OSError as error:
        raise errors.StoreError(f"the backup {to} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
        made.unlink(missing_ok=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the copy FILE in the database's place; what stood there is kept beside it."""
    config = reach.configured()
    with lock.own(config.database):
        done = copies.restore(file, config.database, at=local.ticker(config).now())
    click.echo(f"{config.database} is {file} again.")
    if done.replaced is not None:
        click.echo(f"What stood there is now {done.replaced}.")
    click.echo(
        f"It knows nothing of what happened after {done.since:%Y-%m-%d %H:%M} UTC: before the bot "
        "posts a report of that time, it looks for it in the channel."
    )
