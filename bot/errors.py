"""The error tree, and the sentence and remedy of every failure code.

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

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from bot.domain import run
from bot.domain.run import FailureCode


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What people are told about a failure code.

    ``sentence`` and ``remedy`` are templates over ``$source`` (the source's label), ``$query``,
    ``$reference`` and the failure's own params; a name that is absent reads as its own word.
    """

    stage: str
    """Where in the path of a run: credentials, sources, metrics, executor, delivery."""
    retryable: bool
    sentence: str
    remedy: str = "It is tried again by itself."
    short: str
    """Three words or so for one-line lists."""


WORDS: Mapping[FailureCode, Words] = {
    FailureCode.CREDENTIAL_MISSING: Words(
        stage="credentials",
        retryable=False,
        short="credential not set",
        sentence="The credential $reference of $source is not set where the bot runs.",
        remedy="Set it and press Retry.",
    ),
    FailureCode.CREDENTIAL_INVALID: Words(
        stage="credentials",
        retryable=False,
        short="credential unusable",
        sentence="The credential $reference of $source is not of a form it can use: $fault.",
        remedy="Replace it and press Retry.",
    ),
    FailureCode.CREDENTIAL_REFUSED: Words(
        stage="sources",
        retryable=False,
        short="sign-in revoked",
        sentence="$source refused our sign-in with $reference.",
        remedy="Retrying cannot help until the credential is replaced or granted again.",
    ),
    FailureCode.PERMISSION_DENIED: Words(
        stage="sources",
        retryable=False,
        short="access denied",
        sentence="$source let us in but does not let us read what the query $query asks for.",
        remedy="Grant read access to it, then press Retry.",
    ),
    FailureCode.NOT_FOUND: Words(
        stage="sources",
        retryable=False,
        short="not found",
        sentence="$source does not know what the query $query asks for: $fault.",
        remedy="Mend its id in client.yaml, or grant access to it, then press Retry.",
    ),
    FailureCode.SOURCE_UNREACHABLE: Words(
        stage="sources",
        retryable=True,
        short="not reachable",
        sentence="$source could not be reached.",
    ),
    FailureCode.SOURCE_BUSY: Words(
        stage="sources",
        retryable=True,
        short="rate limited",
        sentence="$source is turning requests away (rate limit or quota).",
    ),
    FailureCode.QUOTA_EXHAUSTED: Words(
        stage="sources",
        retryable=True,
        short="quota used up",
        sentence="Our quota at $source is used up.",
        remedy="It is tried again by itself once the quota refills.",
    ),
    FailureCode.SOURCE_FAULT: Words(
        stage="sources",
        retryable=True,
        short="faulty for now",
        sentence="$source answered with a fault of its own.",
    ),
    FailureCode.SOURCE_TIMEOUT: Words(
        stage="sources",
        retryable=True,
        short="too slow",
        sentence="$source took too long over the query $query.",
    ),
    FailureCode.API_SUNSET: Words(
        stage="sources",
        retryable=False,
        short="API version ended",
        sentence="$source has switched off the version of its API that we ask: $fault.",
        remedy="Name a newer api_version in client.yaml or upgrade reportops, then press Retry.",
    ),
    FailureCode.QUERY_INVALID: Words(
        stage="sources",
        retryable=False,
        short="query broken",
        sentence="$source cannot run the query $query ($file).",
        remedy="Mend the query, then press Retry.",
    ),
    FailureCode.FILE_MISSING: Words(
        stage="sources",
        retryable=False,
        short="data file missing",
        sentence="$source cannot run the query $query ($file): $fault.",
        remedy="Put the file there or mend its name in the SQL, then press Retry.",
    ),
    FailureCode.QUERY_REFUSED: Words(
        stage="sources",
        retryable=False,
        short="query refused",
        sentence="The query $query ($file) does more than read: $fault.",
        remedy="Let it read the client's own data and no more, then press Retry.",
    ),
    FailureCode.QUERY_TOO_LARGE: Words(
        stage="sources",
        retryable=False,
        short="query too large",
        sentence="The query $query ($file) needs more $fault than a run may have.",
        remedy="Let it read, join or sort less at once, then press Retry.",
    ),
    FailureCode.BUDGET_EXCEEDED: Words(
        stage="sources",
        retryable=False,
        short="over its byte limit",
        sentence="The query $query would read more than maximum_bytes_billed allows.",
        remedy="Narrow the query or raise the limit in client.yaml, then press Retry.",
    ),
    FailureCode.RESULT_INVALID: Words(
        stage="metrics",
        retryable=False,
        short="unexpected result",
        sentence="The result of the query $query is not what the report needs: $fault.",
        remedy="Mend the query or the metric, then press Retry.",
    ),
    FailureCode.RESULT_EMPTY: Words(
        stage="metrics",
        retryable=False,
        short="no rows",
        sentence="The query $query gave no rows for this period.",
        remedy="Check that the data has arrived, then press Retry.",
    ),
    FailureCode.NOT_FRESH: Words(
        stage="sources",
        retryable=True,
        short="data not complete",
        sentence="The data of the query $query is not complete for the period yet.",
    ),
    FailureCode.FORMULA_INVALID: Words(
        stage="metrics",
        retryable=False,
        short="formula broken",
        sentence="The formula of $metric cannot be computed: $fault.",
        remedy="Mend the formula in client.yaml, then press Retry.",
    ),
    FailureCode.CONFIGURATION: Words(
        stage="metrics",
        retryable=False,
        short="configuration fault",
        sentence="The report's configuration does not hold together: $fault.",
        remedy="Mend client.yaml, then press Retry.",
    ),
    FailureCode.ISOLATION_MISSING: Words(
        stage="executor",
        retryable=False,
        short="not isolated enough",
        sentence="The client's file demands isolation $wanted; this machine gives $given.",
        remedy=(
            "Nothing was run. See what is missing with reportops check --walls, and mend that or "
            "ask less in client.yaml, then press Retry."
        ),
    ),
    FailureCode.DEADLINE: Words(
        stage="executor",
        retryable=True,
        short="ran too long",
        sentence="The run took longer than the $seconds seconds it may take, and was ended.",
    ),
    FailureCode.MEMORY: Words(
        stage="executor",
        retryable=True,
        short="out of memory",
        sentence=(
            "All runs together took more than the $budget MiB of memory they may have; this one "
            "had the most, $used MiB, and was ended."
        ),
        remedy=(
            "It is tried again by itself. If it comes back, let its queries return less, or raise "
            "REPORTOPS_MEMORY_BUDGET_MB."
        ),
    ),
    FailureCode.CRASHED: Words(
        stage="executor",
        retryable=True,
        short="stopped unexpectedly",
        sentence="The run stopped before it could give a result.",
    ),
    FailureCode.POST_REFUSED: Words(
        stage="delivery",
        retryable=False,
        short="Slack refused the post",
        sentence="Slack refused the post: $fault.",
        remedy="$remedy",
    ),
    FailureCode.POST_UNCLEAR: Words(
        stage="delivery",
        retryable=False,
        short="post unclear",
        sentence="The report may or may not be in its channel, and nobody can look: $fault.",
        remedy="It is posted once that can be found out. $remedy",
    ),
}


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
    return fields


def describe(failure: run.Failure, *, source_label: str | None = None) -> str:
    """Return one plain sentence for operators. Never holds ``said`` or a credential."""
    fields = _fields(failure, source_label)
    told = WORDS[failure.code].sentence
    if failure.query in {None, "setup"} and fields.get("file", "client.yaml") == "client.yaml":
        told = told.replace(" ($file)", "").replace("the query $query", "its entry in client.yaml")
    told = Template(told).safe_substitute(fields)
    return told[:1].upper() + told[1:] + _asked(failure.params.get("retry_after", ""))


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
    return Template(WORDS[failure.code].remedy).safe_substitute(fields)


def short(failure: run.Failure, *, source_label: str | None = None) -> str:
    """Return it in a few words for one-line lists, such as ``BigQuery sign-in revoked``."""
    label = source_label or failure.source or ""
    return f"{label} {WORDS[failure.code].short}".strip()


def is_retryable(code: FailureCode) -> bool:
    """Whether another attempt by itself can help."""
    return WORDS[code].retryable
