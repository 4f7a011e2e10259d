"""Read-only questions about the past: for status, history and the failure card."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot import clock, errors, wire
from bot.domain import ids, month, run, views
from bot.domain.report import Report
from bot.domain.walls import Walls
from bot.store import codec, database, runs, statements

FIRES = 12
"""How many scheduled fires the record looks back on."""
_MONTHS = 2
"""Full months before this one that are told."""
_USES = 60
"""How many attempts are looked through for the last use of each source."""
_STRINGS = codec.NAMES


def _sql(name: str) -> str:
    return statements.get("history", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How the last scheduled fires went."""

    due: int
    """Fires that were posted, or whose promise is broken."""
    posted: int
    in_time: int
    corrections: int
    without_ai: int
    """Posts that the template wrote although a model was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The newest post."""

    at: datetime
    in_time: bool | None
    """None: nothing was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A report as it was posted."""

    at: datetime
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The last use of a source. ``failure`` None: it answered."""

    at: datetime
    failure: run.Failure | None


class History:
    """How clients have been served."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def record(
        self, client: ids.ClientId, report: ids.ReportName | None = None, *, now: datetime
    ) -> Record:
        """How the last twelve scheduled fires of a client, or of one report, went."""
        values: database.Values = {
            "client": client,
            "report": report,
            "fires": FIRES,
            "now": codec.instant(now),
        }
        (row,) = await self._many("record", values)
        return Record(
            due=codec.count(row, "due"),
            posted=codec.count(row, "posted"),
            in_time=codec.count(row, "in_time"),
            corrections=codec.count(row, "corrections"),
            without_ai=codec.count(row, "without_ai"),
        )

    async def months(
        self, client: ids.ClientId, *, now: datetime, zone: str
    ) -> Sequence[month.Month]:
        """How a client's scheduled fires went, by calendar month of the client's own zone; this
        month and the two before it, newest first, where anything came due.
        """
        this = clock.local_date(now, zone).replace(day=1)
        first = (this - timedelta(days=_MONTHS * 28)).replace(day=1)
        values: database.Values = {
            "client": client,
            "first": first.isoformat(),
            "now": codec.instant(now),
        }
        return [
            month.Month(
                first=date.fromisoformat(codec.text(row, "first")),
                in_time=codec.count(row, "in_time"),
                due=codec.count(row, "due"),
            )
            for row in await self._many("months", values)
        ]

    async def walls(self, client: ids.ClientId) -> Walls | None:
        """What stood around the newest run of a client; None: no run has told yet."""
        rows = await self._many("walls", {"client": client})
        return codec.walls(rows[0]) if rows else None

    async def last_posted(
        self,
        client: ids.ClientId,
        report: ids.ReportName | None = None,
        *,
        before: datetime | None = None,
    ) -> Posted | None:
        """The newest post of a client, or of one report; ``before`` an instant where given."""
        values: database.Values = {
            "client": client,
            "report": report,
            "before": codec.maybe_instant(before),
        }
        for row in await self._many("last_posted", values):
            at = codec.moment(row, "posted_at")
            return Posted(at=at, in_time=_in_time(at, codec.maybe_moment(row, "deliver_by")))
        return None

    async def last_report(self, client: ids.ClientId, report: ids.ReportName) -> Delivered | None:
        """What the newest post of a report says; None: there is none, or it is not kept."""
        values: database.Values = {"client": client, "report": report}
        for row in await self._many("last_report", values):
            made = wire.load_report(codec.text(row, "report"))
            return Delivered(at=codec.moment(row, "posted_at"), report=made)
        return None

    async def rows(
        self,
        client: ids.ClientId,
        report: ids.ReportName | None = None,
        *,
        limit: int = 20,
        costs: bool = False,
    ) -> Sequence[views.HistoryRow]:
        """One line per run, newest first; ``costs`` only for readers who may know them."""
        values: database.Values = {"client": client, "report": report, "limit": limit}
        found = await self._many("rows", values)
        spent = await self._costs(found) if costs else None
        return [_line(row, spent) for row in found]

    async def uses(self, client: ids.ClientId) -> Mapping[str, Use]:
        """The last use of each source of a client, by the source's name."""
        found: dict[str, Use] = {}
        for row in await self._many("uses", {"client": client, "limit": _USES}):
            for source, use in _uses(row):
                found.setdefault(source, use)
        return found

    async def _costs(self, found: Sequence[sqlite3.Row]) -> Mapping[str, Decimal]:
        names = json.dumps([codec.text(row, "id") for row in found])
        total: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in await self._many("costs", {"runs": names}):
            total[codec.text(row, "run")] += codec.money(row, "cost")
        return total

    async def _many(self, name: str, values: database.Values) -> Sequence[sqlite3.Row]:
        return await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )


def _in_time(posted_at: datetime | None, deliver_by: datetime | None) -> bool | None:
    if posted_at is None or deliver_by is None:
        return None
    return posted_at <= deliver_by


def _line(row: sqlite3.Row, costs: Mapping[str, Decimal] | None) -> views.HistoryRow:
    found = runs.decode(row)
    posted_at, failure = codec.maybe_moment(row, "posted_at"), codec.failure(row)
    stood = codec.walls(row)
    return views.HistoryRow(
        ref=ids.short_ref(found.id),
        report=found.report,
        period=found.period,
        status=found.status,
        trigger=found.trigger,
        at=found.created_at,
        posted_at=posted_at,
        in_time=_in_time(posted_at, found.deliver_by),
        attempts=found.attempts,
        late=found.late,
        by=found.requested_by,
        revision=found.revision,
        unchanged=codec.flag(row, "unchanged"),
        replaced=codec.flag(row, "replaced") and not codec.flag(row, "unchanged"),
        corrected=codec.flag(row, "corrected"),
        cost=None if costs is None else costs.get(found.id, Decimal(0)),
        failure="" if failure is None else errors.short(failure),
        isolation="" if stood is None else stood.level.value,
        refused=tuple(_STRINGS.validate_json(codec.text(row, "refused"))),
    )


def _uses(row: sqlite3.Row) -> Sequence[tuple[str, Use]]:
    at, failure = codec.moment(row, "ended_at"), codec.failure(row)
    if failure is not None:
        return [(failure.source, Use(at=at, failure=failure))] if failure.source else []
    answered = codec.maybe(row, "sources")
    names = _STRINGS.validate_json(answered) if answered else ()
    return [(name, Use(at=at, failure=None)) for name in names]
