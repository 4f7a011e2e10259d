"""References: what each renders, and that rendering never fails or carries markup."""

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import metric, report
from bot.rendering import formats, references
from tests import samples

GB = formats.for_report(samples.FACTS)


def rendered(sentence: str, made: report.Report = samples.FACTS) -> str:
    return references.render(sentence, made, to=formats.for_report(made))


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("revenue.label", "Revenue"),
        ("revenue.value", "€48,210"),
        ("revenue.previous", "€50,270"),
        ("revenue.last_year", "€44,888"),
        ("revenue.change", "fell 4.1%"),
        ("revenue.change_last_year", "rose 7.4%"),
        ("roas.move", "fell from 5.64 to 5.00"),
        ("conversion_rate.change", "stayed flat (+0.03 pt)"),
        ("channels.1.name", "Paid search"),
        ("channels.1.value", "€14,210"),
        ("channels.1.previous", "€14,000"),
        ("channels.1.change", "rose 1.5%"),
        ("channels.1.contribution", "gained €210.00"),
        ("channels.1.share", "29.48%"),
        ("channels.mover.1.name", "Paid social"),
        ("channels.mover.1.contribution", "lost €2,100"),
        ("channels.rest.contribution", "gained €40.00"),
        ("channels.total.value", "€48,210"),
        ("channels.total.change", "fell 4.1%"),
        ("period.label", "16–22 Nov 2026"),
        ("previous.label", "9–15 Nov 2026"),
        ("last_year.label", "17–23 Nov 2025"),
        ("nothing.value", "not available"),
    ],
)
def test_each_reference_renders_its_figure(reference: str, expected: str) -> None:
    assert rendered(f"{{{reference}}}") == expected


def test_the_sentences_of_the_screen() -> None:
    assert [rendered(one.text, samples.REPORT) for one in samples.REPORT.narrative] == [
        (
            "Revenue fell 4.1% to €48,210 while orders rose 2.3% to 1,204: "
            "average order fell from €42.71 to €40.04."
        ),
        "Paid social lost €2,100; all other channels together gained €40.00.",
        "Ad spend rose 8.2% to €9,640 and ROAS fell from 5.64 to 5.00.",
    ]


def test_a_label_within_a_sentence_loses_its_capital_only_there() -> None:
    assert rendered("{orders.label} and {orders.label}. {orders.label}") == (
        "Orders and orders. Orders"
    )


def test_the_mover_and_the_rest_add_up_to_the_whole_change() -> None:
    split = samples.CHANNELS
    whole, first = split.total.contribution, split.movers[0].contribution
    assert whole is not None
    assert first is not None
    assert GB.contributed(whole - first, split.unit) == "gained €40.00"


def test_missing_figures_say_so() -> None:
    gone = replace(samples.SESSIONS, value=None)
    made = replace(samples.FACTS, metrics=(gone,), breakdowns=())
    assert rendered("{sessions.label}: {sessions.value}", made) == "Sessions: not available"
    assert rendered("{sessions.change}", made) == "had nothing to compare with"


def test_a_breakdown_without_rows_offers_only_its_total() -> None:
    empty = replace(samples.CHANNELS, top=(), movers=())
    made = replace(samples.FACTS, breakdowns=(empty,))
    offered = [name for name, _ in references.catalogue(made, GB) if name.startswith("channels")]
    assert offered == [
        f"channels.total.{part}"
        for part in ("value", "previous", "change", "contribution", "share")
    ]


def test_the_catalogue_leaves_out_what_does_not_exist() -> None:
    offered = dict(references.catalogue(samples.FACTS, GB))
    assert "sessions.change_last_year" not in offered
    assert offered["orders.change_last_year"] == "rose 4.7%"
    assert all(not references.check(f"It is {{{name}}}.", samples.FACTS) for name in offered)


def test_mrkdwn_escapes_what_comes_from_data_and_files() -> None:
    row = samples.row("<!channel> *A&B* :fire:", 5, 3)
    split = replace(samples.CHANNELS, top=(row,), movers=(row,))
    costs = replace(samples.REVENUE, label="Costs & <fees>")
    made = replace(samples.FACTS, metrics=(costs,), breakdowns=(split,))
    shown = references.render_mrkdwn("{revenue.label}: {channels.1.name}", made, to=GB)
    assert shown == "Costs &amp; &lt;fees&gt;: ‹!channel&gt; ∗A&amp;B∗ ꞉fire꞉"


_LABELS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("<>!@#|&*_~`:/.{}\u202e\u2066\u200b")),
    max_size=120,
)
_AMOUNTS = st.one_of(st.none(), st.decimals(allow_nan=False, allow_infinity=False))


@given(labels=st.lists(_LABELS, min_size=1, max_size=3), value=_AMOUNTS, previous=_AMOUNTS)
def test_no_label_and_no_value_breaks_a_sentence(
    labels: list[str], value: Decimal | None, previous: Decimal | None
) -> None:
    rows = tuple(
        metric.BreakdownRow(label=label, value=value, previous=previous) for label in labels
    )
    split = replace(samples.CHANNELS, top=rows, movers=rows, total=rows[0])
    one = replace(samples.REVENUE, label=labels[0], value=value, previous=previous)
    made = replace(samples.FACTS, metrics=(one,), breakdowns=(split,))
    everything = " ".join(f"{{{name}}}" for name, _ in references.catalogue(made, GB))
    shown = references.render_mrkdwn(everything, made, to=GB)
    assert not set("<>") & set(shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in shown)
    assert not re.search(r"<[!@#]", references.render(everything, made, to=GB))


@given(sentence=st.text(max_size=200))
def test_rendering_never_fails(sentence: str) -> None:
    assert "<" not in references.render_mrkdwn(sentence, samples.FACTS, to=GB)
