"""`reportops credential login CLIENT SOURCE`: a credential that is made by signing in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from bot import errors, settings
from bot.cli import aim, browsing, local, reach, swapping
from bot.cli import text as text_
from bot.cli.aim import Aim
from bot.domain.reference import AGENCY
from bot.kinds import typed
from bot.kinds.typed import entry, form
from bot.operations.answers import Act
from bot.sealed import places, writing
from bot.signin import accounts, app, making, platforms
from bot.signin.accounts import Account, Found
from bot.signin.app import App
from bot.signin.flow import Flow

_SHOWN = 40
_NOTHING = "Nothing was sealed."
_TOLD: Mapping[str, str] = {
    platforms.META: (
        "This is a person's token, and ends after 60 days. A system user's needs no person and "
        "need not end: make one in Business settings, and give it to reportops credential set."
    ),
    platforms.LINKEDIN: (
        "LinkedIn lets a sign-in last 60 days, and renews it for approved partners alone."
    ),
}
_FIX: Mapping[str, str] = {
    platforms.GOOGLE: (
        "Google's app is still in testing, which ends every sign-in after seven days. Publish it "
        "(Google Auth Platform, Audience) and sign in again."
    ),
}


@click.command()
@click.argument("client")
@click.argument("source")
@click.option(
    "--app",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="The OAuth client as the platform's console gives it out: a file of JSON.",
)
@click.option(
    "--browser/--no-browser", default=True, help="Without: paste the address it was sent to."
)
@click.option("--kind", help="Of a source that client.yaml does not name yet, such as ga4.")
def login(client: str, source: str, *, file: Path, browser: bool, kind: str | None) -> None:
    """Sign in for SOURCE of CLIENT, look at what that opens, and seal it.

    Google Analytics, Google Ads, BigQuery, Google Sheets, Meta Ads and LinkedIn Ads. Nothing is
    kept of a sign-in that does not open what client.yaml names.
    """
    config = reach.configured()
    aimed = aim.of(config, client, source=source, kind=kind)
    _sealable(config, aimed)
    program = _program(file, aimed)
    flow = Flow(aimed.platform, program, kinds=aimed.kinds, doubles=_doubles(config))
    _introduce(aimed)
    code, redirect = browsing.signed(flow, browser=browser)
    now = local.ticker(config).now()
    grant = flow.redeem(code, redirect=redirect, now=now)
    found = {
        one: _found(aimed, one, token=grant.access, program=program, doubles=_doubles(config))
        for one in aimed.kinds
    }
    chosen = _pinned(aimed, {one: listed.accounts for one, listed in found.items()})
    proof = any(one.proof for one in found.values())
    made = making.text(flow, grant, app=program, proof=proof, made_at=now)
    kept = entry.read(typed.of(aimed.kind), made, now=now)
    _seal(config, aimed, text=kept.text)
    _told(aimed, kept, now=now)
    _next(aimed, chosen)


def _sealable(config: settings.Settings, aimed: Aim) -> None:
    """Say before anybody signs in that there is nothing to seal with, or no room for it."""
    if not places.Places(root=config.credentials_dir).master.exists():
        raise errors.UsageError(
            "There is no master key to seal credentials with. Make one: reportops key new"
        )
    known = writing.Sealed(config.credentials_dir).versions(aimed.owner, aimed.named.name)
    if aimed.of is None and known.current is not None:
        raise errors.UsageError(
            f"{aimed.named} of {aimed.client} is sealed already, maybe for another source. Write "
            "the source into client.yaml first, or call it otherwise."
        )


def _program(file: Path, aimed: Aim) -> App:
    try:
        found = app.parse(file.read_text("utf-8"))
    except OSError as error:
        raise errors.UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise errors.UsageError(f"{file} cannot be used: it is not JSON.") from None
    except ValueError as fault:
        raise errors.UsageError(f"{file} cannot be used: {fault}.") from None
    if "google_ads" in aimed.kinds and not found.developer_token:
        raise errors.UsageError(
            f"{file} has no “developer_token”, which Google Ads wants with every call. Write it "
            "into that file, beside “installed” (Google Ads, API Center of the manager account)."
        )
    return found


def _doubles(config: settings.Settings) -> Mapping[str, str]:
    host = config.bigquery_emulator_host
    return {**config.doubles, **({} if host is None else {"bigquery": host})}


def _introduce(aimed: Aim) -> None:
    label = aimed.platform.label
    click.echo(f"Signing in to {label} for {aimed.client}'s source {aimed.source}.")
    if aimed.owner.startswith(AGENCY):
        whose = sorted({one.client for one in aimed.users})
        click.echo(f"It is the agency's {aimed.named.name}, which {_listed(whose)} read with.")
    scopes = " ".join(aimed.platform.scopes[one] for one in aimed.kinds)
    click.echo(f"It asks for {scopes}, and for nothing else.")


def _found(aimed: Aim, kind: str, *, token: str, program: App, doubles: Mapping[str, str]) -> Found:
    """What it opens; it is shown before anything is judged."""
    own = tuple(accounts.named(one.source).id for one in aimed.users if one.source.kind == kind)
    found = accounts.found(
        accounts.Asked(kind=kind, token=token, app=program, doubles=doubles, own=own)
    )
    click.echo(f"Signed in. For {kind} it opens:" if found.accounts else "Signed in.")
    for number, one in enumerate(found.accounts[:_SHOWN], 1):
        mark = "  ← client.yaml" if one.id in own else ""
        click.echo(f"  {number:>2}  {_shown(one)}{mark}")
    if len(found.accounts) > _SHOWN:
        click.echo(f"      and {len(found.accounts) - _SHOWN} more")
    return found


def _pinned(aimed: Aim, found: Mapping[str, Sequence[Account]]) -> Account | None:
    """Hold it against what the files name; None: they name it, and it is there.

    Raises UsageError where the sign-in does not open it.
    """
    for user in aimed.users:
        wanted, there = accounts.named(user.source), found[user.source.kind]
        if not any((one.id, one.through) == (wanted.id, wanted.through) for one in there):
            key = accounts.KEYS[user.source.kind]
            raise errors.UsageError(
                f"client.yaml of {user.client} says {key}: {wanted.id}{_by(wanted)} for "
                f"{user.source.name}, and this sign-in does not open that{_else(wanted, there)}. "
                f"Sign in as somebody who may read it, or change client.yaml. {_NOTHING}"
            )
    return None if aimed.users else _chosen(aimed, found[aimed.kind])


def _else(wanted: Account, there: Sequence[Account]) -> str:
    """Which way leads to it, where another does."""
    others = [one for one in there if one.id == wanted.id]
    if not others:
        return ""
    ways = _listed([one.through or "the sign-in itself" for one in others])
    return f" by that way, but through {ways}"


def _chosen(aimed: Aim, there: Sequence[Account]) -> Account:
    if not there:
        raise errors.UsageError(
            f"This sign-in opens nothing that a source of kind {aimed.kind} could read. "
            f"Sign in as somebody who may. {_NOTHING}"
        )
    if len(there) == 1:
        return there[0]
    shown = click.IntRange(1, min(len(there), _SHOWN))
    number: int = click.prompt(f"Which of them is {aimed.client}'s?", type=shown)
    return there[number - 1]


def _seal(config: settings.Settings, aimed: Aim, *, text: str) -> None:
    """Seal it; one in force already is only replaced after a trial beside it, as ever."""
    folder, name = writing.Sealed(config.credentials_dir), aimed.named.name
    before = folder.versions(aimed.owner, name).current
    version = folder.put(aimed.owner, name, text=text)
    click.echo(f"Sealed as version {version} of {aimed.named}.")
    if aimed.of is None:
        folder.use(aimed.owner, name, version=version)
        return
    act = Act.SET if before is None else Act.TRY
    question = swapping.question(act, aimed.client, source=aimed.source, version=version)
    own = aimed.of.sources[aimed.source]
    with swapping.kept(config, question, of=aimed.of, source=own):
        if act is Act.TRY:
            asyncio.run(swapping.rotated(config, question, yes=True))
        else:
            click.echo(text_.of(reach.ask(question)))


def _told(aimed: Aim, kept: form.Facts, *, now: datetime) -> None:
    """Say what is coming: what ends, and what would not."""
    if kept.ends is not None:
        days = round((kept.ends.at - now) / timedelta(days=1))
        click.echo(f"It ends on {kept.ends.at:%Y-%m-%d}, in {days} days; sign in again before.")
        if fix := _FIX.get(aimed.platform.name):
            click.echo(fix)
    if better := _TOLD.get(aimed.platform.name):
        click.echo(better)


def _next(aimed: Aim, chosen: Account | None) -> None:
    """What is left to do; nothing is written into the client's file."""
    if chosen is not None:
        click.echo(f"Write into client.yaml of {aimed.client}, below sources:")
        click.echo(f"  {aimed.source}:")
        click.echo(f"    kind: {aimed.kind}")
        for key, value in accounts.settings(aimed.kind, chosen).items():
            click.echo(f'    {key}: "{value}"')
        click.echo(f"    credential: {aimed.named}")
    click.echo(
        f"Try it with its own queries: reportops credential test {aimed.client} {aimed.source}"
    )


def _shown(one: Account) -> str:
    """As a terminal may show it: names come from elsewhere."""
    text = f"{one.id}  {one.name}{_by(one)}"[:120]
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _by(one: Account) -> str:
    return f" through {one.through}" if one.through else ""


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
