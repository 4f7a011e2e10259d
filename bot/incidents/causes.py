"""What failures have in common: of one client, and of several."""

from datetime import timedelta

from bot import errors
from bot.domain import client, reference, run

LATELY = timedelta(hours=4)
"""The same cause within so long after its end is the same incident again, on the same card."""
PASSING = timedelta(hours=6)
"""Failures that pass by themselves have one cause only while they are tried again."""
_FOREVER = timedelta(days=365)
_CODE = run.FailureCode
REPLACEABLE = frozenset(
    {_CODE.CREDENTIAL_MISSING, _CODE.CREDENTIAL_INVALID, _CODE.CREDENTIAL_REFUSED}
)
"""What another credential mends."""
_LOGIN = REPLACEABLE | {_CODE.CREDENTIAL_CLOSED}
_AWAY = frozenset(
    {_CODE.SOURCE_UNREACHABLE, _CODE.SOURCE_BUSY, _CODE.SOURCE_FAULT, _CODE.SOURCE_TIMEOUT}
    | {_CODE.QUOTA_EXHAUSTED, _CODE.API_SUNSET}
)
_CREDENTIAL = "credential"
_LOGINS, _SLACK, _AGENCY = "login:", "slack:", "agency:"
_SEALED = "local://"
_ANY = "any"
"""Whichever client."""
_MACHINE = frozenset({_CODE.CRASHED, _CODE.DEADLINE})


def cause(failure: run.Failure) -> str:
    """Return what a client's failures that share a card have in common:
    ``<source, credential or stage>:<code>``. One credential may serve several sources, and what
    another one mends is one cause, whichever way it shows.
    """
    login = failure.reference if failure.code in _LOGIN else None
    if login and failure.code in REPLACEABLE:
        return f"{login}:{_CREDENTIAL}"
    return f"{login or failure.source or errors.WORDS[failure.code].stage}:{failure.code.value}"


def shared(failure: run.Failure, of: client.Client | None = None) -> str:
    """Return what it may have in common with other clients' failures: one login, that of the
    agency, one kind of source that is away, this machine, the whole workspace refused; empty where
    a client's own channel, files or data are the cause. ``of``: the client whose failure it is.
    """
    if failure.code is _CODE.POST_REFUSED and failure.params.get("of") == "workspace":
        return f"{_SLACK}{failure.said}"
    if failure.code in _LOGIN and failure.reference:
        lent = _lent(failure, of)
        return f"{_AGENCY}{lent}" if lent else _login(failure)
    if failure.code in _AWAY and failure.kind:
        return f"source:{failure.kind}"
    return "machine:" if failure.code in _MACHINE else ""


def _login(failure: run.Failure) -> str:
    """Of a name that is sealed for each client by itself, what clients have in common is at most
    what opens it; every other reference means one credential, whoever names it.
    """
    named = failure.reference or ""
    if not named.startswith(_SEALED) or reference.parse(named).owner(_ANY) != _ANY:
        return f"{_LOGINS}{named}"
    return f"{_LOGINS}{_SEALED}" if failure.code is _CODE.CREDENTIAL_CLOSED else ""


def fewest(of: str) -> int:
    """Return how many clients make it an outage: what the whole workspace is refused is nobody's
    own, nor is what the agency lends; a login is one thing for certain, but of the rest two may
    meet by chance.
    """
    if of.startswith((_SLACK, _AGENCY)):
        return 1
    return 2 if of.startswith(_LOGINS) else 3


def agency(of: str) -> str:
    """Return the name of the agency's credential that is the cause; empty: none is."""
    return of.removeprefix(_AGENCY) if of.startswith(_AGENCY) else ""


def _lent(failure: run.Failure, of: client.Client | None) -> str | None:
    sources = of.sources.values() if of else ()
    return next((one.agency for one in sources if one.credential == failure.reference), None)


def within(of: str) -> timedelta:
    """Return how long an incident may have been open to count."""
    return _FOREVER if of.startswith((_LOGINS, _SLACK, _AGENCY)) else PASSING
