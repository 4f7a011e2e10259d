"""The narrator against a local double of the Messages API, through the real client."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest

from bot import wire
from bot.demo import anthropic
from bot.demo.anthropic import Fault
from bot.domain import report, spec
from bot.rendering import references
from bot.worker import narrator
from tests import samples

SPEC = samples.REPORT_SPEC.narrative
LIE = "Revenue rose 12% to {revenue.value}."


@pytest.fixture(scope="module")
def server() -> Iterator[anthropic.Double]:
    import_module("anthropic")  # over a second, which no single test should pay for
    with anthropic.Double() as running:
        yield running


@pytest.fixture
def double(server: anthropic.Double) -> anthropic.Double:
    server.forget()
    return server


def write(
    double: anthropic.Double,
    facts: report.Report = samples.FACTS,
    *,
    asked: spec.NarrativeSpec = SPEC,
    seconds: float = 20.0,
    key: str | None = None,
) -> narrator.Written:
    access = wire.ModelAccess(key=key or double.key, base_url=double.url, timeout_seconds=seconds)
    return narrator.write(facts, spec=asked, access=access)


def is_template(written: narrator.Written) -> bool:
    passes = all(not references.check(one.text, samples.FACTS) for one in written.sentences)
    return written.author is report.Author.TEMPLATE and bool(written.sentences) and passes


def test_a_model_writes_by_reference(double: anthropic.Double) -> None:
    double.answer(*samples.SENTENCES)
    written = write(double)
    assert [one.text for one in written.sentences] == list(samples.SENTENCES)
    assert written.author is report.Author.AI
    assert not written.author_note
    assert not written.findings
    assert len(double.requests) == 1


def test_what_is_sent_is_the_figures_the_wishes_and_no_more(double: anthropic.Double) -> None:
    write(double)
    sent = str(double.requests[0].body)
    assert "Talk about paid channels first." in sent
    assert "revenue.change = fell 4.1%" in sent
    assert "Paid social" in sent
    for kept in ("U0CLAIRE", "C0ACME", "SELECT", "ACME_BIGQUERY", "acme-analytics", double.key):
        assert kept not in sent


def test_the_request_is_bounded_structured_and_quiet(double: anthropic.Double) -> None:
    write(double)
    body = double.requests[0].body
    assert body["max_tokens"] == wire.ModelAccess(key="").max_output_tokens
    assert body["thinking"] == {"type": "disabled"}
    assert "tools" not in body
    assert "json_schema" in str(body["output_config"])
    assert "'ttl': '1h'" in str(body["system"])


def test_without_a_model_nothing_is_sent(double: anthropic.Double) -> None:
    written = write(double, asked=spec.NarrativeSpec())
    assert is_template(written)
    assert not written.author_note
    assert not double.requests


@pytest.mark.parametrize(
    ("note", "told"), [("", "no key"), ("this month’s budget is used up", "budget is used up")]
)
def test_without_access_the_template_says_why(note: str, told: str) -> None:
    written = narrator.write(samples.FACTS, spec=SPEC, access=None, note=note)
    assert is_template(written)
    assert told in written.author_note


def test_a_model_without_a_price_is_never_called(double: anthropic.Double) -> None:
    written = write(double, asked=replace(SPEC, model="claude-nope-1"))
    assert is_template(written)
    assert "price" in written.author_note
    assert not double.requests


def test_a_refused_sentence_is_told_and_mended(double: anthropic.Double) -> None:
    double.answer(LIE)
    double.answer(*samples.SENTENCES)
    written = write(double)
    assert written.author is report.Author.AI
    assert len(written.usage) == 2
    told = str(double.requests[1].body["messages"])
    assert "the digit" in told
    assert "rose" in told


@pytest.mark.parametrize(
    "lie",
    [
        LIE,
        "Revenue doubled to {revenue.value}.",
        "Orders {revenue.change}.",
        "{revenue.label} {revenue.change} because of the weather.",
        "<!channel> {revenue.label} {revenue.change}.",
    ],
)
def test_lies_told_twice_never_reach_the_report(double: anthropic.Double, lie: str) -> None:
    double.answer(samples.SENTENCES[0], lie)
    double.answer(samples.SENTENCES[0], lie)
    written = write(double)
    assert is_template(written)
    assert written.author_note == "its sentences did not pass the checks"
    assert [one.code for one in written.findings] == ["narrative_failed"]
    assert lie not in [one.text for one in written.sentences]
    assert len(written.usage) == 2


def test_too_many_sentences_are_refused(double: anthropic.Double) -> None:
    double.answer(*(samples.SENTENCES * 3))
    double.answer(*samples.SENTENCES)
    assert write(double).author is report.Author.AI
    assert "at most 5 sentences" in str(double.requests[1].body)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LIMITED,
        Fault.OVERLOADED,
        Fault.BROKEN,
        Fault.CUT,
        Fault.NO_JSON,
        Fault.NO_MESSAGE,
        Fault.REFUSAL,
        Fault.MAX_TOKENS,
        Fault.PROSE,
        Fault.EMPTY,
    ],
)
def test_what_passes_is_tried_once_more(double: anthropic.Double, fault: Fault) -> None:
    double.fail(fault)
    double.answer(*samples.SENTENCES)
    assert write(double).author is report.Author.AI
    assert len(double.requests) == 2


@pytest.mark.parametrize("fault", [Fault.OVERLOADED, Fault.NO_JSON, Fault.REFUSAL, Fault.EMPTY])
def test_what_does_not_pass_leaves_it_to_the_template(
    double: anthropic.Double, fault: Fault
) -> None:
    double.fail(fault)
    double.fail(fault)
    written = write(double)
    assert is_template(written)
    assert written.author_note
    assert len(double.requests) == 2


@pytest.mark.parametrize("fault", [Fault.KEY, Fault.FORBIDDEN])
def test_a_refused_key_is_not_tried_again_and_never_told(
    double: anthropic.Double, fault: Fault
) -> None:
    double.fail(fault)
    written = write(double)
    assert is_template(written)
    assert written.author_note == "the AI service refused our key"
    assert len(double.requests) == 1


def test_a_wrong_key_is_in_nothing_that_comes_out(double: anthropic.Double) -> None:
    secret = "wrong" + "-key-" * 3
    written = write(double, key=secret)
    assert written.author_note == "the AI service refused our key"
    assert secret not in repr(written)


def test_a_slow_service_is_not_waited_for(double: anthropic.Double) -> None:
    double.fail(Fault.SLOW)
    double.fail(Fault.SLOW)
    written = write(double, seconds=0.2)
    assert is_template(written)
    assert written.author_note == "the AI service did not answer in time"


def test_a_service_that_is_not_there_is_said_to_be_out_of_reach() -> None:
    access = wire.ModelAccess(key="demo", base_url="http://127.0.0.1:1", timeout_seconds=3)
    written = narrator.write(samples.FACTS, spec=SPEC, access=access)
    assert is_template(written)
    assert written.author_note == "the AI service could not be reached"


def test_a_model_that_must_think_is_given_room_to(double: anthropic.Double) -> None:
    double.answer(*samples.SENTENCES)
    written = write(double, asked=replace(SPEC, model="claude-opus-5-5"))
    assert written.author is report.Author.AI
    quiet, thinking = double.requests
    assert quiet.body["thinking"] == {"type": "disabled"}
    assert thinking.body["thinking"] == {"type": "adaptive"}
    assert thinking.body["max_tokens"] == 3 * wire.ModelAccess(key="").max_output_tokens


def test_a_model_that_is_gone_is_said_to_be_unknown(double: anthropic.Double) -> None:
    double.models = ("claude-sonnet-5-5",)
    written = write(double)
    assert is_template(written)
    assert written.author_note == "the AI service does not know the model"
    assert len(double.requests) == 1


def test_a_request_that_is_refused_is_not_sent_again(double: anthropic.Double) -> None:
    access = wire.ModelAccess(key=double.key, base_url=double.url, max_output_tokens=0)
    written = narrator.write(samples.FACTS, spec=SPEC, access=access)
    assert is_template(written)
    assert written.author_note == "the AI service did not take the request"


def test_usage_counts_what_the_cache_saved(double: anthropic.Double) -> None:
    first, second = write(double).usage[0], write(double).usage[0]
    assert first.item == SPEC.model
    assert first.cache_write_tokens == second.cache_read_tokens > 0
    assert first.cache_read_tokens == second.cache_write_tokens == 0
    assert first.input_tokens > 0
    assert first.output_tokens > 0
    assert Decimal(0) < second.cost < first.cost < Decimal("0.001")


def test_what_a_failed_narrative_cost_is_told_all_the_same(double: anthropic.Double) -> None:
    double.fail(Fault.REFUSAL)
    double.fail(Fault.PROSE)
    written = write(double)
    assert is_template(written)
    assert len(written.usage) == 2


def test_a_language_without_words_is_found_and_written_in_english(
    double: anthropic.Double,
) -> None:
    written = write(double, replace(samples.FACTS, language="pt"))
    assert [one.code for one in written.findings] == ["language_unknown"]
    assert "Language of the sentences: en" in str(double.requests[0].body)
