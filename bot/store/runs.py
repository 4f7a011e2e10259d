"""The rows of runs; RunStore fills what bot.runs needs.

Statuses change by conditional writes only, along run.MOVES; a run and whatever follows from its
change (attempt, report, cost, delivery) are one transaction.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot import errors
from bot.domain import delivery, ids, run
from bot.domain.report import Report
from bot.store import attempts, codec, database, deliveries, statements

_STAYS = frozenset({run.Status.QUEUED, run.Status.WAITING, run.Status.HELD, run.Status.FAILED})
"""A run may be told to stay here, with another next attempt or another reason."""
_AHEAD = timedelta(minutes=1)
"""What ended later than this from now ended by a clock that was ahead of its time."""
_POSTABLE = frozenset({run.Status.READY, run.Status.HELD, run.Status.FAILED})


def _sql(name: str) -> str:
    return statements.get("runs", name)


class RunStore:
    """Runs, attempts and outcomes."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def claim(self, wanted: run.Run) -> run.Claim:
        """Insert the run, or return the one that has its key or is unfinished for its period."""
        return await self._database.write(lambda connection: _claim(connection, wanted))

    async def get(self, run_id: ids.RunId) -> run.Run | None:
        """The run, or None."""
        return await self._database.read(lambda connection: find(connection, run_id))

    async def unfinished(self, status: Collection[run.Status]) -> Sequence[run.Run]:
        """The runs in these statuses, oldest first."""
        values = {"status": _names(status)}
        return await self._many("in_status", values)

    async def due(self, now: datetime) -> Sequence[run.Run]:
        """Queued runs whose next attempt has come, by deadline, then by age."""
        values = {"now": codec.instant(now), "ahead": codec.instant(now + _AHEAD)}
        return await self._many("due", values)

    async def wanted_at(self, now: datetime) -> datetime | None:
        """The next instant at which a queued run comes due or a ready one may be posted."""
        values = {"now": codec.instant(now)}
        row = await self._database.read(
            lambda connection: database.row(connection, _sql("wake"), **values)
        )
        return None if row is None else codec.maybe_moment(row, "at")

    async def waits(self) -> Mapping[ids.RunId, run.Failure]:
        """What the last look of each run that waits for its data found."""
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql("waits"))
        )
        told = {ids.RunId(codec.text(row, "id")): codec.failure(row, "failure") for row in found}
        return {of: failure for of, failure in told.items() if failure is not None}

    async def latest(
        self, client_id: ids.ClientId, report_name: ids.ReportName | None = None, *, limit: int = 20
    ) -> Sequence[run.Run]:
        """The newest runs first."""
        return await self._many(
            "latest", {"client": client_id, "report": report_name, "limit": limit}
        )

    async def move(
        self,
        run_id: ids.RunId,
        to: run.Status,
        *,
        expect: Collection[run.Status],
        change: run.Change = run.NO_CHANGE,
    ) -> run.Run:
        """Change the status by one conditional write; MoveRefused when it was in none of
        ``expect`` or run.MOVES forbids it. A queued, waiting, held or failed run may also be told
        to stay so, for the sake of ``change``.
        """
        values: database.Values = {
            "id": run_id,
            "to": to.value,
            "status": _names({one for one in expect if may_move(one, to)}),
            "next_attempt_at": codec.maybe_instant(change.next_attempt_at),
            "hold": change.hold,
            "without": None if change.without is None else codec.dump(codec.NAMES, change.without),
        }
        return await self._database.write(lambda connection: _move(connection, values))

    async def begin(
        self, run_id: ids.RunId, *, at: datetime, by: ids.UserId | None
    ) -> run.Attempt | None:
        """Queued → running and a new attempt; None: no longer queued."""
        return await self._database.write(
            lambda connection: _begin(connection, run_id, at=at, by=by)
        )

    async def end(self, run_id: ids.RunId, ended: run.Ended, *, attempt: int) -> run.Run:
        """Write the attempt's end, its report and cost, and the run's next status.

        A run that was skipped or cancelled while it ran stays so; what it cost is kept. Raises
        MoveRefused when the attempt had ended already or run.MOVES forbids the next status.
        """
        return await self._database.write(
            lambda connection: _end(connection, run_id, number=attempt, ended=ended)
        )

    async def enter_posting(self, run_id: ids.RunId, wanted: delivery.Delivery) -> bool:
        """Ready, held or failed → posting and the delivery's row, in one transaction.

        An unposted delivery of the same key is taken over. False: it is posting, unknown or
        posted, or the run is posting already; nothing changed (Settled 2).
        """
        return await self._database.write(
            lambda connection: _enter_posting(connection, run_id, wanted=wanted)
        )

    async def attempts(self, run_id: ids.RunId) -> Sequence[run.Attempt]:
        """Its attempts, oldest first."""
        return await self._database.read(lambda connection: attempts.of_run(connection, run_id))

    async def outcome(self, run_id: ids.RunId) -> Report | None:
        """The report it made, if it did and it is still kept."""
        return await self._database.read(lambda connection: attempts.report(connection, run_id))

    async def delivered(self, wanted: run.Run) -> tuple[delivery.Delivery, Report] | None:
        """The newest posted delivery of the run's report and period, with the report it shows."""
        return await self._database.read(lambda connection: attempts.delivered(connection, wanted))

    async def _many(self, name: str, values: database.Values) -> Sequence[run.Run]:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return [decode(row) for row in found]


def may_move(from_: run.Status, to: run.Status) -> bool:
    """Whether a run may go from one status to the other, or stay."""
    return to in run.MOVES[from_] or (from_ is to and to in _STAYS)


