"""Figures joined over sources, held against an independent computation in fractions."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import metric, spec
from bot.worker import metrics, plan, tables
from bot.worker.sources.base import Table
from tests import samples

BASE = replace(
    samples.REPORT_SPEC,
    queries=(samples.query("orders", "shop"), samples.query("spend", "warehouse")),
    compare=(spec.Comparison.PREVIOUS, spec.Comparison.LAST_YEAR),
    history=3,
)
PLAN = plan.make(BASE, samples.THIS_WEEK)
SPANS = [plan.key(one) for one in PLAN.distinct]
FORMULAS = {"roas": "value / spend", "margin": "(value - spend) / value", "blend": "value + spend"}
CELLS = st.none() | st.just(Decimal(0)) | st.decimals(min_value=-10000, max_value=10000, places=2)
SIDES = st.lists(CELLS, min_size=len(SPANS), max_size=len(SPANS))


def _exact(name: str, value: Fraction | None, spend: Fraction | None) -> Fraction | None:
    if value is None or spend is None:
        return None
    match name:
        case "roas":
            return value / spend if spend else None
        case "margin":
            return (value - spend) / value if value else None
        case _:
            return value + spend


def _figure(name: str, text: str | None = None) -> spec.MetricSpec:
    unit = metric.Unit.RATIO if text else metric.Unit.CURRENCY
    return spec.MetricSpec(name=name, label=name, unit=unit, column=name, formula=text)


@given(value=SIDES, spend=SIDES)
def test_a_joined_figure_is_exact_in_every_period_or_not_there(
    value: list[Decimal | None], spend: list[Decimal | None]
) -> None:
    sides = {"orders": ("value", value), "spend": ("spend", spend)}
    answers = {
        query: tables.by_period(
            tables.Asked(name=query, source=query, kind="duckdb", optional=True),
            {
                span: Table(columns=(column,), rows=((cell,),))
                for span, cell in zip(SPANS, cells, strict=True)
            },
            plan=PLAN,
        )
        for query, (column, cells) in sides.items()
    }
    known = metrics.Facts(
        plan=PLAN, answers=answers, left_out={}, flat=metric.Flat(), currency="EUR"
    )
    asked = (
        _figure("value"),
        _figure("spend"),
        *(_figure(name, text) for name, text in FORMULAS.items()),
    )
    made = metrics.compute(replace(BASE, metrics=asked), known)
    for one in made[2:]:
        told = [one.value, one.previous, one.last_year]
        for index, found in enumerate(told):
            left, right = (None if c is None else Fraction(c) for c in (value[index], spend[index]))
            exact = _exact(one.name, left, right)
            assert (found is None) == (exact is None)
            if found is not None and exact is not None:
                assert abs(Fraction(found) - exact) <= abs(exact) / 10**30
