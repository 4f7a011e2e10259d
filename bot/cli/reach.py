"""The way from the shell to the operations: through the running bot, or through the store."""

import asyncio
from contextlib import suppress
from typing import NoReturn

import click

from bot import errors, logs, settings
from bot.cli import local
from bot.operations import answers, control, grammar


def configured(*, quiet: bool = True) -> settings.Settings:
    """Read the settings and set up logging to stderr; raises ConfigurationError.

    ``quiet``: a person waits for an answer, so what goes well is not logged unless asked for.
    """
    config = settings.read()
    logs.configure(
        style=config.log_format,
        level="warning" if quiet and config.log_level == "info" else config.log_level,
        secrets=config.secrets,
    )
    return config


def ask(question: answers.Question) -> answers.Answer:
    """Ask the bot where it runs, else the store; raises what the operation raised."""
    return asyncio.run(_ask(configured(), question))


def typed(text: str) -> answers.Answer:
    """Ask what would be typed after /report."""
    return ask(answers.Question(request=grammar.parse(text)))


async def _ask(config: settings.Settings, question: answers.Question) -> answers.Answer:
    with suppress(control.NobodyThere):
        return unpacked(await control.call(config.database, question))
    async with local.opened(config) as respond:
        return await respond(question, control.shell())


def unpacked(reply: answers.Reply) -> answers.Answer:
    """Return the answer of a reply, or raise what the operation raised over there."""
    if reply.problem is not None:
        _raise(reply.problem, reply.text)
    return answers.unpack(reply)


def _raise(problem: answers.Problem, text: str) -> NoReturn:
    match problem:
        case answers.Problem.USAGE:
            raise errors.UsageError(text)
        case answers.Problem.CONFIGURATION:
            raise errors.ConfigurationError(text)
        case answers.Problem.STORE:
            raise errors.StoreError(text)


def fail(text: str) -> NoReturn:
    """End with exit code 1: it was done, and it failed."""
    click.echo(text, err=True)
    raise click.exceptions.Exit(1)
