"""What is coming: the next fire of each report, with the slot it will have; pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bot import due
from bot.domain import client, ids, pause, run, spec, views
from bot.runs import fires, ports

_SECOND = timedelta(seconds=1)


def coming(
    clients: Sequence[client.Client],
    *,
    now: datetime,
    stagger: timedelta,
    usual: Mapping[ports.Name, timedelta] = MappingProxyType({}),
    pauses: Sequence[pause.Pause] = (),
) -> Sequence[views.NextFire]:
    """Return the next fire of every report that has a schedule, by the instant it will run at.

    A slot depends on everybody who fires at that instant, also on reports whose next fire is an
    earlier one; so ask about all clients and show those that the reader may see. A client is shown
    as paused, and takes no slot, where its pause lasts beyond the fire.
    """
    until = {one.client: one.until for one in pauses}
    ahead = _Ahead()
    nexts = [found for of in clients for found in _nexts(of, ahead, now=now)]
    starts: dict[datetime, Mapping[str, timedelta]] = {}
    for at in sorted({one.fire.at for one in nexts}):
        together = [
            found
            for of in clients
            if not _rests(of.id, until, at=at)
            for found in _nexts(of, ahead, now=at - _SECOND)
            if found.fire.at == at
        ]
        starts[at] = due.slots([one.wanted(usual) for one in together], widest=stagger)
    shown = [
        _shown(one, starts[one.fire.at], paused=_rests(one.client.id, until, at=one.fire.at))
        for one in nexts
    ]
    return sorted(shown, key=lambda one: (one.run_at, one.client, one.report))


def _rests(
    of: ids.ClientId, until: Mapping[ids.ClientId, datetime | None], *, at: datetime
) -> bool:
    if of not in until:
        return False
    end = until[of]
    return end is None or at < end


class _Ahead:
    """The next fires of schedules, asked for instants that only grow.

    Hundreds of clients share few schedules, and whose next fire lies ahead still need not be asked
    again: an expression takes a tenth of a millisecond to read, and nothing else moves meanwhile.
    """

    def __init__(self) -> None:
        self._nexts: dict[tuple[str, str], due.Fire | None] = {}

    def after(self, schedule: spec.ScheduleSpec, zone: str, *, now: datetime) -> due.Fire | None:
        """Return the first fire after an instant; None: there is none."""
        name = schedule.cron, zone
        known = self._nexts.get(name)
        if name not in self._nexts or (known is not None and known.at <= now):
            known = self._nexts[name] = due.next_fire(schedule, zone, after=now)
        return known


def _nexts(of: client.Client, ahead: _Ahead, *, now: datetime) -> Sequence[fires.Due]:
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
        and (fire := ahead.after(report.schedule, of.timezone, now=now)) is not None
    ]


def _shown(one: fires.Due, starts: Mapping[str, timedelta], *, paused: bool) -> views.NextFire:
    wanted = one.wanted({})
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
