"""What a model may not write."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import report
from bot.rendering import checks, references
from bot.rendering.checks import Fault
from tests import samples


def faults(sentence: str, made: report.Report = samples.FACTS) -> set[Fault]:
    return {problem.fault for problem in references.check(sentence, made)}


@pytest.mark.parametrize("sentence", samples.SENTENCES)
def test_good_sentences_pass(sentence: str) -> None:
    assert not references.check(sentence, samples.REPORT)


@pytest.mark.parametrize(
    "sentence",
    [
        "Revenue {revenue.change}; GA4 counted {sessions.value} sessions.",
        "In {period.label}, {channels.1.name} brought {channels.1.value}.",
        "{channels.1.name} made {channels.1.share} of revenue.",
        "Sessions {sessions.change}, and conv. rate was {conversion_rate.value}.",
        (
            "{revenue.label} {revenue.change} because {channels.mover.1.name} "
            "{channels.mover.1.contribution}."
        ),
        "Average order went from {average_order.previous} to {average_order.value}.",
        "Revenue and orders came to {revenue.value} and {orders.value}.",
        "Ad spend bought {orders.value} orders.",
        "Ad spend bought {orders.value} {orders.label}.",
        "{channels.1.name} brought {channels.1.value} of {channels.total.value}.",
        "The week’s revenue (“{revenue.value}”), in full.",
        "Against last year, revenue {revenue.change_last_year}.",
    ],
)
def test_plain_prose_around_references_passes(sentence: str) -> None:
    assert not references.check(sentence, samples.FACTS)


@pytest.mark.parametrize(
    "typed",
    ["12", "٣", "½", "²", "１２", "①", "Ⅳ", "三", "1,204", "x1"],
)
def test_digits_of_any_script_are_refused(typed: str) -> None:
    assert Fault.DIGIT in faults(f"Revenue {{revenue.change}} by {typed} again.")


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "twelve"),
        ("en", "Doubled"),
        ("en", "twenty-five"),
        ("en", "a dozen"),
        ("en", "per cent"),
        ("en", "a quarter of"),
        ("en", "ｔｗｅｌｖｅ"),
        ("fr", "deux"),
        ("fr", "moitié"),
        ("fr", "pour cent"),
        ("fr", "cinquantaine"),
        ("de", "zweiundzwanzig"),
        ("de", "dreißig"),
        ("de", "verdoppelt"),
        ("de", "halbiert"),
        ("es", "veinticinco"),
        ("es", "por ciento"),
        ("es", "doble"),
    ],
)
def test_number_words_are_refused(language: str, word: str) -> None:
    made = replace(samples.FACTS, language=language)
    assert Fault.NUMBER in faults(f"{{revenue.value}} und {word} et cetera.", made)


@pytest.mark.parametrize(
    ("language", "word"),
    [
        *(("en", word) for word in ("rose", "fell", "up", "down", "increased", "grew", "dropped")),
        *(("en", word) for word in ("higher", "lower", "flat", "stable", "best", "worst")),
        *(("en", word) for word in ("record", "record-high", "most", "strong", "largest", "Lost")),
        *(("fr", word) for word in ("augmenté", "baisse", "stable", "record", "meilleure", "plus")),
        *(
            ("de", word)
            for word in ("gestiegen", "gesunken", "größer", "stärkste", "mehr", "Rekord")
        ),
        *(("es", word) for word in ("subió", "bajó", "más", "récord", "estable", "mayor")),
        ("fr", "doubled up"),
        ("es", "rose"),
    ],
)
def test_words_of_direction_and_rank_are_refused_in_the_language_and_in_english(
    language: str, word: str
) -> None:
    made = replace(samples.FACTS, language=language)
    assert Fault.DIRECTION in faults(f"{{revenue.value}}, {word}, {{orders.value}}.", made)


@pytest.mark.parametrize(
    ("language", "word"),
    [
        *(("en", word) for word in ("because", "due to", "driven by", "thanks to")),
        *(("fr", word) for word in ("grâce à", "en raison de", "à cause des")),
        *(("de", word) for word in ("wegen", "dank", "aufgrund")),
        *(("es", word) for word in ("debido a", "gracias a", "a raíz de")),
    ],
)
def test_a_cause_needs_a_contribution_in_its_own_sentence(language: str, word: str) -> None:
    made = replace(samples.FACTS, language=language)
    bare = f"{{revenue.label}} {{revenue.change}} {word} {{channels.1.name}}."
    assert Fault.CAUSE in faults(bare, made)
    assert Fault.CAUSE in faults(f"{bare} {{channels.1.name}} {{channels.1.contribution}}.", made)
    grounded = f"{{revenue.label}} {{revenue.change}} {word} {{channels.1.name}}: "
    assert Fault.CAUSE not in faults(grounded + "{channels.1.contribution}.", made)


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("Revenue {revenue.chnage} again.", Fault.UNKNOWN),
        ("Revenue {channels.9.value} again.", Fault.UNKNOWN),
        ("The average is {sessions.last_year}.", Fault.ABSENT),
        ("Revenue {revenue.value is it.", Fault.BRACE),
        ("This was a quiet week for all.", Fault.NO_REFERENCE),
        ("{a}" * 15, Fault.TOO_MANY),
        ("{revenue.value} " + "and so on " * 80, Fault.LENGTH),
        ("{a.value}", Fault.LENGTH),
        ("The share is {channels.1.share}% of it.", Fault.SYMBOL),
        ("Revenue came to € {revenue.value}.", Fault.SYMBOL),
        ("Revenue 📈 {revenue.value}.", Fault.SYMBOL),
        ("Revenue ▲ {revenue.value}.", Fault.SYMBOL),
        ("See https://evil.example: {revenue.value}", Fault.ADDRESS),
        ("See evil.com for {revenue.value}", Fault.ADDRESS),
        ("<!channel> look at {revenue.value}", Fault.SLACK),
        ("<@U0CLAIRE> look at {revenue.value}", Fault.SLACK),
        ("@here look at {revenue.value}", Fault.SLACK),
        ("In #general we saw {revenue.value}", Fault.SLACK),
        (":tada: for {revenue.value}", Fault.SLACK),
        ("*Revenue* came to {revenue.value}", Fault.FORMATTING),
        ("[here](x) came {revenue.value}", Fault.FORMATTING),
        ("Revenue\u202e came to {revenue.value}", Fault.HIDDEN),
        ("Revenue\u200b came to {revenue.value}", Fault.HIDDEN),
        ("Revenue\ncame to {revenue.value}", Fault.HIDDEN),
        ("Revenue hardly {revenue.change}.", Fault.NEGATION),
        ("Revenue did not really {revenue.change}.", Fault.NEGATION),
        ("Revenue didn’t {revenue.change}.", Fault.NEGATION),
        ("Orders {revenue.change}.", Fault.SUBJECT),
        ("{orders.label} {revenue.move}.", Fault.SUBJECT),
        ("{channels.1.name} {revenue.change}.", Fault.SUBJECT),
        ("{channels.1.name} {channels.mover.1.contribution}.", Fault.SUBJECT),
        ("Paid search {channels.mover.1.contribution}.", Fault.SUBJECT),
        ("Revenue {channels.mover.1.contribution}.", Fault.SUBJECT),
        ("Orders came to {revenue.value}.", Fault.SUBJECT),
        ("{orders.label} came to {sessions.previous}.", Fault.SUBJECT),
        ("{channels.1.name} brought {channels.2.value}.", Fault.SUBJECT),
        ("Ad spend bought {orders.value} of them.", Fault.SUBJECT),
        ("Average order {revenue.change}.", Fault.SUBJECT),
        ("Revenue {revenue.change} year on year.", Fault.COMPARISON),
        ("Against last year, revenue {revenue.change}.", Fault.COMPARISON),
        ("We took in {revenue.value}k again.", Fault.GLUED),
        ("Revenue came to -{revenue.value}.", Fault.GLUED),
        ("We took in {revenue.value}{orders.value}.", Fault.GLUED),
        ("Revenue minus {revenue.value}.", Fault.DIRECTION),
        ("Revenue went from strength to strength: {revenue.value}.", Fault.DIRECTION),
    ],
)
def test_each_fault_is_found(sentence: str, fault: Fault) -> None:
    assert fault in faults(sentence)


def test_the_same_part_may_be_named_by_place_and_by_move() -> None:
    assert not faults("{channels.3.name} {channels.mover.1.contribution}.")


def test_a_change_of_what_is_missing_is_refused_but_it_may_be_named() -> None:
    gone = replace(samples.SESSIONS, value=None)
    made = replace(samples.FACTS, metrics=(gone,), breakdowns=())
    assert Fault.ABSENT in faults("Sessions {sessions.change}.", made)
    assert Fault.ABSENT in faults("Sessions {sessions.move}.", made)
    assert not faults("{sessions.label}: {sessions.value}.", made)


def test_a_first_period_may_say_that_nothing_compares() -> None:
    new = replace(samples.SESSIONS, previous=None)
    made = replace(samples.FACTS, metrics=(new,), breakdowns=())
    assert not faults("Sessions {sessions.change}.", made)
    assert Fault.ABSENT in faults("Sessions {sessions.move}.", made)


def test_names_with_digits_pass_whole_and_the_longest_first() -> None:
    made = replace(
        samples.FACTS,
        terms=("GA4", "Studio 54", "12"),
        metrics=(replace(samples.REVENUE, label="Top 10 sales"), samples.ORDERS),
        breakdowns=(),
    )
    assert not faults("Top 10 sales {revenue.change} in GA4 at Studio 54.", made)
    assert Fault.DIGIT in faults("GA45 shows {revenue.value}.", made)
    assert Fault.DIGIT in faults("Top 100 sales {revenue.change}.", made)
    assert Fault.DIGIT in faults("It is 12 and {revenue.value}.", made)


def test_a_label_with_no_name_names_nothing() -> None:
    split = replace(samples.CHANNELS, top=(samples.row("", 5, 3),), movers=())
    made = replace(samples.FACTS, breakdowns=(split,))
    assert not faults("{channels.1.name} {channels.1.contribution}.", made)


def test_a_problem_is_told_in_plain_bounded_words() -> None:
    problem = references.check("{" + "x" * 400 + "} says it.", samples.FACTS)[0]
    assert problem.fault is Fault.UNKNOWN
    assert len(problem.detail) <= 200


@given(
    before=st.text(max_size=60),
    after=st.text(max_size=60),
    typed=st.characters(categories=["Nd", "Nl", "No"]),
)
def test_no_sentence_with_a_digit_outside_references_passes(
    before: str, after: str, typed: str
) -> None:
    literal = (before + typed + after).replace("{", "(").replace("}", ")")
    assert Fault.DIGIT in {
        problem.fault for problem in checks.check(f"{literal} {{revenue.value}}", samples.FACTS)
    }


@given(sentence=st.text(alphabet=st.sampled_from("{}. revenuachgo15<!@\u202e"), max_size=80))
def test_checking_never_fails(sentence: str) -> None:
    assert isinstance(checks.check(sentence, samples.FACTS), tuple)
