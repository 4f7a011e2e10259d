"""`reportops demo`: the real bot on a local Slack, three sample clients, a clock of its own."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from bot import errors
from bot.demo import show, stage
from bot.demo.slack import refusal
from bot.demo.web import build, node, screen, server
from bot.operations import answers, control

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the one at the terminal asked for."""

    once: bool
    page: bool
    port: int


@click.command()
@click.option("--once", is_flag=True, help="End after the opening and what stdin holds.")
@click.option("--no-page", is_flag=True, help="Play in the terminal only; build no web page.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The page's; 0: any free.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=CHECKOUT / "var" / "demo",
    help="Where the demo keeps its files; made anew by every start.",
)
def demo(*, once: bool, no_page: bool, port: int, folder: Path) -> None:
    """Show the real bot at work on a local Slack: no account, no token."""
    wish = Wish(once=once, page=not no_page, port=port)
    place = stage.Place(folder=folder.resolve(), checkout=CHECKOUT)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(_play(place, wish=wish))
    except stage.BusyError as busy:
        raise errors.UsageError(str(busy)) from None


async def wake(database: Path) -> None:
    """Ask the bot to look at its clock; one that was killed from the page looks when it is back."""
    with suppress(control.NobodyThere):
        await control.call(database, answers.Question(verb=answers.Verb.WAKE))


async def _play(place: stage.Place, *, wish: Wish) -> None:
    click.echo("Starting a local Slack, a warehouse and the bot …")
    async with stage.open_stage(place) as on:

        async def woken() -> None:
            await wake(place.database)

        playing = show.Show(on, say=click.echo, wake=woken, colour=sys.stdout.isatty())
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(playing.watch())
            await on.start_bot()
            paging = group.create_task(_page(on, port=wish.port)) if wish.page else None
            await _open(playing)
            ended = await playing.typed(show.lines())
            if not ended and not wish.once:
                click.echo("Nothing more to read here; the demo stays up until Ctrl-C.")
                await asyncio.Event().wait()
            watching.cancel()
            if paging is not None:
                paging.cancel()


async def _open(playing: show.Show) -> None:
    """Play the opening; who breaks something on the page meanwhile plays on alone."""
    try:
        await playing.opening()
    except (TimeoutError, refusal.Impossible, errors.ReportopsError):
        click.echo("The opening did not go as written; the demo is yours from here.\n")


async def _page(on: stage.Stage, *, port: int) -> None:
    """Build the page, serve it, say where, for ever; a page that cannot be is told in a line."""
    place = build.here()
    if not place.built:
        click.echo("Building the demo's web page in the background (the first time only) …\n")
    try:
        folder = await build.build(place)
        async with server.Page(on, folder, wake=wake, port=port) as page:
            click.echo(f"\npage ready: {page.address}\n")
            await screen.show(page.address)
            await asyncio.Event().wait()
    except node.BuildFailed as error:
        click.echo(f"\nNo web page this time: {error}. The demo in the terminal goes on.\n")
    except OSError as error:
        click.echo(f"\nNo web page this time: port {port}: {error.strerror or error}.\n")
