"""A client whose file demands more than the machine gives does not run."""

from bot import wire
from bot.domain import run, walls


def missing(order: wire.RunOrder, stands: walls.Walls) -> wire.RunFailed:
    """Return the failure that says what was demanded, and what there is."""
    failure = run.Failure(
        code=run.FailureCode.ISOLATION_MISSING,
        params={"wanted": order.client.isolation.value, "given": stands.told[:200]},
    )
    return wire.RunFailed(failure=failure, timings={}, walls=stands)
