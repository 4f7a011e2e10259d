"""The error tree, and a failure in words.

    ReportopsError                    everything we raise on purpose
    ├── ConfigurationError            settings or files are wrong; exit code 2
    ├── UsageError                    a person asked for something that cannot be; says what can
    ├── RunError                      an attempt failed; carries a domain Failure
    ├── RunLost                       what held an attempt's process is gone; nobody's failure
    ├── GuardLost                     a program that holds the runs has ended; the bot must as well
    ├── StoreError                    the database cannot be used
    │   ├── FutureDatabase            made by a newer reportops
    │   ├── MoveRefused               a run's status may not change that way
    │   ├── OwnedElsewhere            another process holds the lock
    │   └── StoreTrouble              the disk or the file refuses: full, read-only, damaged, locked
    └── WireError                     what crossed the process border is not what was agreed

Bases are for catching, leaves for naming. A ``Failure`` is data because it crosses the process
border and is stored; ``describe`` turns it into words in the parent (Settled 13).
"""

from string import Template

from bot.domain import run, words
from bot.domain.run import FailureCode

WORDS = words.WORDS


class ReportopsError(Exception):
    """Everything we raise on purpose."""


class ConfigurationError(ReportopsError):
    """Settings or files are wrong. The text says where, what, and what to do."""


class UsageError(ReportopsError):
    """A person asked for something that cannot be. The text is fit for them as it stands."""


class RunError(ReportopsError):
    """An attempt failed in a known way."""

    def __init__(self, failure: run.Failure) -> None:
        super().__init__(failure.code.value)
        self.failure = failure


class RunLost(ReportopsError):  # noqa: N818 - nobody's failure
    """What held an attempt's process died, or ended for newer code: it counts as never made."""


class GuardLost(ReportopsError):  # noqa: N818
    """What holds the runs has ended, and only a bot that is started afresh has it again."""


class StoreError(ReportopsError):
    """The database cannot be used as asked."""


class FutureDatabase(StoreError):  # noqa: N818 - named for what it is
    """The database was made by a newer reportops."""


class MoveRefused(StoreError):  # noqa: N818
    """A run's status may not change that way, or has changed meanwhile."""


class OwnedElsewhere(StoreError):  # noqa: N818
    """Another process owns the database."""


class StoreTrouble(StoreError):  # noqa: N818
    """The disk or the file refuses; nothing half done is left behind, and it may pass."""


class WireError(ReportopsError):
    """What crossed the process border is not what was agreed."""


class _Gentle(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def _fields(failure: run.Failure, source_label: str | None) -> _Gentle:
    known = {
        "source": source_label or failure.source,
        "query": failure.query and f"“{failure.query}”",
        "reference": failure.reference,
    }
    fields = _Gentle(failure.params)
    fields.update({key: value for key, value in known.items() if value})
    fields.setdefault("source", "The source")
    fields.setdefault("set", "Set it")
    fields["replace"] = _replaced(failure.reference or "the credential")
    return fields


def _replaced(reference: str) -> str:
    """Where another is put in its place: the bot's own store it rotates itself."""
    if reference.startswith("local://"):
        return f"Rotate {reference}"
    where = "where the bot runs" if reference.startswith("env://") else "where it is kept"
    return f"Replace {reference} {where}"


def describe(failure: run.Failure, *, source_label: str | None = None) -> str:
    """Return one plain sentence for operators. Never holds ``said`` or a credential."""
    fields = _fields(failure, source_label)
    told = WORDS[failure.code].sentence
    if _is_opening(failure):
        told = told.replace(" ($file)", "").replace("the query $query", "its entry in client.yaml")
    told = Template(told).safe_substitute(fields)
    also = f" Also: {failure.params['also']}." if failure.params.get("also") else ""
    return told[:1].upper() + told[1:] + _asked(failure.params.get("retry_after", "")) + also


def _is_opening(failure: run.Failure) -> bool:
    """Whether it befell the source itself, before any query."""
    is_entry = failure.params.get("file", "client.yaml") == "client.yaml"
    return failure.query in {None, "setup"} and is_entry


def _asked(seconds: str) -> str:
    """When the source wants to be asked again, where it said so."""
    if not (seconds.isascii() and seconds.isdecimal()):
        return ""
    hours, rest = divmod(max(1, round(int(seconds) / 60)), 60)
    told = f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"
    return f" It asks us to come back in {told}."


def remedy(
    failure: run.Failure, *, source_label: str | None = None, used_up: int | None = None
) -> str:
    """Return what to do next, one plain sentence for operators.

    ``used_up``: after so many attempts nothing is tried again by itself; None: it still is.
    """
    if used_up is not None and is_retryable(failure.code):
        times = "once" if used_up == 1 else f"{used_up} times"
        return f"It was tried {times} and is not tried again by itself: press Retry."
    fields = _fields(failure, source_label)
    told = WORDS[failure.code].remedy
    if _is_opening(failure):
        told = told.replace("Mend the query", "Mend its entry in client.yaml")
    return Template(told).safe_substitute(fields)


def short(failure: run.Failure, *, source_label: str | None = None) -> str:
    """Return it in a few words for one-line lists, such as ``BigQuery sign-in revoked``."""
    label = source_label or failure.source or ""
    return f"{label} {WORDS[failure.code].short}".strip()


def is_retryable(code: FailureCode) -> bool:
    """Whether another attempt by itself can help."""
    return WORDS[code].retryable
