"""What a month cost, as data: operations fill it, slack/screens and the shell draw it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain import ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One client's month, or that of the report of this title; Snowflake's credits estimated."""

    client: ids.ClientId
    name: str
    reports: int
    reruns: int
    model: Decimal
    warehouse: Decimal
    credits: Decimal = Decimal(0)
    budget: Decimal | None = None
    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """`/report cost`: a calendar month."""

    month: date
    """Its first day."""
    until: date
    """The last day counted."""
    rows: tuple[CostRow, ...]
    previous_total: Decimal
    forecast: Decimal | None
    """What the month will have cost at its end; None: it has ended."""
    budget: Decimal | None
    only: ids.ClientId | None = None
    """The one client that was asked about."""

    @property
    def total(self) -> Decimal:
        """Everything together."""
        return sum((row.model + row.warehouse for row in self.rows), Decimal(0))
