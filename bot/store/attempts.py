"""The rows of attempts, of the reports they made and of what they cost.

Every function runs inside a transaction that its caller has begun, in the connection's thread.
"""

import sqlite3
from collections.abc import Sequence
from datetime import date

from bot import errors, wire
from bot.domain import delivery, ids, run
from bot.domain.report import Report
from bot.store import codec, database, deliveries, statements


def _sql(name: str) -> str:
    return statements.get("attempts", name)


def open_one(connection: sqlite3.Connection, attempt: run.Attempt) -> None:
    """Insert an attempt that begins."""
    database.rows(
        connection,
        _sql("insert"),
        run=attempt.run,
        number=attempt.number,
        started_at=codec.instant(attempt.started_at),
        asked_by=attempt.by,
    )


def end(
    connection: sqlite3.Connection, run_id: ids.RunId, *, number: int, ended: run.Ended
) -> None:
    """Write the end of an open attempt with its report and cost; MoveRefused when it had ended."""
    failure = None if ended.failure is None else codec.dump(codec.FAILURE, ended.failure)
    began = None if ended.took is None else codec.instant(ended.at - ended.took)
    found = database.row(
        connection,
        _sql("end"),
        run=run_id,
        number=number,
        started_at=began,
        ended_at=codec.instant(ended.at),
        ended=ended.end.value,
        failure=failure,
        timings=codec.dump(codec.TIMINGS, ended.timings),
        walls=None if ended.walls is None else codec.dump(codec.WALLS, ended.walls),
    )
    if found is None:
        raise errors.MoveRefused(f"attempt {number} of run {run_id} has ended already")
    _keep(connection, run_id, number=number, ended=ended)
    _spend(connection, run_id, number=number, ended=ended)


def of_run(connection: sqlite3.Connection, run_id: ids.RunId) -> Sequence[run.Attempt]:
    """A run's attempts, oldest first."""
    return [_attempt(row) for row in database.rows(connection, _sql("of_run"), run=run_id)]


def report(connection: sqlite3.Connection, run_id: ids.RunId) -> Report | None:
    """The report a run made, if it did and it is still kept."""
    row = database.row(connection, _sql("report"), run=run_id)
    return None if row is None else wire.load_report(codec.text(row, "report"))


def delivered(
    connection: sqlite3.Connection, wanted: run.Run
) -> tuple[delivery.Delivery, Report] | None:
    """The newest posted delivery of the run's client and period, with the report it shows."""
    values = {
        "client": wanted.client,
        "report": wanted.report,
        "period_start": _day(wanted.period.start),
        "period_end": _day(wanted.period.end),
    }
    row = database.row(connection, _sql("delivered"), **values)
    if row is None:
        return None
    return deliveries.decode(row), wire.load_report(codec.text(row, "made"))


def _day(value: date) -> str:
    return value.isoformat()


def _keep(
    connection: sqlite3.Connection, run_id: ids.RunId, *, number: int, ended: run.Ended
) -> None:
    if ended.report is None:
        return
    values = {
        "run": run_id,
        "attempt": number,
        "made_at": codec.instant(ended.at),
        "report": wire.dump_report(ended.report),
    }
    database.rows(connection, _sql("keep_report"), **values)


def _spend(
    connection: sqlite3.Connection, run_id: ids.RunId, *, number: int, ended: run.Ended
) -> None:
    for line in ended.usage:
        values = {
            "run": run_id,
            "attempt": number,
            "at": codec.instant(ended.at),
            "kind": line.kind.value,
            "item": line.item,
            "cost": str(line.cost),
            "input_tokens": line.input_tokens,
            "output_tokens": line.output_tokens,
            "cache_read_tokens": line.cache_read_tokens,
            "cache_write_tokens": line.cache_write_tokens,
            "bytes_billed": line.bytes_billed,
            "credits": str(line.credits),
            "estimated": int(line.estimated),
        }
        database.rows(connection, _sql("spend"), **values)


def _attempt(row: sqlite3.Row) -> run.Attempt:
    ended = codec.maybe(row, "ended")
    return run.Attempt(
        run=ids.RunId(codec.text(row, "run")),
        number=codec.count(row, "number"),
        started_at=codec.moment(row, "started_at"),
        ended_at=codec.maybe_moment(row, "ended_at"),
        end=None if ended is None else run.AttemptEnd(ended),
        failure=codec.failure(row),
        by=codec.user(row, "asked_by"),
        timings=codec.TIMINGS.validate_json(codec.text(row, "timings")),
        walls=codec.walls(row),
    )
