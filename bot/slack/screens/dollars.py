"""Costs in US dollars, as operators read them."""

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def told(amount: Decimal) -> str:
    """Return such as ``$1.24``; a fraction of a cent reads ``<$0.01``, never nothing."""
    if 0 < amount < _CENT / 2:
        return "<$0.01"
    return f"${amount.quantize(_CENT, rounding=ROUND_HALF_UP):,}"


def share(part: Decimal, whole: Decimal) -> str:
    """Return a part of a budget, such as ``6%``; a budget of nothing is used up by anything."""
    if whole == 0:
        return "0%" if part == 0 else "over it"
    percent = part / whole * 100
    return f"{percent:.1f}%" if 0 < percent < 1 else f"{percent:.0f}%"
