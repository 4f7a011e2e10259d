"""The sentence and the remedy of every failure code: what people are told of a failure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.run import FailureCode


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
        remedy="$set and press Retry.",
    ),
    FailureCode.CREDENTIAL_INVALID: Words(
        stage="credentials",
        retryable=False,
        short="credential unusable",
        sentence="The credential $reference of $source is not of a form it can use: $fault.",
        remedy="Replace it and press Retry.",
    ),
    FailureCode.CREDENTIAL_CLOSED: Words(
        stage="credentials",
        retryable=False,
        short="credential sealed",
        sentence="The sealed credential $reference of $source cannot be opened: $fault.",
        remedy="$remedy, then press Retry.",
    ),
    FailureCode.CREDENTIAL_REFUSED: Words(
        stage="sources",
        retryable=False,
        short="sign-in revoked",
        sentence="$source refused our sign-in with $reference.",
        remedy="$replace, or grant it access again, then press Retry.",
    ),
    FailureCode.CREDENTIAL_SHARED: Words(
        stage="credentials",
        retryable=False,
        short="credential not its own",
        sentence=(
            "The credential $reference of $source is the same as another client's: "
            "each signs in with one of its own, unless the agency has declared it."
        ),
        remedy=(
            "Give this client one of its own, or declare it in clients/agency.yaml and name it "
            "with agency: in both clients' files, then press Retry. The bot's log says whose it is."
        ),
    ),
    FailureCode.LEAKED: Words(
        stage="executor",
        retryable=False,
        short="held a secret",
        sentence=(
            "What the run told holds a credential, or something that looks like one. "
            "Nothing of it was kept or posted."
        ),
        remedy=(
            "See that no query, label or file of this client shows a secret, replace what was "
            "shown, then press Retry."
        ),
    ),
    FailureCode.STORE_REFUSED: Words(
        stage="credentials",
        retryable=False,
        short="store sign-in refused",
        sentence=(
            "$store, where $reference is kept, does not let this client's identity in: $fault."
        ),
        remedy="Mend its entry under stores in client.yaml, or what it names, then press Retry.",
    ),
    FailureCode.STORE_FORBIDDEN: Words(
        stage="credentials",
        retryable=False,
        short="store access denied",
        sentence="$store does not let $identity $deed $reference.",
        remedy="Grant it $right, then press Retry.",
    ),
    FailureCode.STORE_LACKS: Words(
        stage="credentials",
        retryable=False,
        short="not in its store",
        sentence="$store does not hold $reference: $fault.",
        remedy="Put it there or mend the reference in client.yaml, then press Retry.",
    ),
    FailureCode.STORE_SEALED: Words(
        stage="credentials",
        retryable=True,
        short="store sealed",
        sentence="$store, where $reference is kept, is sealed: it gives out nothing.",
        remedy="It is tried again by itself; somebody has to unseal it.",
    ),
    FailureCode.STORE_UNREACHABLE: Words(
        stage="credentials",
        retryable=True,
        short="store not reachable",
        sentence="$store, where $reference is kept, could not be reached.",
    ),
    FailureCode.STORE_FAULT: Words(
        stage="credentials",
        retryable=True,
        short="store faulty for now",
        sentence="$store, where $reference is kept, answered with a fault of its own: $fault.",
    ),
    FailureCode.PACKAGE_MISSING: Words(
        stage="credentials",
        retryable=False,
        short="package missing",
        sentence="What reads $reference is not installed where the bot runs.",
        remedy="Run $command there, restart the bot and press Retry.",
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
    FailureCode.HOST_BARRED: Words(
        stage="sources",
        retryable=False,
        short="address not allowed",
        sentence="$source needs $host, which no run may dial: $fault.",
        remedy=(
            "If it is where its data is kept, let the operator of the bot name it in "
            "REPORTOPS_EGRESS_PRIVATE and restart the bot; else mend client.yaml. "
            "Then press Retry."
        ),
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
    FailureCode.FILE_UNREADABLE: Words(
        stage="sources",
        retryable=False,
        short="data file unreadable",
        sentence="$source cannot run the query $query ($file): $fault.",
        remedy=(
            "Save the file as “CSV UTF-8” (Excel's plain “CSV” is Windows-1252), or, where it "
            "holds neither € nor typographic quotes, read it with encoding = 'latin-1'. "
            "Then press Retry."
        ),
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
    FailureCode.OTHER_CURRENCY: Words(
        stage="metrics",
        retryable=False,
        short="other currency",
        sentence="The money of $source is in $given, and the report's is in $wanted.",
        remedy=(
            "Where $source can convert, as Google Analytics can, write currency: $wanted at the "
            "source in client.yaml; else leave its money out. Then press Retry."
        ),
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
