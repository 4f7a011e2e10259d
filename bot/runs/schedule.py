"""What is coming: the next fire of each report, with the slot it will have; pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot import due
from bot.domain import client, ids, run, views
from bot.runs import fires

_SECOND = timedelta(seconds=1)


def coming(
    clients: Sequence[client.Client],
    *,
    now: datetime,
    stagger: fires.Stagger,
    paused: Collection[ids.ClientId] = (),
) -> Sequence[views.NextFire]:
    """Return the next fire of every report that has a schedule, by the instant it will run at.

    A slot depends on everybody who fires at that instant, also on reports whose next fire is an
    earlier one; so ask about all clients and show those that the reader may see.
    """
    nexts = [found for of in clients for found in _nexts(of, now=now)]
    starts: dict[datetime, Mapping[str, timedelta]] = {}
    for at in {one.fire.at for one in nexts}:
        together = [
            found
            for of in clients
            if of.id not in paused
            for found in _nexts(of, now=at - _SECOND)
            if found.fire.at == at
        ]
        starts[at] = due.slots(
            [one.wanted for one in together],
            widest=stagger.widest,
            usual=stagger.usual,
            max_concurrent=stagger.max_concurrent,
        )
    shown = [_shown(one, starts[one.fire.at], paused=one.client.id in paused) for one in nexts]
    return sorted(shown, key=lambda one: (one.run_at, one.client, one.report))


def _nexts(of: client.Client, *, now: datetime) -> Sequence[fires.Due]:
    return [
        fires.Due(
            client=of,
            report=report,
            schedule=report.schedule,
            fire=fire,
            status=run.Status.QUEUED,
        )
        for report in of.reports.values()
        if report.schedule is not None
        and (fire := due.next_fire(report.schedule, of.timezone, after=now)) is not None
    ]


def _shown(one: fires.Due, starts: Mapping[str, timedelta], *, paused: bool) -> views.NextFire:
    wanted = one.wanted
    return views.NextFire(
        client=one.client.id,
        client_name=one.client.name,
        report=one.report.name,
        title=one.report.title,
        timezone=one.client.timezone,
        nominal=f"{one.fire.nominal:%Y-%m-%dT%H:%M}",
        run_at=one.fire.at + starts.get(wanted.key, timedelta()),
        post_at=wanted.post_at,
        deliver_by=wanted.deliver_by,
        paused=paused,
    )
