"""`reportops backup` and `reportops restore`: copies of the database."""

from pathlib import Path

import click

from bot import errors
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
    question = answers.Question(
        verb=answers.Verb.BACKUP,
        path=str(target.resolve()),
        keep=(keep or config.backup_keep) if is_folder else None,
    )
    click.echo(text.of(reach.ask(question)))


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
