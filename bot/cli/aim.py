"""What a sign-in is for: a source of a client's, and whoever else reads with its credential."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import errors, settings
from bot.catalog import load
from bot.domain import reference, spec
from bot.domain.client import Client
from bot.domain.reference import Reference, Scheme
from bot.operations import grammar
from bot.signin import platforms
from bot.signin.platforms import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A source that reads with it."""

    client: str
    source: spec.SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where what comes of it goes, and what it must open."""

    client: str
    source: str
    kind: str
    platform: Platform
    named: Reference
    users: tuple[User, ...] = ()
    """Whoever reads with it, this source first; none where client.yaml does not name it yet."""
    of: Client | None = None
    """None where client.yaml does not name the source yet."""

    @property
    def owner(self) -> str:
        """Whose key it is sealed to."""
        return self.named.owner(self.client)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of sources that will read with it."""
        return tuple(sorted({self.kind, *(one.source.kind for one in self.users)}))


def of(config: settings.Settings, client: str, *, source: str, kind: str | None) -> Aim:
    """Return it; raises UsageError where there is nothing to sign in for.

    ``kind``: of a source that the client's file does not name yet.
    """
    catalog = load.load(config.clients_dir, demo=config.demo, ops_channel=config.ops_channel)
    clients = tuple(catalog.clients.values())
    known = next((one for one in clients if one.id == client), None)
    if kind is not None and (known is None or source not in known.sources):
        if not load.is_id(client) or client not in catalog.folders:
            raise errors.UsageError(f"There is no folder of a client {grammar.quoted(client)}.")
        named = _reference(f"{Scheme.LOCAL.value}://{source}")
        aimed = Aim(client=client, source=source, kind=kind, platform=_platform(kind), named=named)
        return _judged(aimed)
    if known is None:
        raise errors.UsageError(_missing(client, [one.id for one in clients]))
    found = _source(known, source)
    named = _reference(found.credential or "")
    return _judged(
        Aim(
            client=client,
            source=source,
            kind=found.kind,
            platform=_platform(found.kind),
            named=named,
            users=(
                User(client=client, source=found),
                *_users(clients, found, named=named, of=known),
            ),
            of=known,
        )
    )


def _platform(kind: str) -> Platform:
    found = platforms.of(kind)
    if found is None:
        known = ", ".join(name for one in platforms.PLATFORMS.values() for name in one.scopes)
        raise errors.UsageError(
            f"Nobody signs in to sources of kind {kind}; that is for {known}. The others' "
            "credentials are entered: reportops credential set CLIENT SOURCE"
        )
    return found


def _judged(aimed: Aim) -> Aim:
    """Return it where something can come of it; raises UsageError."""
    label, scopes = aimed.platform.label, aimed.platform.scopes
    if others := set(aimed.kinds) - scopes.keys():
        raise errors.UsageError(
            f"{aimed.named} is also read with by sources of kind {' and '.join(sorted(others))}, "
            f"which a sign-in to {label} does not open. Give them a credential of their own."
        )
    if aimed.named.scheme is not Scheme.LOCAL:
        raise errors.UsageError(
            f"The credential of {aimed.client}'s source {aimed.source} is {aimed.named}, which "
            f"nothing is sealed to. Write credential: local://{aimed.source} into client.yaml, and "
            "sign in again."
        )
    if aimed.kind == "google_sheets" and not aimed.users:
        raise errors.UsageError(
            "Spreadsheets are not listed, which would take leave to read every file's name. Write "
            f"the source into client.yaml first, with credential: {aimed.named}."
        )
    return aimed


def _source(of: Client, name: str) -> spec.SourceSpec:
    found = of.sources.get(name)
    if found is None:
        hint = grammar.suggestion(name, of.sources)
        raise errors.UsageError(
            f"{of.id} has no source {grammar.quoted(name)}.{hint} Has its file none yet, "
            "name the kind with --kind, such as --kind ga4."
        )
    if found.credential is None:
        raise errors.UsageError(f"{of.id}'s source {name} needs no credential.")
    return found


def _missing(client: str, known: Sequence[str]) -> str:
    hint = grammar.suggestion(client, list(known))
    return (
        f"No client {grammar.quoted(client)} is in force.{hint} reportops check says what is wrong "
        "with its file; for a source that it does not name yet, give its kind with --kind."
    )


def _users(
    clients: Sequence[Client], source: spec.SourceSpec, *, named: Reference, of: Client
) -> tuple[User, ...]:
    """The others: of a client's own there are its own sources, of the agency's all clients'."""
    return tuple(
        User(client=one.id, source=each)
        for one in clients
        for each in one.sources.values()
        if each.credential == source.credential and named.owner(one.id) == named.owner(of.id)
        if (one.id, each.name) != (of.id, source.name)
    )


def _reference(text: str) -> Reference:
    try:
        return reference.parse(text)
    except ValueError as fault:
        raise errors.UsageError(f"The credential cannot be called so: {fault}.") from None
