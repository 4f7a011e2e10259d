"""What a request is about and whether its asker may: every operation begins here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot import access, clock, errors
from bot.domain import client, ids, spec, views
from bot.operations import grammar
from bot.store import audit

_log = structlog.get_logger(__name__)


class Clients(Protocol):
    """The clients as their files say now; filled by the catalog's current version."""

    @property
    def faults(self) -> Sequence[views.Fault]:
        """Every fault of every file."""
        ...

    def clients(self) -> Sequence[client.Client]:
        """Every client that is in force, by id."""
        ...

    def client(self, client_id: ids.ClientId) -> client.Client | None:
        """One client, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, from where, and by which single request."""

    actor: access.Actor
    via: str
    """command, button, modal, shortcut or shell; home and menu for what is only looked up."""
    request: str
    """Unique to this request: Slack's trigger id, or a fresh one. It keys what is asked for, so
    that a redelivered request asks for nothing twice (Settled 1)."""
    asked_at: datetime | None = None
    """When it was accepted, where a later life of the bot does it: what stands already then stands
    because of this very request, or is settled."""

    @property
    def user(self) -> ids.UserId:
        """Who is recorded as having asked."""
        return ids.UserId(self.actor.who)

    @property
    def channel(self) -> ids.ChannelId | None:
        """Where they are answered; None in the shell."""
        return self.actor.place.channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One client, and one of its reports where one was named."""

    client: client.Client
    report: ids.ReportName | None = None


class Scope:
    """Checks and resolves requests, and writes down what was done."""

    def __init__(self, clients: Clients, *, audit: audit.Audit, clock: clock.Clock) -> None:
        self._clients = clients
        self._audit = audit
        self._clock = clock

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._clock.now()

    def allow(
        self,
        asker: Asker,
        operation: access.Operation,
        *,
        client: client.Client | None = None,
        named: str | None = None,
        channel: ids.ChannelId | None = None,
    ) -> None:
        """Return where the asker may; raises UsageError with the one sentence of refusals.

        ``named`` is what was asked for where it may not exist; ``channel`` where a Why stands.
        """
        decision = access.decide(
            asker.actor, operation, client=client, named=named is not None, channel=channel
        )
        if isinstance(decision, access.Allowed):
            return
        _log.info("refused", who=asker.actor.who, what=operation.value, reason=decision.reason)
        sentence = access.SENTENCES[decision.reason]
        if decision.reason is access.Reason.UNKNOWN and named:
            sentence = self._unknown(asker, named)
        raise errors.UsageError(sentence)

    def all(self) -> Sequence[client.Client]:
        """Every client; for operators' answers only."""
        return self._clients.clients()

    def find(self, client_id: str) -> client.Client | None:
        """One client by its id; asks nobody whether it may be seen."""
        return self._clients.client(ids.ClientId(client_id))

    def visible(self, asker: Asker) -> Sequence[client.Client]:
        """The clients that the asker may see at all."""
        return self.all() if asker.actor.operator else self.here(asker)

    def names(self, asker: Asker) -> frozenset[str]:
        """Their ids, for suggestions."""
        return frozenset(found.id for found in self.visible(asker))

    def meant(self, asker: Asker) -> frozenset[str]:
        """What may stand for a client where somebody types it: for operators also the names of
        folders whose files have faults, so that nobody else's client is taken instead.
        """
        broken = (fault.client for fault in self._clients.faults if asker.actor.operator)
        return self.names(asker) | frozenset(broken)

    def here(self, asker: Asker) -> Sequence[client.Client]:
        """The clients whose channel the asker stands in; none where that is the ops channel."""
        place = asker.actor.place
        if place.channel is None or place.ops:
            return ()
        return [found for found in self.all() if place.channel in access.channels(found)]

    def subject(
        self, asker: Asker, names: Sequence[str], *, to: access.Operation
    ) -> Subject | None:
        """Return what the names mean, checked; None where none was given and none is implied.

        The first name is a client, or a report of the client whose channel this is. Raises
        UsageError: not allowed, not known (with what may be meant), or one of several.
        """
        here = self.here(asker)
        first = names[0] if names else None
        if first is None:
            return self._implied(asker, here, to=to)
        found = self._named(first)
        if found is not None:
            self.allow(asker, to, client=found)
            return Subject(client=found, report=_report(found, names[1:]))
        if len(here) == 1 and (len(names) == 1 and _near(first, here[0].reports)):
            self.allow(asker, to, client=here[0])
            return Subject(client=here[0], report=_report(here[0], names))
        self.allow(asker, to, named=first)
        raise errors.UsageError(access.SENTENCES[access.Reason.UNKNOWN])

    def one(self, asker: Asker, names: Sequence[str], *, to: access.Operation) -> Subject:
        """Return what the names mean where a client is needed; raises UsageError without one."""
        found = self.subject(asker, names, to=to)
        if found is None:
            raise errors.UsageError(f"Which client? It is typed `{_usage(to)}`.")
        return found

    async def note(
        self, asker: Asker, what: access.Operation, *, client: ids.ClientId | None, detail: str
    ) -> None:
        """Write one line of the audit trail."""
        entry = views.Entry(
            at=self.now(),
            who=asker.actor.who,
            what=what.value,
            client=client,
            detail=detail[:500],
            via=asker.via,
            channel=asker.channel,
        )
        await self._audit.append(entry)

    def _unknown(self, asker: Asker, named: str) -> str:
        """Why a name is no client that is in force; for operators, whom alone access tells."""
        faults = [fault for fault in self._clients.faults if fault.client == named.lower()]
        if faults:
            return faulty(named.lower(), faults)
        hint = grammar.suggestion(named, self.names(asker))
        return f"I do not know the client {grammar.quoted(named)}.{hint or _LIST}"

    def _implied(
        self, asker: Asker, here: Sequence[client.Client], *, to: access.Operation
    ) -> Subject | None:
        if len(here) > 1:
            self.allow(asker, to, client=here[0])
            names = " or ".join(f"`{found.id}`" for found in here)
            raise errors.UsageError(f"This channel belongs to several clients. Which one: {names}?")
        self.allow(asker, to, client=here[0] if here else None)
        return Subject(client=here[0]) if here else None

    def _named(self, name: str) -> client.Client | None:
        """By id, by channel as Slack writes a mention, or by name."""
        if name.startswith("<#"):
            channel = name[2:].split("|", 1)[0].rstrip(">")
            owners = [found for found in self.all() if channel in access.channels(found)]
            return owners[0] if len(owners) == 1 else None
        by_id = self.find(name.lower())
        if by_id is not None:
            return by_id
        named = [found for found in self.all() if found.name.casefold() == name.casefold()]
        return named[0] if len(named) == 1 else None


