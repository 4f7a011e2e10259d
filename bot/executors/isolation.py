"""A client whose file demands more than the machine gives does not run."""

from bot import wire
from bot.domain import client, run, walls


def missing(of: client.Client, stands: walls.Walls) -> wire.RunFailed:
    """Return the failure that says what was demanded, and what there is."""
    failure = run.Failure(
        code=run.FailureCode.ISOLATION_MISSING,
        params={"wanted": of.isolation.value, "given": stands.told[:200]},
    )
    return wire.RunFailed(failure=failure, timings={}, walls=stands)
