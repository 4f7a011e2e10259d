"""What a person may ask the bot to do, from Slack or the shell, in one place."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

from bot import access, clock
from bot.access import Kind
from bot.operations import (
    answers,
    cabinet,
    clients,
    costs,
    credentials,
    explain,
    finding,
    grammar,
    identities,
    leaving,
    outages,
    ports,
    runs,
    scope,
)
from bot.operations.grammar import Verb

_ABOUT = {
    Verb.MENU: "how it stands, with buttons",
    Verb.STATUS: "how one client stands: last, next, sources",
    Verb.LIST: "every client and what to call it",
    Verb.SCHEDULE: "what runs next, and when",
    Verb.HISTORY: "the last runs, with what they cost",
    Verb.RERUN: "run it again, or for the first time, of the last complete period or the one named",
    Verb.RERUN_FAILED: "try everything again that has failed",
    Verb.CHECK: "whether its report could be made and posted now: sources, credentials, channel",
    Verb.PAUSE: "nothing runs or is posted until then",
    Verb.RESUME: "end a pause",
    Verb.COST: "what a month cost, and will cost (in the ops channel or a direct message)",
    Verb.ROTATE: "put another credential in the place of one, tried before it counts",
    Verb.WHOAMI: "what I take you for",
    Verb.HELP: "this list",
}
_KINDS = {
    Kind.SHELL: "the bot's own user, on its machine",
    Kind.OPERATOR: "an operator: you may ask me anything",
    Kind.MEMBER: "a member of this workspace",
    Kind.GUEST: "a guest of this workspace",
    Kind.FOREIGN: "a member of another workspace",
    Kind.BOT: "a bot, or a closed account",
    Kind.UNKNOWN: "somebody I cannot look up in Slack right now; please try again in a minute",
}


Ask = Callable[[scope.Asker, grammar.Request], Awaitable[answers.Answer]]


class Operations:
    """Everything that may be asked. Each part checks its asker itself, first."""

    def __init__(
        self,
        needs: ports.Needs,
        *,
        clients_: scope.Clients,
        clock: clock.Clock,
        budget: Decimal | None = None,
    ) -> None:
        self.scope = scope.Scope(clients_, audit=needs.store.audit, clock=clock)
        self.clients = clients.Clients(self.scope, needs)
        self.runs = runs.Runs(self.scope, needs)
        self.identities = identities.Identities(self.scope, needs)
        self.leaving = leaving.Leaving(self.scope, needs)
        self.outages = outages.Outages(self.scope, needs)
        self.costs = costs.Costs(self.scope, needs, budget=budget)
        self.credentials = credentials.Credentials(self.scope, needs)
        self.cabinet = cabinet.Cabinet(self.scope, needs, self.credentials)
        self.explain = explain.Explain(self.scope, needs)
        self.finding = finding.Finding(self.scope, needs)

    def read(self, asker: scope.Asker, text: str) -> grammar.Request:
        """Take apart what was typed; raises UsageError with what may have been meant."""
        return grammar.parse(text, clients=self.scope.names(asker))

    async def ask(self, asker: scope.Asker, request: grammar.Request) -> answers.Answer:
        """Do what was typed; raises UsageError in words for the asker."""
        return await self._table()[request.verb](asker, request)

    def _table(self) -> Mapping[Verb, Ask]:
        return {
            Verb.MENU: lambda asker, _: self.clients.overview(asker),
            Verb.HELP: lambda asker, _: self.help(asker),
            Verb.LIST: lambda asker, _: self.clients.list(asker),
            Verb.STATUS: lambda asker, request: self.clients.status(asker, request.names),
            Verb.SCHEDULE: lambda asker, request: self.clients.schedule(asker, request.names),
            Verb.HISTORY: lambda asker, request: self.clients.history(asker, request.names),
            Verb.COST: lambda asker, request: self.costs.month(
                asker, request.names, month=request.month
            ),
            Verb.ROTATE: lambda asker, request: self.credentials.form(asker, request.names),
            Verb.WHOAMI: lambda asker, _: self.whoami(asker),
            Verb.RERUN: lambda asker, request: self.runs.rerun(
                asker, request.names, period=request.period
            ),
            Verb.RERUN_FAILED: lambda asker, _: self.runs.rerun_failed(asker),
            Verb.CHECK: lambda asker, request: self.identities.check(
                asker, next(iter(request.names), "")
            ),
            Verb.PAUSE: self.clients.pause,
            Verb.RESUME: lambda asker, request: self.clients.resume(asker, request.names),
        }

    async def help(self, asker: scope.Asker) -> answers.Help:
        """`/report help`: what this asker may type here."""
        self.scope.allow(asker, access.Operation.HELP)
        lines = tuple(
            (grammar.USAGE[verb], about)
            for verb, about in _ABOUT.items()
            if asker.actor.operator or verb in _FOR_ALL
        )
        return answers.Help(lines=lines)

    async def whoami(self, asker: scope.Asker) -> answers.Done:
        """`/report whoami`: what somebody is taken for, and what follows from it."""
        self.scope.allow(asker, access.Operation.WHOAMI)
        told = f"You are {_KINDS[asker.actor.kind]}."
        if not asker.actor.operator:
            told += " In a client's channel you can see how its reports stand."
        return answers.Done(text=f"{told} (`{asker.actor.who}`)")


def changes(word: str) -> bool:
    """Whether a command that begins with this word changes something, if it can be read."""
    return grammar.verb(word) in CHANGING


CHANGING = frozenset({Verb.RERUN, Verb.RERUN_FAILED, Verb.PAUSE, Verb.RESUME})
"""What changes something, and so is written down before it is acknowledged."""
_FOR_ALL = frozenset({Verb.MENU, Verb.STATUS, Verb.WHOAMI, Verb.HELP})
