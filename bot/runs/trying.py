"""Trying credentials: orders of one source each, and what came of them."""

from collections.abc import Mapping
from typing import Protocol

from bot import errors, wire
from bot.domain import client, ids, period, run
from bot.domain.kept import Keep
from bot.runs import orders


class Executor(Protocol):
    """Filled by executors.process.ProcessExecutor."""

    async def check(self, order: wire.CheckOrder) -> wire.Checked:
        """Have a client's sources opened; raises RunError and RunLost."""
        ...


class Trier:
    """Opens one source with a credential of somebody's choice."""

    def __init__(self, executor: Executor, write: orders.Orders) -> None:
        self._executor = executor
        self._orders = write

    async def __call__(
        self,
        of: client.Client,
        source: str,
        *,
        reference: str,
        periods: Mapping[ids.ReportName, period.Period],
    ) -> wire.Source:
        """Do it in a process of its own that holds nothing else; raises RunError and RunLost."""
        order = self._orders.trial(of, source, reference=reference, periods=periods)
        return await self._told(order, source)

    async def keep(self, of: client.Client, source: str, *, what: Keep) -> str:
        """Write its credential into its store, as the client, and return which version is in force
        then; empty: none is. Raises RunError and RunLost.
        """
        came = await self._told(self._orders.keep(of, source, what=what), source)
        if came.failure is not None:
            raise errors.RunError(came.failure)
        return came.version

    async def _told(self, order: wire.CheckOrder, source: str) -> wire.Source:
        came = await self._executor.check(order)
        for one in came.sources:
            return one
        raise errors.RunError(run.Failure(code=run.FailureCode.CRASHED, source=source))
