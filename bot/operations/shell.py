"""What the shell asks of a running bot, or of the store itself while no bot runs."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from bot import access, errors
from bot.operations import answers, facade, grammar, scope
from bot.store import Store


class Shell:
    """Answers questions; a ``control.Responder``. ``health`` says what may be wrong."""

    def __init__(
        self,
        operations: facade.Operations,
        store: Store,
        *,
        wake: Callable[[], None],
        health: Callable[[], Awaitable[answers.Health]],
    ) -> None:
        self._operations = operations
        self._store = store
        self._wake = wake
        self._health = health

    async def __call__(self, question: answers.Question, asker: scope.Asker) -> answers.Answer:
        """Answer one question; raises UsageError, ConfigurationError or StoreError."""
        match question.verb:
            case answers.Verb.ASK:
                return await self._operations.ask(asker, _request(question))
            case answers.Verb.SHEET:
                asked = _request(question)
                text = await self._operations.costs.lines(asker, asked.names, month=asked.month)
                return answers.Done(text=text)
            case answers.Verb.CHECK | answers.Verb.IDENTIFY | answers.Verb.REMOVE:
                return await self._of_client(question, asker)
            case answers.Verb.CREDENTIAL:
                return await self._operations.cabinet(asker, question)
            case answers.Verb.RUN:
                return await self._operations.runs.state(asker, question.run or "")
            case _:
                return await self._keep(question, asker)

    async def _of_client(self, question: answers.Question, asker: scope.Asker) -> answers.Answer:
        """What is about one client's credentials and data."""
        own = self._operations.identities
        if question.verb is answers.Verb.REMOVE:
            return await self._operations.leaving.remove(asker, question.client)
        if question.verb is answers.Verb.CHECK:
            return await own.check(asker, question.client)
        return await own.own(asker, question.client, seen=question.seen)

    async def _keep(self, question: answers.Question, asker: scope.Asker) -> answers.Answer:
        """What is about the bot itself."""
        if question.verb is answers.Verb.HEALTH:
            self._operations.scope.allow(asker, access.Operation.HEALTH)
            return await self._health()
        if question.verb is answers.Verb.WAKE:
            self._operations.scope.allow(asker, access.Operation.WAKE)
            self._wake()
            return answers.Done(text="Looking now.")
        self._operations.scope.allow(asker, access.Operation.BACKUP)
        return await self._backup(question, asker)

    async def _backup(self, question: answers.Question, asker: scope.Asker) -> answers.Done:
        target = Path(question.path)
        if not target.is_absolute():
            raise errors.UsageError("A backup needs the name of the file it goes to.")
        if question.keep is None:
            await self._store.backup(target)
        else:
            now = self._operations.scope.now()
            target = await self._store.keep(target, question.keep, at=now)
        what = access.Operation.BACKUP
        await self._operations.scope.note(asker, what, client=None, detail=str(target))
        return answers.Done(text=f"The database is copied to {target}.")


def _request(question: answers.Question) -> grammar.Request:
    return question.request or grammar.Request(verb=grammar.Verb.HELP)
