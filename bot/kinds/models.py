"""Language models: which may be named, and what a call costs (prices of genai-prices)."""

from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.domain import money

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

FAMILIAR = (
    "claude-haiku-5-5",
    "claude-haiku-4-5",
    "claude-sonnet-5-5",
    "claude-sonnet-5",
    "claude-sonnet-4-6",
    "claude-sonnet-4-5",
    "claude-opus-5-5",
    "claude-opus-5",
    "claude-opus-4-8",
    "claude-opus-4-7",
    "claude-opus-4-6",
    "claude-opus-4-5",
)
"""Ids that are known to have a price, so that the parent need not load the price list (it takes
28 MB and 0.15 s) to say yes to them; a test holds each against the list."""

_MAKER = "anthropic"


def check(model: str) -> str | None:
    """Return why this id cannot be used, as one sentence with a remedy; None when it can.

    A model without a price would run up a bill nobody sees, so it is refused at validation.
    """
    if model in FAMILIAR:
        return None
    try:
        _price(model, money.Usage(kind=money.UsageKind.MODEL, item=model, cost=Decimal(0)))
    except LookupError:
        near = get_close_matches(model, FAMILIAR, n=1)
        meant = f" Did you mean {near[0]}?" if near else f" Use one such as {FAMILIAR[0]}."
        return f"The price of the model “{model[:80]}” is not known.{meant}"
    return None


def priced(usage: money.Usage, *, cache_write_1h: int = 0) -> money.Usage:
    """Return the usage with its cost in US dollars.

    ``usage.input_tokens`` counts what was neither read from nor written to the cache, as
    Anthropic's API reports it; ``cache_write_1h`` is the part of the cache writes that was
    written for an hour, at twice the price of input. Raises LookupError for an unknown model.
    """
    price = _price(usage.item, usage, cache_write_1h=cache_write_1h)
    return money.Usage(
        kind=usage.kind,
        item=usage.item,
        cost=price.total_price,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        bytes_billed=usage.bytes_billed,
    )


def _price(model: str, usage: money.Usage, *, cache_write_1h: int = 0) -> "PriceCalculation":
    import genai_prices  # noqa: PLC0415 - 28 MB and 0.15 s that most processes can do without

    written = usage.cache_write_tokens
    cached = usage.cache_read_tokens + written
    tokens = genai_prices.Usage(
        input_tokens=usage.input_tokens + cached,  # the list counts cached tokens as input too
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=written,
        cache_write_1h_tokens=min(cache_write_1h, written),
    )
    return genai_prices.calc_price(tokens, model, provider_id=_MAKER)
