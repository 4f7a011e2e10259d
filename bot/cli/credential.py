"""`reportops credential`: what a client's runs sign in with. It is read hidden, from stdin or from
a file, sealed here and nowhere else, and never printed; the bot hears of its version alone.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bot import clock, errors, settings
from bot.catalog import load, stores
from bot.cli import login, reach, swapping, text
from bot.domain import client, ids, reference, spec
from bot.domain.reference import Scheme
from bot.domain.rotation import State
from bot.kinds import typed
from bot.kinds.typed import form, slips
from bot.operations import answers, control, entering
from bot.operations.answers import Act, Question
from bot.sealed import writing

_FILE = click.option(
    "--file", "file", type=click.Path(path_type=Path, exists=True), help="What stands in it."
)
_CLIENT, _SOURCE = click.argument("client"), click.argument("source", required=False)
_OURS = ("bot", "agency")


@click.group()
def credential() -> None:
    """Credentials: sealed, tried, replaced. No command takes one as an argument."""


credential.add_command(login.login)


@credential.command("list")
@click.argument("client", required=False)
def list_(client: str | None) -> None:
    """Each source's reference, kind, age and last good use; never a value."""
    click.echo(text.of(reach.ask(swapping.question(Act.LIST, client or ""))))


@credential.command("set")
@click.argument("owner")
@click.argument("name", required=False)
@_FILE
def set_(owner: str, name: str | None, *, file: Path | None) -> None:
    """Seal a credential and put it in force, untried.

    OWNER NAME is a client and its source (globex warehouse), or the name of another reference of
    its file (globex vault: local://vault, under stores); `bot NAME` and `agency NAME` are the bot's
    own and the agency's (local://bot/NAME, local://agency/NAME).
    """
    config = reach.configured()
    if owner in _OURS:
        _set_ours(config, owner, name=name or "", file=file)
        return
    beside = _beside(config, owner).get(name or "")
    if beside is not None:
        _put(config, owner, named=beside, file=file)
        return
    of, source = _source(config, owner, source=name)
    version = _sealed(config, of, source=source, file=file)
    question = swapping.question(Act.SET, of.id, source=source.name, version=version)
    with swapping.kept(config, question, of=of, source=source):
        click.echo(text.of(reach.ask(question)))


@credential.command()
@_CLIENT
@_SOURCE
@_FILE
@click.option("--yes", is_flag=True, help="Swap without asking where everything is equal.")
@click.option("--there", is_flag=True, help="Try what its store holds now; enter nothing.")
def rotate(client: str, source: str | None, *, file: Path | None, yes: bool, there: bool) -> None:
    """Try another credential beside the one in force, and swap where you say so.

    Exit code 1: it was refused, or not confirmed; the one in force stays.
    """
    config = reach.configured()
    of, found = _source(config, client, source=source)
    version = None
    if _named(of, found).is_sealable and not there:
        version = _sealed(config, of, source=found, file=file)
    question = swapping.question(Act.TRY, of.id, source=found.name, version=version)
    with swapping.kept(config, question, of=of, source=found):
        asyncio.run(swapping.rotated(config, question, yes=yes))


@credential.command()
@_CLIENT
@_SOURCE
def test(client: str, source: str | None) -> None:
    """Try the one in force; exit code 1 where it does not work."""
    answer = asyncio.run(_alone(swapping.question(Act.TEST, client, source=source or "")))
    swapping.show(answer.view)
    if answer.view.rotation.state is not State.TESTED:
        raise click.exceptions.Exit(1)


@credential.command()
@_CLIENT
@_SOURCE
def rollback(client: str, source: str | None) -> None:
    """Put the one before in force again, while it is kept."""
    click.echo(text.of(reach.ask(swapping.question(Act.BACK, client, source=source or ""))))


@credential.command()
@_CLIENT
@_SOURCE
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(client: str, source: str | None, *, yes: bool) -> None:
    """Delete a sealed credential with all its versions."""
    if not yes:
        click.confirm(f"Delete the credential of {client} {source or ''} for good?", abort=True)
    click.echo(text.of(reach.ask(swapping.question(Act.REMOVE, client, source=source or ""))))


async def _alone(question: Question) -> answers.Rotated:
    async with reach.session(reach.configured()) as respond:
        return swapping.rotation_of(await respond(question, control.shell()))