def find(connection: sqlite3.Connection, run_id: ids.RunId) -> run.Run | None:
    """The run, or None."""
    row = database.row(connection, _sql("get"), id=run_id)
    return None if row is None else decode(row)


def _must(connection: sqlite3.Connection, run_id: ids.RunId) -> run.Run:
    found = find(connection, run_id)
    if found is None:
        raise errors.StoreError(f"there is no run {run_id}")
    return found


def _names(status: Collection[run.Status]) -> str:
    return json.dumps(sorted(one.value for one in status))


def _claim(connection: sqlite3.Connection, wanted: run.Run) -> run.Claim:
    values = encode(wanted)
    names = ("client", "report", "key", "period_start", "period_end")
    row = database.row(connection, _sql("same"), **{name: values[name] for name in names})
    if row is not None:
        return run.Claim(run=decode(row), new=False)
    insert(connection, wanted)
    return run.Claim(run=wanted, new=True)


def insert(connection: sqlite3.Connection, wanted: run.Run) -> None:
    """Insert a run's row, inside a transaction that the caller has begun."""
    database.rows(connection, _sql("insert"), **encode(wanted))


def _move(connection: sqlite3.Connection, values: database.Values) -> run.Run:
    row = database.row(connection, _sql("move"), **values)
    if row is None:
        now = _must(connection, ids.RunId(str(values["id"])))
        raise errors.MoveRefused(
            f"run {ids.short_ref(now.id)} of client {now.client!r} is {now.status.value} and "
            f"cannot become {values['to']}; look at its status again"
        )
    return decode(row)


def _begin(
    connection: sqlite3.Connection, run_id: ids.RunId, *, at: datetime, by: ids.UserId | None
) -> run.Attempt | None:
    row = database.row(connection, _sql("begin"), id=run_id)
    if row is None:
        return None
    attempt = run.Attempt(run=run_id, number=codec.count(row, "attempts"), started_at=at, by=by)
    attempts.open_one(connection, attempt)
    return attempt


def _end(
    connection: sqlite3.Connection, run_id: ids.RunId, *, number: int, ended: run.Ended
) -> run.Run:
    if ended.to not in run.MOVES[run.Status.RUNNING]:
        raise errors.MoveRefused(f"an attempt cannot end with its run {ended.to.value}")
    attempts.end(connection, run_id, number=number, ended=ended)
    values: database.Values = {
        "id": run_id,
        "to": ended.to.value,
        "next_attempt_at": codec.maybe_instant(ended.next_attempt_at),
        "retries": ended.retries,
        "hold": ended.hold,
    }
    database.rows(connection, _sql("finish"), **values)
    return _must(connection, run_id)


def _enter_posting(
    connection: sqlite3.Connection, run_id: ids.RunId, *, wanted: delivery.Delivery
) -> bool:
    now = _must(connection, run_id)
    if now.status is run.Status.POSTING:
        return False
    earlier = deliveries.find(connection, wanted.key)
    if earlier is not None and earlier.state in deliveries.GONE_OUT:
        return False
    values: database.Values = {
        "id": run_id,
        "to": run.Status.POSTING.value,
        "status": _names(_POSTABLE),
        "next_attempt_at": None,
        "hold": "",
        "without": None,
    }
    _move(connection, values)
    if earlier is None:
        deliveries.insert(connection, wanted)
    else:
        deliveries.take_over(connection, wanted)
        if earlier.run is not None and earlier.run != run_id:
            database.rows(connection, _sql("give_way"), id=earlier.run)
    return True


def encode(one: run.Run) -> database.Values:
    """Return a run as the columns of its row."""
    return {
        "id": one.id,
        "client": one.client,
        "report": one.report,
        "key": one.key,
        "trigger": one.trigger.value,
        "period_kind": one.period.kind.value,
        "period_start": one.period.start.isoformat(),
        "period_end": one.period.end.isoformat(),
        "partial": int(one.period.partial),
        "as_of": codec.instant(one.as_of),
        "status": one.status.value,
        "created_at": codec.instant(one.created_at),
        "scheduled_for": one.scheduled_for,
        "next_attempt_at": codec.maybe_instant(one.next_attempt_at),
        "post_at": codec.maybe_instant(one.post_at),
        "deliver_by": codec.maybe_instant(one.deliver_by),
        "late": int(one.late),
        "attempts": one.attempts,
        "retries": one.retries,
        "requested_by": one.requested_by,
        "reply_channel": one.reply_channel,
        "revision": one.revision,
        "without": codec.dump(codec.NAMES, one.without),
        "hold": one.hold,
    }


def decode(row: sqlite3.Row) -> run.Run:
    """Return a row as the run it holds."""
    channel = codec.maybe(row, "reply_channel")
    return run.Run(
        id=ids.RunId(codec.text(row, "id")),
        client=codec.client(row),
        report=codec.report(row),
        key=codec.text(row, "key"),
        trigger=run.Trigger(codec.text(row, "trigger")),
        period=codec.period(row),
        as_of=codec.moment(row, "as_of"),
        status=run.Status(codec.text(row, "status")),
        created_at=codec.moment(row, "created_at"),
        scheduled_for=codec.maybe(row, "scheduled_for"),
        next_attempt_at=codec.maybe_moment(row, "next_attempt_at"),
        post_at=codec.maybe_moment(row, "post_at"),
        deliver_by=codec.maybe_moment(row, "deliver_by"),
        late=codec.flag(row, "late"),
        attempts=codec.count(row, "attempts"),
        retries=codec.count(row, "retries"),
        requested_by=codec.user(row, "requested_by"),
        reply_channel=None if channel is None else ids.ChannelId(channel),
        revision=codec.count(row, "revision"),
        without=codec.NAMES.validate_json(codec.text(row, "without")),
        hold=codec.text(row, "hold"),
    )
