"""A version that is sealed here, and what the bot makes of it: tried, swapped, or deleted again."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import click

from bot import errors, settings
from bot.cli import plain, reach, text
from bot.domain import client, rotation, spec
from bot.domain.rotation import State
from bot.operations import answers, control, entering
from bot.operations.answers import Act, Question, Verb
from bot.sealed import writing
from bot.slack.screens import rotate as screen


async def rotated(config: settings.Settings, question: Question, *, yes: bool) -> None:
    """Try it, show what that found, and swap where that is agreed; exit code 1 where it is not."""
    async with reach.session(config) as respond:
        shell = control.shell()
        answer = rotation_of(await respond(question, shell))
        show(answer.view)
        found = answer.view.rotation
        if found.state is not State.TESTED:
            raise click.exceptions.Exit(1)
        same = found.found is not None and found.found.pairs and not found.found.different
        agreed = (yes and bool(same)) or _agreed()
        act = Act.CONFIRM if agreed else Act.CANCEL
        ended = await respond(Question(verb=Verb.CREDENTIAL, act=act, rotation=found.id), shell)
        click.echo(text.of(ended))
        if not agreed:
            raise click.exceptions.Exit(1)


def _agreed() -> bool:
    return sys.stdin.isatty() and click.confirm("Put it in force?")


@contextmanager
def kept(
    config: settings.Settings, question: Question, *, of: client.Client, source: spec.SourceSpec
) -> Generator[None]:
    """Delete a version again that nobody would take."""
    try:
        yield
    except errors.UsageError:
        if question.version is not None:
            named, sealed = entering.parsed(of, source), writing.Sealed(config.credentials_dir)
            sealed.drop(named.owner(of.id), named.sealed.name, version=question.version)
        raise


def rotation_of(answer: answers.Answer) -> answers.Rotated:
    """Return it; raises StoreError for any other answer."""
    if not isinstance(answer, answers.Rotated):
        raise errors.StoreError("the bot gave another answer than was asked for")
    return answer


def question(act: Act, name: str, *, source: str = "", version: int | None = None) -> Question:
    """Return what to ask of the bot; ``version`` is sealed already."""
    return Question(verb=Verb.CREDENTIAL, act=act, client=name, source=source, version=version)


def show(view: rotation.View) -> None:
    """What a trial found, as in Slack but without its marks."""
    for line in screen.lines(view):
        click.echo(plain(line))
