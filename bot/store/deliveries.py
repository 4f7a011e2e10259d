"""The rows of deliveries; DeliveryStore fills bot.delivery.Outbox."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot import errors
from bot.domain import delivery, ids, run
from bot.store import codec, database, statements

GONE_OUT = frozenset({delivery.State.POSTING, delivery.State.UNKNOWN, delivery.State.POSTED})
"""It is, or may be, in Slack: nobody may take such a delivery over."""
_RUNG = "rung"
_PATIENCE = timedelta(minutes=2)
"""How long a card or a word lets reports go first."""
_LONGEST = timedelta(minutes=20)
"""No wait that is written down is longer; Slack's own longer ones are the limiter's to keep."""


def _sql(name: str) -> str:
    return statements.get("deliveries", name)


class DeliveryStore:
    """The outbox."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def put(self, wanted: delivery.Delivery) -> bool:
        """Insert it unless its key is there; False: it was."""
        return await self._database.write(lambda connection: insert(connection, wanted))

    async def get(self, key: str) -> delivery.Delivery | None:
        """The row, or None."""
        return await self._database.read(lambda connection: find(connection, key))

    async def due(self, now: datetime) -> Sequence[delivery.Delivery]:
        """Pending and unknown ones whose not_before has come, and those in posting; parents
        before replies, and of each thread the earliest reply that is not posted yet. Reports come
        first, by their deadlines, and whatever else has waited long enough comes with them.
        """
        values = {
            "now": codec.instant(now),
            "aged": codec.instant(now - _PATIENCE),
            "ahead": codec.instant(now + _LONGEST),
        }
        return await self._many("due", values)

    async def wanted_at(self) -> datetime | None:
        """The earliest not_before of what is still to be posted or read back."""
        row = await self._row("wake", {})
        return None if row is None else codec.maybe_moment(row, "at")

    async def begin(
        self, key: str, *, since: str, rung: int | None = None
    ) -> delivery.Delivery | None:
        """Pending → posting, with Slack's own time; None: it is pending no more."""
        row = await self._change("begin", {"key": key, "since": since, "rung": rung})
        return None if row is None else decode(row)

    async def posted(self, key: str, *, ts: str, at: datetime) -> delivery.Delivery:
        """Whatever it was → posted; a report's run succeeds in the same transaction."""
        values = {"key": key, "ts": ts, "at": codec.instant(at)}
        return await self._settle("posted", values, to=run.Status.SUCCEEDED)

    async def unknown(self, key: str, *, since: str, error: str, not_before: datetime) -> None:
        """Posting (since then) → unknown, or unknown still: read back, not before this."""
        values = {
            "key": key,
            "since": since,
            "error": error,
            "not_before": codec.instant(not_before),
        }
        await self._change("unknown", values)

    async def again(
        self, key: str, *, since: str | None, rung: int, error: str, not_before: datetime | None
    ) -> None:
        """Back to pending: certainly not stored in the posting that began at ``since``."""
        values: database.Values = {
            "key": key,
            "since": since,
            "rung": rung,
            "error": error,
            "not_before": codec.maybe_instant(not_before),
        }
        await self._change("again", values)

    async def failed(self, key: str, *, error: str) -> delivery.Delivery:
        """No way to post it; a report's run is failed in the same transaction."""
        return await self._settle("failed", {"key": key, "error": error}, to=run.Status.FAILED)

    async def cancel(self, key: str) -> bool:
        """Pending → cancelled."""
        return await self._change("cancel", {"key": key}) is not None

    async def redirect(self, key: str, *, channel: ids.ChannelId) -> bool:
        """Failed → pending in another channel, with what hangs on it. False: not failed."""
        return await self._database.write(
            lambda connection: _redirect(connection, {"key": key, "channel": channel})
        )

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        """What it should say now; posted ones are edited. False: no such delivery."""
        values = {"key": key, "bodies": codec.dump(codec.BODIES, bodies), "run": run}
        return await self._change("revise", values) is not None

    async def stale(self) -> Sequence[delivery.Delivery]:
        """Posted ones whose shown version is behind."""
        return await self._many("stale", {})

    async def showed(self, key: str, *, version: int) -> None:
        """Slack shows this version now."""
        await self._change("showed", {"key": key, "version": version})

    async def rung(self, now: datetime) -> int:
        """The rung of the ladder that this workspace is known to take; 0 where nothing is known
        any more.
        """
        row = await self._row("meta", {"key": _RUNG})
        if row is None:
            return 0
        rung, _, until = codec.text(row, "value").partition(" ")
        return int(rung) if codec.instant(now) < until else 0

    async def remember_rung(self, rung: int, *, until: datetime) -> None:
        """Keep it for the posts to come."""
        await self._change("remember", {"key": _RUNG, "value": f"{rung} {codec.instant(until)}"})

    async def renumber(self, old: ids.ChannelId, *, new: ids.ChannelId) -> None:
        """A channel has another id: what stands there, and what goes there, is there now."""
        await self._change("renumber", {"old": old, "new": new})

    async def of_incident(self, incident_id: ids.IncidentId) -> Sequence[delivery.Delivery]:
        """An incident's card and thread, in the order they were asked for."""
        return await self._many("of_incident", {"incident": incident_id})

    async def of_run(self, run_id: ids.RunId) -> delivery.Delivery | None:
        """The report delivery that a run was, or is to be, posted by."""
        return await self._one("of_run", {"run": run_id})

    async def of_message(self, channel: ids.ChannelId, ts: str) -> delivery.Delivery | None:
        """The delivery behind a message of ours, such as one whose button was pressed."""
        return await self._one("of_message", {"channel": channel, "ts": ts})

    async def revision(self, wanted: run.Run) -> int:
        """The newest revision of the post of a run's period; -1: nothing was ever wanted."""
        values = {
            "client": wanted.client,
            "report": wanted.report,
            "period_start": wanted.period.start.isoformat(),
            "period_end": wanted.period.end.isoformat(),
        }
        return await self._database.read(
            lambda connection: database.number(connection, _sql("highest_revision"), **values)
        )

    async def undelivered(self, since: datetime) -> int:
        """How many alerts could be said nowhere: those of open incidents, and others of late."""
        values = {"since": codec.instant(since)}
        return await self._database.read(
            lambda connection: database.number(connection, _sql("undelivered"), **values)
        )

    async def _change(self, name: str, values: database.Values) -> sqlite3.Row | None:
        return await self._database.write(
            lambda connection: database.row(connection, _sql(name), **values)
        )

    async def _row(self, name: str, values: database.Values) -> sqlite3.Row | None:
        return await self._database.read(
            lambda connection: database.row(connection, _sql(name), **values)
        )

    async def _one(self, name: str, values: database.Values) -> delivery.Delivery | None:
        row = await self._row(name, values)
        return None if row is None else decode(row)

    async def _many(self, name: str, values: database.Values) -> Sequence[delivery.Delivery]:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return [decode(row) for row in found]

    async def _settle(
        self, name: str, values: database.Values, *, to: run.Status
    ) -> delivery.Delivery:
        return await self._database.write(
            lambda connection: _settle(connection, values, name=name, to=to)
        )


