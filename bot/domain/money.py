"""What a run cost: usage lines in US dollars."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class UsageKind(StrEnum):
    """Who is paid: the maker of the model, or the client's own warehouse."""

    MODEL = "model"
    BIGQUERY = "bigquery"
    SNOWFLAKE = "snowflake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One line of cost of one attempt.

    ``cost`` is in US dollars; tokens and bytes are counts as the provider billed them.
    """

    kind: UsageKind
    item: str
    """The model's id, or the query's name."""
    cost: Decimal
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    bytes_billed: int = 0
    credits: Decimal = Decimal(0)
    """Snowflake's; they cost nothing where nobody said what one costs."""
    estimated: bool = False
    """Whether we reckoned it, and the provider bills by another measure."""
