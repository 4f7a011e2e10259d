"""The rows of fires: how far schedules were looked at, and what came of every fire.

A fire's row and the watermark that passes it are one transaction, so that a death at any moment
leaves a fire either not looked at or with its row, and never with two.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import expected, ids, run
from bot.store import codec, database, runs, statements

Name = tuple[ids.ClientId, ids.ReportName]
_NEWEST = 5
"""Attempts that say how long a report usually takes, …"""
_LATELY = timedelta(days=35)
"""… none of them older than this: four weeklies and a monthly."""


def _sql(name: str) -> str:
    return statements.get("fires", name)


class FireStore:
    """What came due."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def watermarks(
        self, names: Collection[Name], *, seen: datetime
    ) -> Mapping[Name, datetime]:
        """Up to when each report's fires were considered; one never seen starts at ``seen``."""
        return await self._database.write(
            lambda connection: {name: _watermark(connection, name, seen=seen) for name in names}
        )

    async def claim(
        self, wanted: Sequence[run.Run], *, considered: Mapping[Name, datetime]
    ) -> Sequence[run.Claim]:
        """Give every fire its row and move the watermarks, in one transaction.

        A fire has one row for ever. Where its period has an unfinished run already, its row is
        cancelled and that run is returned under the fire's promise, queued again if it had failed.
        One that a clock ahead of its time took for missed is revived.
        """
        return await self._database.write(
            lambda connection: _claim(connection, wanted, considered=considered)
        )

    async def expect(self, kept: Mapping[ids.ClientId, Sequence[expected.Expected]]) -> None:
        """Write down which fires of these clients come next, in place of what was."""
        await self._database.write(lambda connection: _expect(connection, kept))

    async def unsaid(self) -> Sequence[Sequence[run.Run]]:
        """The missed fires that are still to be said, by message; the first names its message.

        A message keeps its fires however often this is asked, until ``said``.
        """
        return await self._database.write(_unsaid)

    async def said(self, message: ids.RunId) -> None:
        """The message of this name is a row of its own now."""
        await self._database.write(
            lambda connection: database.rows(connection, _sql("said"), message=message)
        )

    async def usual(self, now: datetime) -> Mapping[Name, timedelta]:
        """How long each report usually takes: the median of its newest successful attempts.

        A report that made none of late is not in it.
        """
        return await self._database.read(lambda connection: _usual(connection, now))


def _watermark(connection: sqlite3.Connection, name: Name, *, seen: datetime) -> datetime:
    values = {"client": name[0], "report": name[1], "considered": codec.instant(seen)}
    (row,) = database.rows(connection, _sql("first_seen"), **values)
    return codec.moment(row, "considered")


def _claim(
    connection: sqlite3.Connection,
    wanted: Sequence[run.Run],
    *,
    considered: Mapping[Name, datetime],
) -> Sequence[run.Claim]:
    claims = [_claim_one(connection, one) for one in wanted]
    for (client, report), at in considered.items():
        values = {"client": client, "report": report, "considered": codec.instant(at)}
        database.rows(connection, _sql("considered"), **values)
    return claims


def _claim_one(connection: sqlite3.Connection, wanted: run.Run) -> run.Claim:
    columns = _columns(wanted)
    there = _find(connection, "of_key", columns=columns)
    queued = wanted.status is run.Status.QUEUED
    same = _find(connection, "of_period", columns=columns) if queued else None
    if there is not None:
        if there.status is run.Status.MISSED and queued and same is None:
            (row,) = database.rows(connection, _sql("revive"), **{**columns, "id": there.id})
            return run.Claim(run=runs.decode(row), new=True)
        return run.Claim(run=there, new=False)
    if same is not None:
        joins = replace(wanted, status=run.Status.CANCELLED, next_attempt_at=None)
        runs.insert(connection, joins)
        for name in ("again", "promise"):
            database.rows(connection, _sql(name), **{**columns, "id": same.id})
        return run.Claim(run=same, new=False)
    runs.insert(connection, wanted)
    if wanted.status is run.Status.MISSED:
        database.rows(connection, _sql("to_say"), id=wanted.id)
    return run.Claim(run=wanted, new=True)


def _expect(
    connection: sqlite3.Connection, kept: Mapping[ids.ClientId, Sequence[expected.Expected]]
) -> None:
    for client, some in kept.items():
        database.rows(connection, _sql("expect_no_more"), client=client)
        for one in some:
            database.rows(
                connection,
                _sql("expect"),
                client=one.client,
                report=one.report,
                key=one.key,
                due_at=codec.instant(one.due_at),
                deliver_by=codec.maybe_instant(one.deliver_by),
                client_name=one.client_name,
                report_title=one.report_title,
                timezone=one.timezone,
                owner=one.owner,
            )


def _find(connection: sqlite3.Connection, name: str, *, columns: database.Values) -> run.Run | None:
    row = database.row(connection, _sql(name), **columns)
    return None if row is None else runs.decode(row)


def _columns(wanted: run.Run) -> dict[str, database.Value]:
    return dict(runs.encode(wanted))


def _unsaid(connection: sqlite3.Connection) -> Sequence[Sequence[run.Run]]:
    database.rows(connection, _sql("gather"))
    messages: defaultdict[str, list[run.Run]] = defaultdict(list)
    for row in database.rows(connection, _sql("unsaid")):
        messages[codec.text(row, "unsaid")].append(runs.decode(row))
    return list(messages.values())


def _usual(connection: sqlite3.Connection, now: datetime) -> Mapping[Name, timedelta]:
    lengths: defaultdict[Name, list[timedelta]] = defaultdict(list)
    values: database.Values = {"since": codec.instant(now - _LATELY), "newest": _NEWEST}
    for row in database.rows(connection, _sql("lengths"), **values):
        took = codec.moment(row, "ended_at") - codec.moment(row, "started_at")
        lengths[codec.client(row), codec.report(row)].append(max(took, timedelta()))
    return {name: sorted(some)[len(some) // 2] for name, some in lengths.items()}
