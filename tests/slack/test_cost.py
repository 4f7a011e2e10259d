"""Who pays for what, in words."""

import json
from dataclasses import replace
from decimal import Decimal

from bot.slack.screens import cost
from tests.slack import shown


def test_credits_are_told_beside_what_warehouses_cost() -> None:
    rows = tuple(replace(row, credits=Decimal("0.625")) for row in shown.COSTS.rows)
    told = json.dumps(cost.draw(replace(shown.COSTS, rows=rows)).blocks)
    assert "Clients pay: warehouses $1.10 (Snowflake: about 1.25 credits)" in told
