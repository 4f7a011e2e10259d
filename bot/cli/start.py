"""`reportops start`: the bot itself, as ``python -m bot``."""

import asyncio
import importlib
from collections.abc import Coroutine
from typing import Protocol, cast

import click

from bot import settings
from bot.cli import reach


class App(Protocol):
    """As much of bot.app as is used; it is imported late because it brings Bolt with it."""

    def serve(self, config: settings.Settings) -> Coroutine[object, object, None]:
        """Run until a signal ends it."""
        ...


def app() -> App:
    """Return bot.app."""
    return cast("App", importlib.import_module("bot.app"))


@click.command()
def start() -> None:
    """Run the bot: schedule, runs, posts, and what Slack sends."""
    config = reach.configured(quiet=False)
    asyncio.run(app().serve(config))
