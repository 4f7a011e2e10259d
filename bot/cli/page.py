"""`python -m bot.cli.page [check]`: build the demo's page, or check its types; for the Makefile."""

import asyncio
import sys

import click

from bot.demo.web import build, node


@click.command()
@click.argument("what", type=click.Choice(["build", "check"]), default="build")
def page(what: str) -> None:
    """Build the page, or run its type check where the machine has Node."""
    sys.exit(asyncio.run(_check() if what == "check" else _build()))


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


if __name__ == "__main__":
    page()
