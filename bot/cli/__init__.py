"""The shell: ``reportops …``. Each command is imported only when it is called."""

import importlib
from collections.abc import Mapping
from typing import NoReturn, cast

import click

from bot import errors

COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("bot.cli.start", "Run the bot: schedule, runs, posts, and what Slack sends."),
    "demo": ("bot.cli.demo", "The real bot on a local Slack; no account of any kind."),
    "check": ("bot.cli.check", "Check every client's files; list each fault with its remedy."),
    "run": ("bot.cli.run", "Do one run now and print it; posts nothing unless told to."),
    "status": ("bot.cli.asking", "How the clients stand, or one of them."),
    "schedule": ("bot.cli.asking", "What runs next, and when."),
    "history": ("bot.cli.asking", "The last runs of a client, or of all."),
    "cost": ("bot.cli.asking", "What a month cost, and will cost."),
    "rerun": ("bot.cli.asking", "Run again: CLIENT [REPORT] [PERIOD], or `failed`."),
    "pause": ("bot.cli.asking", "CLIENT [until DATE | for 3d] [reason]: nothing fires until then."),
    "resume": ("bot.cli.asking", "End a pause."),
    "health": ("bot.cli.health", "Whether the bot does its work; exit code 1 where it does not."),
    "backup": ("bot.cli.keeping", "Copy the database, also while the bot runs."),
    "restore": ("bot.cli.keeping", "Put a copy in the database's place; the bot must not run."),
    "client": (
        "bot.cli.client",
        "Make a new client's folder; remove a client and what is kept of it.",
    ),
    "credential": (
        "bot.cli.credential",
        "Credentials: set, sign in, test, list, rotate, roll back, remove; never shown.",
    ),
    "key": ("bot.cli.key", "The master key of the sealed credentials: make, show, rotate it."),
}
"""Command → its module, where it is the object of the same name, and what it does."""

USAGE = 2
"""The exit code for what was asked wrongly, and for wrong settings or files."""


class Lazy(click.Group):
    """A group whose commands are imported when they are called, and whose errors are plain."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        return cast("click.Command", getattr(importlib.import_module(module), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a typo is told what may be meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            _unknown(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Call the command; an error of ours is one plain line, never a traceback."""
        try:
            return super().invoke(ctx)
        except errors.ReportopsError as error:
            click.echo(plain(str(error)), err=True)
            ctx.exit(USAGE)


def _unknown(name: str) -> NoReturn:
    grammar = importlib.import_module("bot.operations.grammar")
    hint = cast("str", grammar.suggestion(name, list(COMMANDS)))
    message = plain(f"There is no command {name!r}.{hint} `reportops --help` lists them all.")
    raise errors.UsageError(message)


def plain(text: str) -> str:
    """Return words that were made for Slack as a terminal shows them; the shell has no list."""
    text = text.replace("`/report list`", "`/report status`")
    return text.replace("`/report", "`reportops").replace("`", "").replace("*", "")


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reportops")
def main() -> None:
    """Every client's report in that client's Slack channel on Monday."""
