"""What the broker saw of a run, set against what the run says of itself."""

from dataclasses import replace

from bot import wire
from bot.domain import money, report, run
from bot.executors import brokering
from bot.ipc import told as from_broker

_WORDS = 200
_TEXT = 300


def told(
    outcome: wire.RunOutcome, order: wire.RunOrder, *, outside: brokering.Outside | None
) -> wire.RunOutcome:
    """Return the outcome as the broker bears it out; unchanged where there is no broker.

    What the shared key cost is what the broker counted, whatever the run says. Each host that was
    refused is a finding of the report, or stands with the failure.
    """
    if outside is None:
        return outcome
    usage = outcome.usage
    if order.model is None or order.model.reference is None:
        others = (one for one in usage if one.kind is not money.UsageKind.MODEL)
        usage = (*others, *outside.usage)
    if isinstance(outcome, wire.RunFailed):
        return replace(outcome, failure=_failure(outcome.failure, outside), usage=usage)
    findings = (*outcome.report.findings, *map(_finding, outside.refused))
    return replace(outcome, report=replace(outcome.report, findings=findings), usage=usage)


def _failure(failed: run.Failure, outside: brokering.Outside) -> run.Failure:
    told = [*map(_sentence, outside.refused)]
    # Of what was not reached the broker knows why; the client of a source saw a closed door.
    unreached = failed.code is run.FailureCode.SOURCE_UNREACHABLE
    said = " ".join([*told, failed.said] if unreached else [failed.said, *told]).strip()
    return replace(failed, said=said[:_WORDS])


def _finding(refused: from_broker.Refused) -> report.Finding:
    return report.Finding(
        code=report.EGRESS_REFUSED,
        severity=report.Severity.NOTE,
        subject=refused.host[:_WORDS],
        text=_sentence(refused)[:_TEXT],
    )


def _sentence(refused: from_broker.Refused) -> str:
    return f"Tried to reach {refused.host}: {refused.why}."
