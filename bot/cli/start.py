"""`reportops start`: the bot itself, as ``python -m bot``."""

import importlib
import sys
from collections.abc import Coroutine
from typing import Protocol, cast

import click

from bot import settings
from bot.ipc import guarded


class App(Protocol):
    """As much of bot.app as is used; it is imported late because it brings Bolt with it."""

    def serve(
        self, config: settings.Settings, *, guard: guarded.Guard | None
    ) -> Coroutine[object, object, None]:
        """Run until a signal ends it."""
        ...


class Main(Protocol):
    """As much of the process's main as is used."""

    def main(self) -> int:
        """Be the bot, behind its guard; returns the exit code."""
        ...


def app() -> App:
    """Return bot.app."""
    return cast("App", importlib.import_module("bot.app"))


@click.command()
def start() -> None:
    """Run the bot: schedule, runs, posts, and what Slack sends."""
    process = cast("Main", importlib.import_module("bot.__main__"))
    sys.exit(process.main())
