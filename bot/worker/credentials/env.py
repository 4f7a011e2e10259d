"""``env://NAME``: the text came with the order, which the parent filled from its environment."""

from collections.abc import Mapping

from bot import errors
from bot.domain import run, spec
from bot.worker import sources


def fetch(source: spec.SourceSpec, texts: Mapping[str, str]) -> object | None:
    """Return the typed credential of a source; None where it names none.

    Raises RunError that names the reference and never quotes the value.
    """
    if source.credential is None:
        return None
    text = texts.get(source.credential, "")
    if not text.strip():
        raise _failed(source, run.FailureCode.CREDENTIAL_MISSING)
    try:
        return sources.parser(source)(text)
    except ValueError as fault:
        raise _failed(source, run.FailureCode.CREDENTIAL_INVALID, fault=str(fault)) from None


def _failed(source: spec.SourceSpec, code: run.FailureCode, *, fault: str = "") -> errors.RunError:
    failure = run.Failure(
        code=code,
        source=source.name,
        kind=source.kind,
        reference=source.credential,
        params={"fault": fault} if fault else {},
    )
    return errors.RunError(failure)
