"""Formulas: that they parse, that their names are known, and that none needs itself."""

from collections.abc import Collection, Mapping

from bot.catalog import faults, fields, model, secret
from bot.domain import formula


def check(
    found: faults.Faults, place: faults.Place, *, shape: model.ReportShape, names: Collection[str]
) -> None:
    """Note what is wrong with the report's formulas; ``names`` are all its metrics' names."""
    needs: dict[str, frozenset[str]] = {}
    for name, metric in shape.metrics.items():
        inner = (*place, "metrics", name)
        if metric.formula and metric.column:
            problem = "A metric has a formula or comes from a column, not both."
            found.add((*inner, "from"), problem, remedy="Remove one of the two lines.")
        if metric.formula:
            needs[name] = _needs(found, (*inner, "formula"), text=metric.formula, names=names)
    for circle in _circles(needs):
        first = circle[0]
        way = " → ".join((*circle, first))
        problem = f"The formula needs itself: {way}." if circle[1:] else "The formula needs itself."
        inner = (*place, "metrics", first, "formula")
        found.add(inner, problem, remedy="Base one of them on columns alone.")


def _needs(
    found: faults.Faults, place: faults.Place, *, text: str, names: Collection[str]
) -> frozenset[str]:
    if secret.looks_secret(text) or secret.is_blob(text):
        found.add(
            place, "This is no formula (it is not repeated).", remedy="Take it out of the file."
        )
        return frozenset()
    try:
        parsed = formula.parse(text)
    except ValueError as error:
        found.add(
            place,
            f"The formula cannot be read: {error}.",
            remedy="Write it as in revenue / orders.",
        )
        return frozenset()
    for name in sorted(parsed.names - set(names)):
        hint = fields.meant(name, names) or f"There are {', '.join(names)}."
        found.add(place, f"There is no metric {name[:40]} in this report.", remedy=hint)
    return parsed.names


def _circles(needs: Mapping[str, frozenset[str]]) -> list[tuple[str, ...]]:
    """Return each circle of formulas once, beginning with the first of its names in the file."""
    circles: dict[frozenset[str], tuple[str, ...]] = {}
    for start in needs:
        way = _way_back(needs, start)
        if way:
            circles.setdefault(frozenset(way), way)
    return list(circles.values())


def _way_back(needs: Mapping[str, frozenset[str]], start: str) -> tuple[str, ...]:
    """Return the shortest way from a formula back to itself, empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in sorted(needs.get(way[-1], frozenset())):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()
