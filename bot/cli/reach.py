"""The way from the shell to the operations: through the running bot, or through the store."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import click

from bot import errors, logs, settings
from bot.cli import guarding, local
from bot.executors import process
from bot.operations import answers, control, grammar, scope


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


async def everyone(respond: control.Responder) -> list[str]:
    """Return every client's id, in their order."""
    question = answers.Question(request=grammar.parse("list"))
    answer = await respond(question, control.shell())
    lines = answer.overview.lines if isinstance(answer, answers.Listing) else ()
    return [line.client for line in lines]


async def _ask(config: settings.Settings, question: answers.Question) -> answers.Answer:
    with suppress(control.NobodyThere):
        return unpacked(await control.call(config.database, question))
    async with local.opened(config) as respond:
        return await respond(question, control.shell())


class Remote:
    """The running bot as a responder."""

    def __init__(self, config: settings.Settings) -> None:
        self._database = config.database

    async def __call__(self, question: answers.Question, asker: scope.Asker) -> answers.Answer:  # noqa: ARG002 - the kernel says who asks
        """Ask it; raises NobodyThere, and what the operation raised."""
        return unpacked(await control.call(self._database, question))


@asynccontextmanager
async def session(config: settings.Settings) -> AsyncGenerator[control.Responder]:
    """Yield who answers several questions, sources included: the bot where it runs, else the store
    and a guard of our own.
    """
    remote = Remote(config)
    try:
        await remote(answers.Question(verb=answers.Verb.HEALTH), control.shell())
    except control.NobodyThere:
        with guarding.started(config) as guard:
            executor = process.ProcessExecutor(
                memory_mb=config.run_memory_mb, starter=guarding.starter(config, guard)
            )
            async with local.opened(config, executor=executor) as respond:
                yield respond
    else:
        yield remote


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
