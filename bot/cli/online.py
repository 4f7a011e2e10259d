"""`reportops check --online`: whose data each source serves, and whether that is confirmed."""

import asyncio
import sys
from collections.abc import Sequence

import click

from bot import errors
from bot.cli import reach
from bot.domain.report import Identity
from bot.operations import answers, control
from bot.rendering import text
from bot.slack import moments


def check(client: str | None, *, confirm: bool) -> None:
    """Open the sources of a client or of all, print what they tell, and have it confirmed.

    Exit code 1 where a source cannot be opened.
    """
    failed = asyncio.run(_checked(client, confirm=confirm))
    if failed:
        noun = "source" if failed == 1 else "sources"
        reach.fail(f"{failed} {noun} could not be opened.")


async def _checked(client: str | None, *, confirm: bool) -> int:
    """Return how many sources failed."""
    async with reach.session(reach.configured()) as respond:
        names = [client] if client else await reach.everyone(respond)
        failed = 0
        for name in names:
            question = answers.Question(verb=answers.Verb.CHECK, client=name)
            found = await respond(question, control.shell())
            if not isinstance(found, answers.Checked):
                raise errors.StoreError("the bot gave another answer than was asked for")
            for line in lines(found):
                click.echo(line)
            failed += sum(bool(one.failed) for one in found.sources)
            await _confirm(respond, found, unasked=confirm)
        return failed


async def _confirm(respond: control.Responder, found: answers.Checked, *, unasked: bool) -> None:
    """Have what is in doubt confirmed: by --confirm, or by who sits at the terminal."""
    seen = tuple(one.identity for one in found.sources if one.doubted)
    if not seen:
        return
    if not unasked and not sys.stdin.isatty():
        click.echo(f"  Not confirmed; reportops check --online {found.client} --confirm does it.")
        return
    if unasked or click.confirm(f"  Is this {text.possessive(found.client_name)}?"):
        question = answers.Question(verb=answers.Verb.IDENTIFY, client=found.client, seen=seen)
        await respond(question, control.shell())
        click.echo(f"  Confirmed for {found.client_name}.")


def lines(found: answers.Checked) -> Sequence[str]:
    """Return a client's sources, one after the other."""
    told = [f"{found.client_name} ({found.client})"]
    for one in found.sources:
        told.append(f"  {one.label}: {_state(one)}")
        if one.was is not None:
            day = moments.day(moments.local(one.was.at, found.timezone))
            told.append(f"    confirmed on {day} by {one.was.by}: {_words(one.was.identity)}")
        if one.others:
            told.append(f"    the same account is confirmed for {', '.join(one.others)}")
    return told


def _state(one: answers.Source) -> str:
    if one.failed:
        return f"failed. {one.failed}"
    if not one.identity.settings:
        return "files of its own folder, nothing is asked"
    told = _words(one.identity)
    if not one.identity.name:
        told += " (nothing was asked)"
    if one.was is not None:
        return f"{told}: ANOTHER than was confirmed"
    return f"{told}: {'not confirmed yet' if one.doubted else 'confirmed'}"


def _words(one: Identity) -> str:
    """Return an identity as far as it was told; what cannot tell is known by its settings."""
    what = (one.name, one.account, one.domain, one.currency or "", one.timezone or "")
    known = list(dict.fromkeys(part for part in what if part))
    return ", ".join(known) if known else one.settings
