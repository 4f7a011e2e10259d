"""`python -m bot.cli.page [check | tools]`: build the demo's page, check its types, or fetch what
its browser tests need; for the Makefile.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping

import click

from bot.demo.web import build, node


async def _build() -> int:
    try:
        folder = await build.build(build.here())
    except node.BuildFailed as error:
        click.echo(f"The demo's page could not be built, its browser tests are skipped: {error}.")
        return 0
    click.echo(f"The demo's page is built: {folder.name}")
    return 0


async def _check() -> int:
    if await node.machine() is None:
        click.echo(f"Skipped the page's type check: there is no Node {node.LEAST} here.")
        return 0
    try:
        await build.check(build.here())
    except node.BuildFailed as error:
        click.echo(build.here().log.read_text("utf-8") if build.here().log.exists() else "")
        click.echo(f"The page's type check failed: {error}.", err=True)
        return 1
    click.echo("The page's types are right.")
    return 0


async def _tools() -> int:
    try:
        await build.tools(build.here())
    except node.BuildFailed as error:
        click.echo(f"The browser tests' tools did not come, those that need them skip: {error}.")
    return 0


WHAT: Mapping[str, Callable[[], Awaitable[int]]] = {
    "build": _build,
    "check": _check,
    "tools": _tools,
}


async def _done(what: str) -> int:
    return await WHAT[what]()


@click.command()
@click.argument("what", type=click.Choice(list(WHAT)), default="build")
def page(what: str) -> None:
    """Build the page, run its type check where the machine has Node, or fetch the tests' tools."""
    sys.exit(asyncio.run(_done(what)))


if __name__ == "__main__":
    page()
