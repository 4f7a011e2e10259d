"""What the broker saw against what a run says."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot import errors, wire
from bot.domain import money, run, spec
from bot.executors import brokering, witness
from bot.guard import dial
from bot.ipc import channel, told
from bot.kinds import billed
from tests import samples
from tests.executors import acting
from tests.guard import clients

MODEL = money.Usage(kind=money.UsageKind.MODEL, item="m", cost=Decimal("0.5"), input_tokens=7)
QUERY = money.Usage(kind=money.UsageKind.BIGQUERY, item="orders", cost=Decimal(1))
EVIL = told.Refused(host="evil.example", why="not among the hosts of this report's sources")
SHARED = wire.ModelAccess(key="k")


def order(model: wire.ModelAccess | None = SHARED) -> wire.RunOrder:
    return replace(clients.order(Path("scratch")), model=model)


def made(*usage: money.Usage) -> wire.ReportMade:
    return wire.ReportMade(report=samples.FACTS, usage=usage, timings={})


def failed(*usage: money.Usage, said: str = "") -> wire.RunFailed:
    failure = run.Failure(code=run.FailureCode.QUERY_INVALID, said=said)
    return wire.RunFailed(failure=failure, usage=usage, timings={})


@pytest.mark.parametrize("outcome", [made(), failed()])
def test_the_shared_key_costs_what_the_broker_counted(outcome: wire.RunOutcome) -> None:
    lie = replace(MODEL, cost=Decimal(0))
    claimed = replace(outcome, usage=(QUERY, lie))
    outside = brokering.Outside(usage=[MODEL, MODEL])
    assert witness.told(claimed, order(), outside=outside).usage == (QUERY, MODEL, MODEL)
    nothing = witness.told(claimed, order(), outside=brokering.Outside())
    assert nothing.usage == (QUERY,)


def test_a_clients_own_key_costs_what_the_run_says() -> None:
    own = wire.ModelAccess(key="", reference="env://ACME_MODEL")
    found = witness.told(made(MODEL), order(own), outside=brokering.Outside())
    assert found.usage == (MODEL,)


def test_where_there_is_no_broker_nothing_changes() -> None:
    assert witness.told(made(MODEL), order(), outside=None) == made(MODEL)


def test_a_refused_host_is_a_finding_of_the_report() -> None:
    found = witness.told(made(), order(), outside=brokering.Outside(refused=[EVIL]))
    assert isinstance(found, wire.ReportMade)
    finding = found.report.findings[-1]
    assert (finding.code, finding.subject) == ("egress_refused", "evil.example")
    assert finding.text == (
        "Tried to reach evil.example: not among the hosts of this report's sources."
    )


def test_a_refused_host_stands_with_the_failure() -> None:
    found = witness.told(failed(said="no way"), order(), outside=brokering.Outside(refused=[EVIL]))
    assert acting.failure(found).said.startswith("no way Tried to reach evil.example: ")
    unreached = run.Failure(code=run.FailureCode.SOURCE_UNREACHABLE, said="a closed door")
    outcome = replace(failed(), failure=unreached)
    found = witness.told(outcome, order(), outside=brokering.Outside(refused=[EVIL]))
    assert acting.failure(found).said.startswith("Tried to reach evil.example: ")
    assert acting.failure(found).said.endswith(" a closed door")
    many = brokering.Outside(refused=[EVIL] * 20)
    assert len(acting.failure(witness.told(failed(), order(), outside=many)).said) == 200


async def test_what_was_told_before_the_end_is_heard_by_then() -> None:
    ours, theirs = channel.pair()
    broker = brokering.Broker(ours)
    outside, other = broker.watch("1"), broker.watch("2")
    channel.send(theirs, told.write("1", EVIL))
    channel.send(theirs, told.write("1", told.Spent(line=billed.write(MODEL))))
    channel.send(theirs, told.write("2", told.Spent(line={"odd": 1})))
    channel.send(theirs, {"told": "odd", "token": "1"})
    channel.send(theirs, told.write("3", EVIL))
    broker.leave("1")
    assert (outside.refused, outside.usage) == ([EVIL], [MODEL])
    assert (other.refused, other.usage) == ([], [])
    theirs.close()
    broker.leave("2")
    assert other.lost
    assert broker.watch("4").lost
    await asyncio.sleep(0)
    broker.close()


INSIDE = told.Refused(
    host="db.globex.example:5432",
    why="an address of the inside; REPORTOPS_EGRESS_PRIVATE could allow it",
    barred=True,
)
CRM = spec.SourceSpec(
    name="crm",
    kind="postgres",
    settings={"host": "db.globex.example", "database": "crm", "user": "reader"},
    credential="vault://kv/crm",
    identity="x",
)
VAULT = {
    "vault": {"url": "https://vault.globex.example", "role": "globex", "token": "local://token"}
}


def _crm(code: run.FailureCode, *refused: told.Refused) -> run.Failure:
    """What is told of a failure of the source crm."""
    one = order()
    of = replace(one.client, sources={"crm": CRM}, stores=VAULT)
    outcome = replace(failed(), failure=run.Failure(code=code, source="crm", kind="postgres"))
    outside = brokering.Outside(refused=[*refused])
    return acting.failure(witness.told(outcome, replace(one, client=of), outside=outside))


@pytest.mark.parametrize("host", [INSIDE.host, "vault.globex.example"])
def test_an_address_of_the_inside_is_not_tried_again(host: str) -> None:
    told_ = _crm(run.FailureCode.SOURCE_UNREACHABLE, replace(INSIDE, host=host))
    assert told_.code is run.FailureCode.HOST_BARRED
    assert not errors.is_retryable(told_.code)
    assert f"needs {host}, which no run may dial: an address of the inside." in (
        errors.describe(told_, source_label="PostgreSQL")
    )


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (run.FailureCode.SOURCE_UNREACHABLE, replace(INSIDE, why=dial.UNKNOWN, barred=False)),
        (run.FailureCode.SOURCE_UNREACHABLE, replace(INSIDE, host="other.example")),
        (run.FailureCode.CREDENTIAL_REFUSED, INSIDE),
    ],
)
def test_what_is_unknown_foreign_or_terminal_stays_what_it_is(
    code: run.FailureCode, refused: told.Refused
) -> None:
    assert _crm(code, refused).code is code


def test_a_look_tells_of_an_address_of_the_inside_too() -> None:
    failure = run.Failure(code=run.FailureCode.SOURCE_UNREACHABLE, source="crm", kind="postgres")
    found = wire.Checked(sources=(wire.Source(name="crm", failure=failure),))
    of = replace(order().client, sources={"crm": CRM})
    asked = wire.CheckOrder(
        client=of, as_of=samples.AS_OF, credentials={}, deadline_seconds=1, scratch=Path("scratch")
    )
    outside = brokering.Outside(refused=[INSIDE])
    (one,) = witness.looked(found, asked, outside=outside).sources
    assert one.failure is not None
    assert one.failure.code is run.FailureCode.HOST_BARRED