def _sealed(
    config: settings.Settings, of: client.Client, *, source: spec.SourceSpec, file: Path | None
) -> int:
    """Read a credential, judge its form, and seal it as a version that is not in force."""
    named, wanted = _named(of, source), typed.of(source.kind, source.settings)
    if not named.is_sealable:
        asked = entering.asked(of, source, paste=False)
        raise errors.UsageError("\n".join((asked.told, *asked.steps)))
    now = clock.SystemClock().now()
    if file is None and sys.stdin.isatty():
        facts = entering.read(source, _prompted(wanted), now=now, pasted=False)
    else:
        facts = entering.whole(source, _read(file), now=now)
    for warning in facts.warnings:
        click.echo(warning, err=True)
    sealed = writing.Sealed(config.credentials_dir)
    return sealed.put(named.owner(of.id), named.sealed.name, text=facts.text)


def _prompted(wanted: form.Form) -> dict[str, str]:
    """Ask for each field; what is secret is not shown as it is typed."""
    if any(one.lines for one in wanted.fields):
        message = f"{wanted.label} has several lines: give it by --file, or through stdin."
        raise errors.UsageError(message)
    return {
        one.name or entering.WHOLE: click.prompt(
            one.label,
            hide_input=not one.open,
            default="" if one.optional else None,
            show_default=False,
        )
        for one in wanted.fields
    }


def _read(file: Path | None) -> str:
    try:
        return sys.stdin.read() if file is None else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise errors.UsageError("It cannot be read, or it is no text.") from None


def _set_ours(config: settings.Settings, owner: str, *, name: str, file: Path | None) -> None:
    """One of the bot's own or of the agency's: it is in force at once."""
    try:
        named = reference.parse(f"local://{owner}/{name}")
    except ValueError as fault:
        raise errors.UsageError(f"{owner} NAME: {fault}.") from None
    _put(config, "", named=named, file=file)
    if owner == "bot":
        click.echo("Start the bot again: it reads its own as it starts.")


def _beside(config: settings.Settings, owner: str) -> Mapping[str, reference.Reference]:
    """Return what a client's file names in local:// beside its sources, by name: what signs in to
    its stores, and its own model key. A source of that name goes first.
    """
    of = _loaded(config).client(ids.ClientId(owner))
    if of is None:
        return {}
    keys = (report.narrative.credential for report in of.reports.values())
    texts = [*(text for text, _ in stores.signing_in(of)), *(key for key in keys if key)]
    named = [one for one in map(reference.parse, texts) if one.scheme is Scheme.LOCAL]
    return {one.name: one for one in named if one.name not in of.sources}


def _put(
    config: settings.Settings, client: str, *, named: reference.Reference, file: Path | None
) -> None:
    """Seal what nothing can be tried with: it is in force at once, and those before are gone."""
    hidden = file is None and sys.stdin.isatty()
    value = (click.prompt("Credential", hide_input=True) if hidden else _read(file)).strip()
    if not value:
        raise errors.UsageError("Nothing was entered.")
    try:
        slips.check(value)
    except ValueError as fault:
        raise errors.UsageError(f"It cannot be used: {fault}.") from None
    owner, sealed = named.owner(client), writing.Sealed(config.credentials_dir)
    before = sealed.versions(owner, named.name).kept
    version = sealed.put(owner, named.name, text=value)
    sealed.use(owner, named.name, version=version)
    for one in before:
        sealed.drop(owner, named.name, version=one)
    click.echo(f"Sealed {named} as version {version}.")


def _source(
    config: settings.Settings, name: str, *, source: str | None
) -> tuple[client.Client, spec.SourceSpec]:
    of = _loaded(config).client(ids.ClientId(name))
    if of is None:
        raise errors.UsageError(f"There is no client {name!r} in order: reportops check")
    having = {key: one for key, one in of.sources.items() if one.credential is not None}
    if source is None and len(having) == 1:
        return of, next(iter(having.values()))
    # A card that misses one says its reference's name: that does too where one source has it.
    called = [key for key, one in having.items() if one.credential == f"local://{source}"]
    source = called[0] if source not in having and len(called) == 1 else source
    if source not in having:
        known = ", ".join((*having, *_beside(config, name))) or "none"
        raise errors.UsageError(f"Which source of {of.id}? With a credential: {known}.")
    return of, having[source]


def _loaded(config: settings.Settings) -> load.Catalog:
    return load.load(config.clients_dir, demo=config.demo, ops_channel=config.ops_channel)


def _named(of: client.Client, source: spec.SourceSpec) -> reference.Reference:
    return entering.parsed(of, source)
