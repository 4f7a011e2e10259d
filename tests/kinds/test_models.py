"""Which models may be named, and what they cost."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import money
from bot.kinds import models

NOTHING = money.Usage(kind=money.UsageKind.MODEL, item="claude-haiku-5-5", cost=Decimal(0))


@pytest.mark.parametrize("model", models.FAMILIAR)
def test_every_familiar_model_has_a_price(model: str) -> None:
    asked = money.Usage(
        kind=money.UsageKind.MODEL,
        item=model,
        cost=Decimal(0),
        input_tokens=1000,
        output_tokens=100,
    )
    assert models.priced(asked).cost > 0
    assert models.check(model) is None


def test_a_dated_id_of_a_known_model_is_known() -> None:
    assert models.check("claude-haiku-5-5-20261007") is None


@pytest.mark.parametrize("model", ["claude-haiku-9-9", "gpt-5", "", "claude-haiku-5-5 "])
def test_an_unknown_model_is_refused_with_a_remedy(model: str) -> None:
    told = models.check(model)
    assert told is not None
    assert "claude-" in told


def test_an_unknown_model_never_costs_nothing() -> None:
    asked = money.Usage(kind=money.UsageKind.MODEL, item="claude-nope", cost=Decimal(0))
    with pytest.raises(LookupError):
        models.priced(asked)


def test_cached_tokens_have_their_own_prices() -> None:
    base = models.priced(replace(NOTHING, input_tokens=1_000)).cost
    read = models.priced(replace(NOTHING, cache_read_tokens=1_000)).cost
    written = models.priced(replace(NOTHING, cache_write_tokens=1_000)).cost
    kept = models.priced(replace(NOTHING, cache_write_tokens=1_000), cache_write_1h=1_000).cost
    assert (read / base, written / base, kept / base) == (
        Decimal("0.1"),
        Decimal("1.25"),
        Decimal(2),
    )


def test_the_counts_stay_as_they_were() -> None:
    asked = replace(
        NOTHING, input_tokens=3, output_tokens=5, cache_read_tokens=7, cache_write_tokens=2
    )
    priced = models.priced(asked)
    assert (priced.input_tokens, priced.output_tokens) == (3, 5)
    assert (priced.cache_read_tokens, priced.cache_write_tokens) == (7, 2)


def test_a_familiar_model_is_checked_without_loading_the_price_list() -> None:
    code = (
        "import sys; from bot.kinds import models;"
        "assert models.check('claude-haiku-5-5') is None;"
        "sys.exit('genai_prices' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=15)
    assert done.returncode == 0
