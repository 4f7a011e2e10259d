"""Everything people may ask for that changes something: the whole list.

A deed is done from what its ``Turn`` holds and from nothing else, so that a later life of the bot
can do it too; and doing it twice does it once. A handler that changes something names its deed to
``Desk.act`` or ``Desk.submit``; that is all it takes to be written down before it is acknowledged.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.operations import answers, grammar, scope
from bot.operations.facade import Operations
from bot.runs import acts
from bot.slack import ids
from handlers import drawing, payload

REPORT = "report"
"""A `/report` command that changes something."""

Do = Callable[[scope.Asker, payload.Turn], Awaitable[drawing.Shown]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that may be asked for."""

    do: Do
    """Raises UsageError in words for the asker, who may not be allowed to."""
    via: str = "button"
    """How it is asked for, for the audit trail: command, button, modal or shortcut."""
    decides: bool = False
    """Its answer takes the place of the question, where only the asker sees that."""


def table(operations: Operations) -> Mapping[str, Deed]:
    """Return every deed by the name that the inbox keeps, which outlives this version."""
    runs, clients = operations.runs, operations.clients

    async def typed(who: scope.Asker, turn: payload.Turn) -> answers.Answer:
        return await operations.ask(who, operations.read(who, turn.text))

    async def again(who: scope.Asker, turn: payload.Turn) -> answers.Done:
        client, report, period = (*turn.value.split(" "), "", "")[:3]
        names = tuple(name for name in (client, report) if name)
        return await runs.rerun(who, names, period=period or None)

    return {
        REPORT: Deed(via="command", do=typed),
        ids.RETRY: Deed(do=lambda who, turn: runs.retry(who, turn.value)),
        ids.RETRY_ALL: Deed(do=lambda who, turn: operations.outages.retry_all(who, turn.value)),
        ids.SEND_WITHOUT: Deed(do=lambda who, turn: runs.send_without(who, turn.value)),
        ids.CARD_MENU: Deed(do=lambda who, turn: runs.skip(who, turn.value.partition(":")[2])),
        ids.CONFIRM_AUDIENCE: Deed(do=lambda who, turn: runs.confirm(who, turn.value)),
        ids.IDENTITY_POST: Deed(do=lambda who, turn: operations.identities.post(who, turn.value)),
        ids.IDENTITY_CONFIRM: Deed(
            do=lambda who, turn: operations.identities.confirm(who, turn.value)
        ),
        **_rotations(operations),
        ids.REPLACE: _release(operations, "replace"),
        ids.POST_AS_NEW: _release(operations, "new"),
        ids.DISCARD: _release(operations, "discard"),
        ids.POST_ANYWAY: _release(operations, "post"),
        ids.TRY_AGAIN: _release(operations, "again"),
        ids.MENU_RERUN: Deed(do=again),
        ids.ABOUT_RERUN: Deed(via="shortcut", do=again),
        ids.MENU_RESUME: Deed(do=lambda who, turn: clients.resume(who, named(turn))),
        ids.PAUSE_VIEW: Deed(via="modal", do=lambda who, turn: clients.pause(who, _pause(turn))),
    }


def named(turn: payload.Turn) -> tuple[str, ...]:
    """Return the client that a button carries, as the names of a request."""
    return (turn.value,) if turn.value else ()


def _release(operations: Operations, choice: acts.Choice) -> Deed:
    async def release(who: scope.Asker, turn: payload.Turn) -> answers.Done:
        return await operations.runs.release(who, turn.value, choice=choice)

    return Deed(do=release, decides=True)


def _rotations(operations: Operations) -> Mapping[str, Deed]:
    credentials = operations.credentials
    return {
        ids.ROTATE_CONFIRM: Deed(do=lambda who, turn: credentials.confirm(who, turn.value)),
        ids.ROTATE_CANCEL: Deed(
            do=lambda who, turn: credentials.cancel(who, turn.value), decides=True
        ),
        ids.ROLL_BACK: Deed(do=lambda who, turn: credentials.back(who, turn.value)),
    }


def _pause(turn: payload.Turn) -> grammar.Request:
    """The modal's date is the last day of the pause; the pause ends with it."""
    client, _, _ = turn.value.partition(" ")
    day = turn.fields[ids.PAUSE_UNTIL]
    return grammar.Request(
        verb=grammar.Verb.PAUSE,
        names=(client,),
        until=grammar.parse_date(day) + timedelta(days=1) if day else None,
        rest=turn.fields[ids.PAUSE_REASON],
    )