def find(connection: sqlite3.Connection, key: str) -> delivery.Delivery | None:
    """The row, or None."""
    row = database.row(connection, _sql("get"), key=key)
    return None if row is None else decode(row)


def insert(connection: sqlite3.Connection, wanted: delivery.Delivery) -> bool:
    """Insert it unless its key is there."""
    if database.row(connection, _sql("insert"), **encode(wanted)) is None:
        return False
    _doubt(connection, wanted.key)
    return True


def take_over(connection: sqlite3.Connection, wanted: delivery.Delivery) -> None:
    """Make an unposted delivery of the same key this one."""
    values = encode(wanted)
    names = ("key", "run", "channel", "bodies", "rung", "not_before")
    database.rows(connection, _sql("take_over"), **{name: values[name] for name in names})
    _doubt(connection, wanted.key)


def _doubt(connection: sqlite3.Connection, key: str) -> None:
    """After a restore nobody knows what was posted meanwhile (store/copies.py)."""
    for name in ("doubt", "patience"):
        database.rows(connection, _sql(name), key=key)


def _redirect(connection: sqlite3.Connection, values: database.Values) -> bool:
    if database.row(connection, _sql("redirect"), **values) is None:
        return False
    database.rows(connection, _sql("follow"), **values)
    return True


def _settle(
    connection: sqlite3.Connection, values: database.Values, *, name: str, to: run.Status
) -> delivery.Delivery:
    row = database.row(connection, _sql(name), **values)
    if row is None:
        found = find(connection, str(values["key"]))
        if found is None:
            raise errors.StoreError(f"there is no delivery {values['key']}")
        return found
    settled = decode(row)
    if settled.kind is delivery.Kind.REPORT:
        database.rows(connection, _sql("settle_run"), run=settled.run, to=to.value)
    return settled


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def encode(one: delivery.Delivery) -> database.Values:
    """Return a delivery as the columns of its row."""
    return {
        "key": one.key,
        "kind": one.kind.value,
        "client": one.client,
        "report": one.report,
        "period_start": _day(one.period_start),
        "period_end": _day(one.period_end),
        "revision": one.revision,
        "run": one.run,
        "incident": one.incident,
        "channel": one.channel,
        "parent": one.parent,
        "bodies": codec.dump(codec.BODIES, one.bodies),
        "state": one.state.value,
        "rung": one.rung,
        "ts": one.ts,
        "posting_since": one.posting_since,
        "not_before": codec.maybe_instant(one.not_before),
        "tries": one.tries,
        "error": one.error,
        "version": one.version,
        "shown": one.shown,
        "created_at": codec.instant(one.created_at),
        "posted_at": codec.maybe_instant(one.posted_at),
    }


def decode(row: sqlite3.Row) -> delivery.Delivery:
    """Return a row as the delivery it holds."""
    report, run_id = codec.maybe(row, "report"), codec.maybe(row, "run")
    client, incident = codec.maybe(row, "client"), codec.maybe(row, "incident")
    return delivery.Delivery(
        key=codec.text(row, "key"),
        kind=delivery.Kind(codec.text(row, "kind")),
        client=None if client is None else ids.ClientId(client),
        report=None if report is None else ids.ReportName(report),
        period_start=codec.maybe_day(row, "period_start"),
        period_end=codec.maybe_day(row, "period_end"),
        revision=codec.count(row, "revision"),
        run=None if run_id is None else ids.RunId(run_id),
        incident=None if incident is None else ids.IncidentId(incident),
        channel=ids.ChannelId(codec.text(row, "channel")),
        parent=codec.maybe(row, "parent"),
        bodies=codec.BODIES.validate_json(codec.text(row, "bodies")),
        state=delivery.State(codec.text(row, "state")),
        rung=codec.count(row, "rung"),
        ts=codec.maybe(row, "ts"),
        posting_since=codec.maybe(row, "posting_since"),
        not_before=codec.maybe_moment(row, "not_before"),
        tries=codec.count(row, "tries"),
        error=codec.text(row, "error"),
        version=codec.count(row, "version"),
        shown=codec.count(row, "shown"),
        created_at=codec.moment(row, "created_at"),
        posted_at=codec.maybe_moment(row, "posted_at"),
    )
