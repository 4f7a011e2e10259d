"""Published figures that have moved since: told once, by the next report; pure."""

from decimal import Decimal

from bot.domain.report import Report, Restated


def restated(found: Report, published: Report, *, within: Decimal) -> tuple[Restated, ...]:
    """Return the figures of the period before, in the report's order, that differ from those that
    were published by more than a share of these.

    A figure that was not there then, or is not now, or counts something else now, has not moved.
    From zero any move is more than every share.
    """
    before = {(one.name, one.unit, one.formula): one.value for one in published.metrics}
    moved: list[Restated] = []
    for one in found.metrics:
        then = before.get((one.name, one.unit, one.formula))
        if then is None or one.previous is None:
            continue
        if abs(one.previous - then) > abs(then) * within:
            moved.append(Restated(metric=one.name, reported=then, now=one.previous))
    return tuple(moved)
