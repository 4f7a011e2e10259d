"""`reportops check --online`: whose data each source serves, and whether that is confirmed."""

import asyncio
import sys
from collections.abc import Sequence

import click

from bot import errors
from bot.cli import reach
from bot.operations import answers, control, found
from bot.rendering import text


def check(client: str | None, *, confirm: bool) -> None:
    """Open the sources of a client or of all, print what they tell, and have it confirmed.

    Exit code 1 where a source cannot be opened.
    """
    failed, unreached = asyncio.run(_checked(client, confirm=confirm))
    if failed:
        noun = "source" if failed == 1 else "sources"
        reach.fail(f"{failed} {noun} could not be opened.")
    if unreached:
        reach.fail("Not every channel can be posted in.")


async def _checked(client: str | None, *, confirm: bool) -> tuple[int, int]:
    """Return how many sources failed, and to how many clients nothing could be posted."""
    async with reach.session(reach.configured()) as respond:
        names = [client] if client else await reach.everyone(respond)
        failed = unreached = 0
        for name in names:
            question = answers.Question(verb=answers.Verb.CHECK, client=name)
            told = await respond(question, control.shell())
            if not isinstance(told, answers.Checked):
                raise errors.StoreError("the bot gave another answer than was asked for")
            for line in lines(told):
                click.echo(line)
            failed += sum(bool(one.failed) for one in told.sources)
            unreached += bool(told.slack)
            await _confirm(respond, told, unasked=confirm)
        return failed, unreached


async def _confirm(respond: control.Responder, told: answers.Checked, *, unasked: bool) -> None:
    """Have what is in doubt confirmed: by --confirm, or by who sits at the terminal."""
    seen = tuple(one.identity for one in told.sources if one.doubted)
    if not seen:
        return
    if not unasked and not sys.stdin.isatty():
        click.echo(f"  Not confirmed; reportops check --online {told.client} --confirm does it.")
        return
    if unasked or click.confirm(f"  Is this {text.possessive(told.client_name)}?"):
        question = answers.Question(verb=answers.Verb.IDENTIFY, client=told.client, seen=seen)
        await respond(question, control.shell())
        click.echo(f"  Confirmed for {told.client_name}.")


def lines(told: answers.Checked) -> Sequence[str]:
    """Return a client's sources, one after the other, and its channel."""
    shown = [f"{told.client_name} ({told.client})"]
    for one in found.whole(told).lines:
        shown.append(f"  {one.label}: {one.text}")
        shown += [f"    {note}" for note in one.notes]
    return shown
