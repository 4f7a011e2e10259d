"""The narrative without a model."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import metric, report
from bot.rendering import formats, languages, references, template
from tests import samples

GOLDEN = Path(__file__).parents[1] / "golden" / "narrative.json"
PLACES = (
    ("en_GB", "EUR", "en"),
    ("en_US", "USD", "en"),
    ("fr_FR", "EUR", "fr"),
    ("de_DE", "EUR", "de"),
    ("es_ES", "EUR", "es"),
)


def told(made: report.Report) -> list[str]:
    """Write, check and fill in."""
    to = formats.for_report(made)
    written = template.write(made, to)
    for sentence in written:
        assert not references.check(sentence.text, made), sentence
    return [references.render(sentence.text, made, to=to) for sentence in written]


LABELS = {
    "en": [one.label for one in samples.METRICS],
    "fr": [
        "Chiffre d’affaires",
        "Commandes",
        "Panier moyen",
        "Sessions",
        "Taux de conversion",
        "Dépenses pub",
        "ROAS",
    ],
    "de": [
        "Umsatz",
        "Bestellungen",
        "Warenkorb",
        "Sitzungen",
        "Konversionsrate",
        "Werbekosten",
        "ROAS",
    ],
    "es": [
        "Ingresos",
        "Pedidos",
        "Pedido medio",
        "Sesiones",
        "Tasa de conversión",
        "Gasto en anuncios",
        "ROAS",
    ],
}


def at(place: tuple[str, str, str]) -> report.Report:
    locale, currency, language = place
    pairs = zip(samples.METRICS, LABELS[language], strict=True)
    return replace(
        samples.FACTS,
        locale=locale,
        currency=currency,
        language=language,
        metrics=tuple(replace(one, label=label) for one, label in pairs),
    )


def test_the_sample_reads_well_in_every_place() -> None:
    shown = {f"{place[0]} {place[1]}": told(at(place)) for place in PLACES}
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(shown, ensure_ascii=False, indent=2) + "\n", "utf-8")
    assert shown == json.loads(GOLDEN.read_text("utf-8"))


def test_the_monday_post() -> None:
    assert told(samples.FACTS)[:3] == [
        "Revenue fell 4.1% to €48,210 while orders rose 2.3% to 1,204.",
        "Paid social lost €2,100; everything else together gained €40.00.",
        "Ad spend rose 8.2% to €9,640 while ROAS fell from 5.64 to 5.00.",
    ]


def test_what_is_missing_is_named() -> None:
    gone = tuple(
        replace(one, value=None) if one.name in {"sessions", "conversion_rate"} else one
        for one in samples.METRICS
    )
    shown = told(replace(samples.FACTS, metrics=gone))
    assert shown[-1] == "Missing this time: sessions and conv. rate."


def test_a_first_report_says_that_nothing_compares() -> None:
    new = replace(samples.REVENUE, previous=None, last_year=None, history=())
    assert told(replace(samples.FACTS, metrics=(new,), breakdowns=(), previous=None)) == [
        "Revenue came to €48,210.",
        "For 16–22 Nov 2026 there is no earlier period to compare with.",
    ]


def test_a_single_metric_is_held_against_last_year_too() -> None:
    assert told(replace(samples.FACTS, metrics=(samples.REVENUE,), breakdowns=())) == [
        "Revenue fell 4.1% to €48,210.",
        "Against the same period of last year, revenue rose 7.4%.",
    ]


def test_flat_figures_are_said_to_be_flat() -> None:
    shown = told(replace(samples.FACTS, metrics=(samples.SESSIONS,), breakdowns=()))
    assert shown == ["Sessions stayed flat (+0.9%) at 61,480."]


def test_a_breakdown_of_another_figure_says_of_which() -> None:
    split = replace(samples.CHANNELS, metric="orders", unit=metric.Unit.COUNT)
    whole = replace(samples.ORDERS, value=split.total.value, previous=split.total.previous)
    figures = (samples.REVENUE, whole)
    shown = told(replace(samples.FACTS, metrics=figures, breakdowns=(split,)))
    assert shown[1] == "In orders, Paid social lost 2,100; everything else together gained 40."


@pytest.mark.parametrize(
    "whole",
    [
        replace(samples.REVENUE, value=Decimal(65151)),
        replace(samples.REVENUE, previous=Decimal(65151)),
        replace(samples.REVENUE, value=Decimal(48260), previous=Decimal(50070)),
        replace(samples.REVENUE, unit=metric.Unit.PERCENT),
    ],
)
def test_rows_that_do_not_add_up_explain_nothing(whole: metric.Metric) -> None:
    """Of either period, of the change between them, or because such parts never add up."""
    split = replace(samples.CHANNELS, unit=whole.unit)
    made = replace(samples.FACTS, metrics=(whole, *samples.METRICS[1:]), breakdowns=(split,))
    assert not [one for one in told(made) if "Paid social" in one or "everything else" in one]
    for name in ("mover.1.contribution", "rest.contribution", "1.share"):
        (found,) = references.check(f"Of note is {{channels.{name}}} this time.", made)
        assert "the rows of channels do not add up to revenue" in found.detail
    assert not references.check("{channels.1.name} came to {channels.1.value}.", made)


def test_a_sum_that_is_a_little_off_still_explains() -> None:
    near = replace(samples.REVENUE, value=Decimal("48211.20"))
    made = replace(samples.FACTS, metrics=(near, *samples.METRICS[1:]))
    assert "Paid social lost €2,100; everything else together gained €40.00." in told(made)


def test_a_breakdown_of_a_figure_that_is_not_shown_stands_alone() -> None:
    shown = told(replace(samples.FACTS, metrics=(samples.ORDERS, samples.ROAS)))
    assert shown[1] == "Paid social lost €2,100; everything else together gained €40.00."


def test_a_breakdown_in_which_nothing_moved_is_left_out() -> None:
    still = samples.row("Direct", 5, 5)
    split = replace(samples.CHANNELS, top=(still,), movers=(still,), total=samples.row("", 5, 5))
    empty = replace(samples.CHANNELS, name="places", top=(), movers=())
    shown = told(replace(samples.FACTS, breakdowns=(split, empty)))
    assert not any("Direct" in sentence for sentence in shown)


def test_no_metric_at_all_is_no_narrative_but_no_failure() -> None:
    made = replace(samples.FACTS, metrics=(), breakdowns=())
    assert told(made) == ["For 16–22 Nov 2026 there is no earlier period to compare with."]


def _kinds(one: metric.Metric) -> tuple[metric.Metric, ...]:
    return (
        one,
        replace(one, value=None),
        replace(one, previous=None, last_year=None),
        replace(one, previous=one.value),
    )


@pytest.mark.parametrize("language", sorted(languages.LANGUAGES))
def test_every_sentence_it_can_write_passes_the_checks(language: str) -> None:
    some = list(chain.from_iterable(_kinds(one) for one in samples.METRICS[:4]))
    for chosen in combinations(some, 2):
        if chosen[0].name != chosen[1].name:
            made = replace(samples.FACTS, metrics=chosen, language=language)
            assert 1 <= len(told(made)) <= 4


@given(name=st.text(min_size=1, max_size=30))
def test_no_label_from_data_makes_it_refuse_itself(name: str) -> None:
    row = samples.row(name, 5, 3)
    split = replace(samples.CHANNELS, top=(row,), movers=(row,), total=samples.row("", 9, 3))
    assert told(replace(samples.FACTS, breakdowns=(split,)))


def test_the_same_facts_give_the_same_sentences() -> None:
    to = formats.for_report(samples.FACTS)
    assert template.write(samples.FACTS, to) == template.write(samples.FACTS, to)


def test_a_narrative_that_passes_is_left_alone() -> None:
    to = formats.for_report(samples.REPORT)
    assert template.rechecked(samples.REPORT, to) is samples.REPORT


def test_a_narrative_with_a_lie_is_replaced_by_the_template() -> None:
    lie = report.Sentence(text="Revenue rose 12% to {revenue.value}.")
    made = replace(samples.REPORT, narrative=(*samples.REPORT.narrative, lie))
    mended = template.rechecked(made, formats.for_report(made))
    assert mended.author is report.Author.TEMPLATE
    assert mended.author_note
    assert lie not in mended.narrative
