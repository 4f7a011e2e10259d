"""What a session's queries took of a warehouse, estimated from the session's own history."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from bot.domain import money

_MS_PER_HOUR = 3_600_000
_PER_HOUR: Mapping[str, int] = {
    "xsmall": 1,
    "small": 2,
    "medium": 4,
    "large": 8,
    "xlarge": 16,
    "2xlarge": 32,
    "3xlarge": 64,
    "4xlarge": 128,
    "5xlarge": 256,
    "6xlarge": 512,
}
"""Size → credits of one hour of a standard warehouse."""
_PLACES = 9


def question(database: str | None) -> str:
    """Return what the session asks about itself; every role sees its own user's queries.

    Its columns are the query's id, its execution in milliseconds, and the warehouse's size, which
    is null where none was needed.
    """
    schema = f"{database}.INFORMATION_SCHEMA" if database else "INFORMATION_SCHEMA"
    asked = f"TABLE({schema}.QUERY_HISTORY_BY_SESSION(RESULT_LIMIT => 10000))"
    return f"SELECT query_id, execution_time, warehouse_size FROM {asked}"  # noqa: S608 - a checked name


def estimated(
    history: Iterable[Sequence[object]],
    queries: Mapping[str, str],
    *,
    price: Decimal | None,
) -> Sequence[money.Usage]:
    """Return a line for each of our queries (id → name) that a warehouse computed.

    Credits are the hours of execution times the size's credits per hour
    (https://docs.snowflake.com/en/user-guide/cost-understanding-compute); ``price`` is what one of
    them costs in US dollars. An estimate: Snowflake bills the seconds a warehouse is awake, sixty
    at least, however many queries share them, and its cloud services besides. Of a size that is not
    in the table nothing is estimated.
    """
    totals: dict[str, Decimal] = {}
    for query, took, size in history:
        name = queries.get(str(query))
        factor = _PER_HOUR.get(str(size).casefold().replace("-", ""), 0)
        if name is not None:
            taken = Decimal(str(took or 0)) * factor / _MS_PER_HOUR
            totals[name] = totals.get(name, Decimal(0)) + taken
    each = price or Decimal(0)
    return [_line(name, taken, price=each) for name, taken in totals.items() if taken > 0]


def _line(name: str, taken: Decimal, *, price: Decimal) -> money.Usage:
    return money.Usage(
        kind=money.UsageKind.SNOWFLAKE,
        item=name,
        cost=round(taken * price, _PLACES),
        credits=round(taken, _PLACES),
        estimated=True,
    )
