"""What the queries of a report would cost, told by the sources that can; nothing is read."""

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot import errors, wire
from bot.domain import money, spec
from bot.kinds import KINDS
from bot.worker import credentials, plan, reading, sources
from bot.worker.sources import base


async def run(order: wire.RunOrder, keys: credentials.Keys) -> wire.Estimated | wire.RunFailed:
    """Ask every source that can tell, one after the other."""
    try:
        found = [
            one
            for source in reading.needed(order)
            if KINDS[source.kind].estimates
            for one in await asyncio.to_thread(_of, source, keys=keys, order=order)
        ]
    except errors.RunError as error:
        return wire.RunFailed(failure=error.failure, timings={})
    return wire.Estimated(estimates=tuple(found))


def _of(
    source: spec.SourceSpec, *, keys: credentials.Keys, order: wire.RunOrder
) -> Sequence[wire.Estimate]:
    wanted = reading.Wanted(
        order=order,
        plan=plan.make(order.client.reports[order.report], order.period),
        credentials={source.name: keys.credential(source)},
        mask=keys.mask,
    )
    opened = sources.open_source(reading.access(wanted, source))
    try:
        if not isinstance(opened, base.Estimating):
            return ()
        told = [opened.estimate(ask) for ask in reading.asks(wanted, source.name)]
        return tuple(_summed(told, source.name))
    finally:
        opened.close()


def _summed(told: Sequence[money.Usage], source: str) -> Iterator[wire.Estimate]:
    for query in dict.fromkeys(one.item for one in told):
        own = [one for one in told if one.item == query]
        sizes = [one.bytes_billed for one in own]
        yield wire.Estimate(
            query=query,
            source=source,
            bytes=sum(sizes),
            largest=max(sizes),
            cost=sum((one.cost for one in own), Decimal(0)),
        )
