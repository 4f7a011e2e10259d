"""What goes into the worker: this client's credentials alone, and a model only within budget."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot import clock, errors, settings, wire
from bot.domain import client, ids, money, run, spec
from bot.runs import orders
from tests import samples
from tests.runs import memory
from tests.runs.people import MONDAY, WEEKLY

KEY = "model-" + "key"
RUN = run.Run(
    id=ids.RunId("0123456789abcdef"),
    client=samples.ACME,
    report=WEEKLY,
    key="cli:1",
    trigger=run.Trigger.SHELL,
    period=samples.THIS_WEEK,
    as_of=MONDAY,
    status=run.Status.RUNNING,
    created_at=MONDAY,
)


async def order(
    of: client.Client = samples.CLIENT,
    *,
    wanted: run.Run = RUN,
    spent: tuple[tuple[str, datetime, str], ...] = (),
    narrative: bool = True,
    config: Mapping[str, object] | None = None,
    counted: Mapping[str, int] | None = None,
) -> wire.RunOrder:
    kept = memory.Memory()
    kept.counted[wanted.id] = dict(counted or {})
    for name, at, cost in spent:
        line = money.Usage(kind=money.UsageKind.MODEL, item="m", cost=Decimal(cost))
        kept.usage.append((ids.ClientId(name), at, line))
    names = {"ACME_BIGQUERY": "acme-key", "PVCP_BIGQUERY": "pvcp-key", "ACME_MODEL": "own-key"}
    write = orders.Orders(
        settings.Settings.model_validate({"ANTHROPIC_API_KEY": KEY, **(config or {})}),
        memory.Ledger(kept),
        now=clock.HeldClock(MONDAY),
        credential=names.get,
        scratch=Path("scratch"),
    )
    return await write.order(wanted, of, attempt=2, narrative=narrative)


async def test_it_holds_this_clients_credentials_and_nobody_elses() -> None:
    made = await order()
    assert made.credentials == {"env://ACME_BIGQUERY": "acme-key"}
    assert "acme-key" not in repr(made)
    assert made.scratch == Path("scratch/0123456789abcdef-2")
    assert made.deadline_seconds == 600


async def test_it_says_whose_cost_stands_in_the_ledger() -> None:
    made = await order(counted={"orders": 1})
    assert made.counted == {"orders": 1}
    assert wire.read_order(wire.write_order(made)) == made


async def test_a_source_that_is_left_out_or_unused_takes_its_credential_with_it() -> None:
    assert (await order(wanted=replace(RUN, without=("warehouse",)))).credentials == {}
    sources = dict(samples.SOURCES)
    sources["other"] = replace(sources["warehouse"], name="other", credential="env://PVCP_BIGQUERY")
    made = await order(replace(samples.CLIENT, sources=sources))
    assert made.credentials == {"env://ACME_BIGQUERY": "acme-key"}


async def test_a_credential_that_is_not_set_is_left_for_the_worker_to_name() -> None:
    sources = dict(samples.SOURCES)
    for reference in ("env://NOBODY", "vault://acme"):
        sources["warehouse"] = replace(sources["warehouse"], credential=reference)
        assert (await order(replace(samples.CLIENT, sources=sources))).credentials == {}


async def test_the_model_is_reached_with_the_shared_key_or_the_clients_own() -> None:
    made = await order(config={"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})
    assert made.model is not None
    assert (made.model.key, made.model.base_url) == (KEY, "http://127.0.0.1:1")
    narrative = spec.NarrativeSpec(model=samples.MODEL, credential="env://ACME_MODEL")
    own = replace(samples.REPORT_SPEC, narrative=narrative)
    made = await order(replace(samples.CLIENT, reports={WEEKLY: own}))
    assert made.model is not None
    assert (made.model.key, made.model.reference) == ("", "env://ACME_MODEL")
    assert made.credentials["env://ACME_MODEL"] == "own-key"


async def test_only_a_clients_own_key_takes_the_run_to_the_model() -> None:
    assert "api.anthropic.com" not in (await order()).hosts
    narrative = spec.NarrativeSpec(model=samples.MODEL, credential="env://ACME_MODEL")
    own = replace(samples.REPORT_SPEC, narrative=narrative)
    made = await order(replace(samples.CLIENT, reports={WEEKLY: own}))
    assert "api.anthropic.com" in made.hosts


async def test_behind_walls_nothing_that_the_guard_keeps_is_in_it() -> None:
    made = (await order(config={"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})).at_the_broker(
        "http://m"
    )
    raw = wire.write_order(made).decode()
    assert KEY not in raw
    assert "acme-key" not in raw
    assert made.model is not None
    assert made.model.base_url == "http://m"


async def test_it_says_what_is_left_of_the_tighter_budget() -> None:
    spent = (("acme", MONDAY.replace(day=2), "4.5"), ("pvcp", MONDAY.replace(day=2), "5"))
    for shared, left in ((None, "0.5"), (20, "0.5"), (Decimal("9.7"), "0.2")):
        made = await order(spent=spent, config={"monthly_ai_budget": shared})
        assert made.model is not None
        assert made.model.left == Decimal(left)


async def test_without_a_key_or_a_wish_the_template_writes() -> None:
    made = await order(config={"ANTHROPIC_API_KEY": None})
    assert (made.model, made.model_note) == (None, orders.NO_KEY)
    made = await order(narrative=False)
    assert (made.model, made.model_note) == (None, orders.NOT_WANTED)
    plain = replace(samples.REPORT_SPEC, narrative=spec.NarrativeSpec())
    made = await order(replace(samples.CLIENT, reports={WEEKLY: plain}))
    assert (made.model, made.model_note) == (None, "")


@pytest.mark.parametrize(
    ("spent", "config", "note"),
    [
        ((("acme", MONDAY.replace(day=2), "5.00"),), {}, orders.CLIENT_SPENT),
        ((("acme", MONDAY.replace(day=2), "4.99"),), {}, ""),
        ((("pvcp", MONDAY.replace(day=2), "9"),), {}, ""),
        ((("pvcp", MONDAY.replace(day=2), "9"),), {"monthly_ai_budget": 9}, orders.ALL_SPENT),
        ((), {"monthly_ai_budget": 0}, orders.ALL_SPENT),
        # A month of the client's zone: 23:30 UTC on 31 October is November in Paris, 22:30 is not.
        ((("acme", datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "5"),), {}, orders.CLIENT_SPENT),
        ((("acme", datetime(2026, 10, 31, 22, 30, tzinfo=UTC), "5"),), {}, ""),
    ],
)
async def test_beyond_a_budget_the_template_writes_and_says_so(
    spent: tuple[tuple[str, datetime, str], ...], config: dict[str, object], note: str
) -> None:
    made = await order(spent=spent, config=config)
    assert made.model_note == note
    assert (made.model is None) == bool(note)


async def test_addresses_of_doubles_travel_with_it() -> None:
    made = await order(config={"BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:9050"})
    assert made.environment == {"BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:9050"}
    assert (await order()).environment == {}


async def test_a_report_that_is_gone_from_the_files_is_a_named_fault() -> None:
    with pytest.raises(errors.RunError) as caught:
        await order(replace(samples.CLIENT, reports={}))
    assert "gone from client.yaml" in errors.describe(caught.value.failure)


async def test_doubles_of_other_kinds_travel_with_it_and_are_let_out_to() -> None:
    made = await order(config={"doubles": {"ga4": "http://127.0.0.1:8080"}})
    assert made.environment["ga4"] == "http://127.0.0.1:8080"
    assert "127.0.0.1:8080" in made.hosts
