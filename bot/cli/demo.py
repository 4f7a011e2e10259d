"""`reportops demo`: the real bot on a local Slack, three sample clients, a clock of its own."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import click

from bot import errors
from bot.demo import show, stage
from bot.operations import answers, control

CHECKOUT = Path(__file__).parents[2]


@click.command()
@click.option("--once", is_flag=True, help="End after the opening and what stdin holds.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=CHECKOUT / "var" / "demo",
    help="Where the demo keeps its files; made anew by every start.",
)
def demo(*, once: bool, folder: Path) -> None:
    """Show the real bot at work on a local Slack: no account, no token."""
    place = stage.Place(folder=folder.resolve(), checkout=CHECKOUT)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(_play(place, once=once))
    except stage.BusyError as busy:
        raise errors.UsageError(str(busy)) from None


async def _play(place: stage.Place, *, once: bool) -> None:
    click.echo("Starting a local Slack, a warehouse and the bot …")
    async with stage.open_stage(place) as on:

        async def wake() -> None:
            await control.call(place.database, answers.Question(verb=answers.Verb.WAKE))

        playing = show.Show(on, say=click.echo, wake=wake, colour=sys.stdout.isatty())
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(playing.watch())
            await on.start_bot()
            await playing.opening()
            ended = await playing.typed(show.lines())
            if not ended and not once:
                click.echo("Nothing more to read here; the demo stays up until Ctrl-C.")
                await asyncio.Event().wait()
            watching.cancel()
