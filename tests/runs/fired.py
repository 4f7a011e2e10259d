"""The store's port of fires over dictionaries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import expected, ids, run
from bot.runs import ports
from tests.runs import memory


class Fires:
    """Fills ports.Fires."""

    def __init__(self, kept: memory.Memory) -> None:
        self._memory = kept

    async def watermarks(
        self, names: Collection[ports.Name], *, seen: datetime
    ) -> Mapping[ports.Name, datetime]:
        return {name: self._memory.marks.setdefault(name, seen) for name in names}

    async def claim(
        self, wanted: Sequence[run.Run], *, considered: Mapping[ports.Name, datetime]
    ) -> Sequence[run.Claim]:
        self._memory.marks.update(considered)
        return [self._claim(one) for one in wanted]

    def _claim(self, wanted: run.Run) -> run.Claim:
        runs = self._memory.runs
        same = [one for one in runs.values() if memory.same_report(one, wanted)]
        by_key = next((one for one in same if one.key == wanted.key), None)
        by_period = [
            one for one in same if one.period == wanted.period and one.status in memory.OPEN
        ]
        queued = wanted.status is run.Status.QUEUED
        if by_key is not None:
            if by_key.status is not run.Status.MISSED or not queued or by_period:
                return run.Claim(run=by_key, new=False)
            self._memory.unsaid.pop(by_key.id, None)
            runs[by_key.id] = replace(wanted, id=by_key.id)
            return run.Claim(run=runs[by_key.id], new=True)
        if by_period and queued:
            runs[wanted.id] = replace(wanted, status=run.Status.CANCELLED, next_attempt_at=None)
            (there,) = by_period
            if there.status is run.Status.FAILED:
                runs[there.id] = replace(
                    there,
                    status=run.Status.QUEUED,
                    next_attempt_at=wanted.next_attempt_at,
                    post_at=wanted.post_at,
                    deliver_by=wanted.deliver_by,
                )
            elif there.deliver_by is None:
                runs[there.id] = replace(there, deliver_by=wanted.deliver_by)
            return run.Claim(run=there, new=False)
        runs[wanted.id] = wanted
        if wanted.status is run.Status.MISSED:
            self._memory.unsaid[wanted.id] = None
        return run.Claim(run=wanted, new=True)

    async def expect(self, kept: Mapping[ids.ClientId, Sequence[expected.Expected]]) -> None:
        """What nothing here reads."""

    async def unsaid(self) -> Sequence[Sequence[run.Run]]:
        kept = self._memory.unsaid
        new = [one for one, message in kept.items() if message is None]
        kept.update(dict.fromkeys(new, new[0] if new else None))
        messages = dict.fromkeys(kept.values())
        return [
            [self._memory.runs[one] for one, said in kept.items() if said == message]
            for message in messages
        ]

    async def said(self, message: ids.RunId) -> None:
        kept = self._memory.unsaid
        self._memory.unsaid = {one: said for one, said in kept.items() if said != message}

    async def usual(self, now: datetime) -> Mapping[ports.Name, timedelta]:
        return {}
