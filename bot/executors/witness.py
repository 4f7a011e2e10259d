"""What the broker saw of a run, set against what the run says of itself."""

from dataclasses import replace

from bot import errors, kinds, wire
from bot.domain import money, report, run
from bot.executors import brokering
from bot.ipc import told as from_broker
from bot.kinds import stores

_WORDS = 200
_TEXT = 300
_HTTPS = ":443"
_UNREACHED = frozenset({run.FailureCode.SOURCE_UNREACHABLE, run.FailureCode.HOST_BARRED})


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
        failed = _barred(outcome.failure, order, outside=outside)
        return replace(outcome, failure=_failure(failed, outside), usage=usage)
    findings = (*outcome.report.findings, *map(_finding, outside.refused))
    return replace(outcome, report=replace(outcome.report, findings=findings), usage=usage)


def looked(
    outcome: wire.Checked, order: wire.CheckOrder, *, outside: brokering.Outside | None
) -> wire.Checked:
    """Return what a look at each source found, as the broker bears it out."""
    if outside is None:
        return outcome
    sources = tuple(
        replace(one, failure=one.failure and _barred(one.failure, order, outside=outside))
        for one in outcome.sources
    )
    return replace(outcome, sources=sources)


def _barred(
    failed: run.Failure,
    order: wire.RunOrder | wire.CheckOrder,
    *,
    outside: brokering.Outside,
) -> run.Failure:
    """What passes by itself does not where a host of the source, or of the store that has its
    credential, is at an address that may not be dialled.
    """
    source = order.client.sources.get(failed.source or "")
    if source is None or not errors.is_retryable(failed.code):
        return failed
    kind = kinds.KINDS[source.kind]
    needs = {*kind.hosts(kind.settings.model_validate(source.settings))}
    needs |= stores.hosts(order.client.stores, [source.credential or ""])
    named = {one.removesuffix(_HTTPS) for one in needs}
    for one in outside.refused:
        if one.barred and one.host in named:
            params = {"host": one.host[:_WORDS], "fault": one.why.partition(";")[0][:_WORDS]}
            return replace(failed, code=run.FailureCode.HOST_BARRED, params=params)
    return failed


def _failure(failed: run.Failure, outside: brokering.Outside) -> run.Failure:
    told = [*map(_sentence, outside.refused)]
    # Of what was not reached the broker knows why; the client of a source saw a closed door.
    unreached = failed.code in _UNREACHED
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