_MOST_FAULTS = 3
_NO_MENTION = str.maketrans("<>", "‹›")
_LIST = " `/report list` names them all."


def faulty(name: str, faults: Sequence[views.Fault]) -> str:
    """Return that a client's files cannot be used, with their first faults, each on its line."""
    more = len(faults) - _MOST_FAULTS
    # What a file says may not become a mention in Slack.
    lines = [str(fault).translate(_NO_MENTION) for fault in faults[:_MOST_FAULTS]]
    rest = [f"… and {more} more: `reportops check` lists them."] if more > 0 else []
    between = " " if len(faults) == 1 else "\n"
    return f"{name} has faults in its files:{between}" + "\n".join(lines + rest)


def _usage(operation: access.Operation) -> str:
    return grammar.USAGE.get(grammar.Verb(operation.value), grammar.USAGE[grammar.Verb.HELP])


def _near(name: str, reports: Collection[str]) -> bool:
    return name in reports or bool(grammar.suggestion(name, reports))


def _report(found: client.Client, names: Sequence[str]) -> ids.ReportName | None:
    if not names:
        return None
    name = ids.ReportName(names[0])
    if name not in found.reports:
        hint = grammar.suggestion(name, found.reports)
        known = ", ".join(f"`{report}`" for report in found.reports)
        message = (
            f"{found.name} has no report {grammar.quoted(name)}.{hint or f' It has: {known}.'}"
        )
        raise errors.UsageError(message)
    return name


def report_of(subject: Subject) -> spec.ReportSpec:
    """Return the report that is meant; raises UsageError where there are several."""
    found = subject.client
    if subject.report is not None:
        return found.reports[subject.report]
    if len(found.reports) == 1:
        return next(iter(found.reports.values()))
    known = " or ".join(f"`{name}`" for name in found.reports)
    raise errors.UsageError(f"{found.name} has several reports. Which one: {known}?")
