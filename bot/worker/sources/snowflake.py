"""Snowflake through its own connector: each query is begun, asked after, and ended by us.

The connector's own waits end neither at our deadline nor when they are told to stop, and its
``timeout`` does nothing on the wire. The server has the same bound, as the session's parameter.
Nothing of the machine takes part: no SNOWFLAKE_* variable, no file of connections, no proxy, no
question to the cloud's metadata address, no telemetry.
"""

import os
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event
from typing import Protocol, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from snowflake import connector
from snowflake.connector import constants
from snowflake.connector import errors as connector_errors

from bot.domain import money, report
from bot.domain.run import FailureCode
from bot.kinds import readonly
from bot.kinds.snowflake import SnowflakeSettings
from bot.kinds.typed import snowflake as credential
from bot.worker.sources import base, busy, snowflakecredits, snowflakeerrors, statement

parse_credential = credential.parse

_LOGIN_SECONDS = 20
_STOP_SECONDS = 4.0
_BILL_SECONDS = 3.0
_SLOWEST_POLL = 1.0
_TRIES = 6
_FIRST_PAUSE_MS = 250
_WHO = "SELECT CURRENT_ACCOUNT_NAME() AS a, CURRENT_DATABASE() AS d, CURRENT_ROLE() AS r"
_UNFIT: Mapping[int, str] = {
    5: "a variant",
    9: "an object",
    10: "an array",
    11: "bytes",
    12: "a time of day",
}
"""Type codes of columns whose cells no report can use."""


def open_source(access: base.Access) -> "Snowflake":
    """Sign in; raises RunError."""
    settings = SnowflakeSettings.model_validate(access.spec.settings)
    return Snowflake(access, settings)


class _Cursor(Protocol):
    """What we use of connector.cursor.SnowflakeCursor, which is typed in part."""

    description: Sequence[tuple[str, int]] | None

    def execute_async(self, sql: str, values: Sequence[object] | None) -> Mapping[str, str | None]:
        """Begin a query; its id is under ``queryId``."""
        ...

    def abort_query(self, query: str) -> bool:
        """End a query at the server."""
        ...

    def get_results_from_sfqid(self, query: str) -> None:
        """Take the rows of a query that is done; raises what it failed with."""
        ...

    def fetchmany(self, size: int) -> Sequence[Sequence[object]]:
        """The next rows."""
        ...


class _Connection(Protocol):
    """What we use of connector.SnowflakeConnection."""

    def cursor(self) -> _Cursor:
        """Return a cursor, for one query."""
        ...

    def get_query_status(self, query: str) -> constants.QueryStatus:
        """Ask how far a query is."""
        ...

    def is_still_running(self, status: constants.QueryStatus) -> bool:
        """Whether it is under way."""
        ...

    def close(self) -> None:
        """Sign out."""
        ...


class _Connect(Protocol):
    def __call__(self, **options: object) -> _Connection: ...


class Snowflake:
    """One session; its queries run side by side."""

    def __init__(self, access: base.Access, settings: SnowflakeSettings) -> None:
        self._access = access
        self._settings = settings
        self._stopping = Event()
        self._busy = busy.Busy()
        self._begun: dict[str, str] = {}
        options = _options(access, settings)
        _forget()
        with self._explained(None):
            self._connection = cast("_Connect", connector.connect)(**options)

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        asked = statement.read(self._access, ask, dialect=readonly.SNOWFLAKE)
        values = [_bound(asked.bound[mark.name]) for mark in asked.marks]
        with self._busy, self._explained(ask):
            until = min(self._access.deadline, time.monotonic() + self._settings.timeout)
            cursor = self._connection.cursor()
            self._wait(cursor, asked.written(lambda _: "?"), values=values, about=(ask, until))
            return base.Answer(table=self._table(cursor, ask))

    def identity(self) -> report.Identity:
        """Ask which account this is, and who we are to it; raises RunError."""
        with self._explained(None):
            cursor = self._connection.cursor()
            began = cursor.execute_async(_WHO, None)
            cursor.get_results_from_sfqid(str(began["queryId"]))
            account, database, role = cursor.fetchmany(1)[0]
        return report.Identity(
            source=self._access.spec.name,
            name=str(database or account),
            account=f"{account} as {role}",
            domain=self._settings.host,
        )

    def bill(self) -> Sequence[money.Usage]:
        """Estimate the credits of what was read; nothing where the role may not ask for it."""
        if not self._begun:
            return ()
        with self._busy, suppress(connector_errors.Error):
            cursor = self._connection.cursor()
            sql = snowflakecredits.question(self._settings.database)
            began = str(cursor.execute_async(sql, None)["queryId"])
            if self._is_done(cursor, began, until=time.monotonic() + _BILL_SECONDS):
                price = self._settings.credit_price
                history = cursor.fetchmany(base.MOST_ROWS)
                return snowflakecredits.estimated(history, self._begun, price=price)
        return ()

    def stop(self) -> None:
        """Let every waiting read end its query, and give them a moment to."""
        self._stopping.set()
        self._busy.rest(_STOP_SECONDS)

    def close(self) -> None:
        """Sign out."""
        with suppress(connector_errors.Error):
            self._connection.close()

    def _wait(
        self,
        cursor: _Cursor,
        sql: str,
        *,
        values: Sequence[object],
        about: tuple[base.Ask, float],
    ) -> None:
        """Begin a query and wait until it is done; end it where that takes too long."""
        ask, until = about
        query = str(cursor.execute_async(sql, values or None)["queryId"])
        self._begun[query] = ask.query
        if not self._is_done(cursor, query, until=until):
            raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=ask)

    def _is_done(self, cursor: _Cursor, query: str, *, until: float) -> bool:
        """Whether a query was done in time, and its rows can be taken; if not, it is ended."""
        pause = 0.02
        while self._connection.is_still_running(self._connection.get_query_status(query)):
            left = until - time.monotonic()
            if left <= 0 or self._stopping.wait(min(pause, max(left, 0.001))):
                with suppress(connector_errors.Error):
                    cursor.abort_query(query)
                return False
            pause = min(pause * 2, _SLOWEST_POLL)
        cursor.get_results_from_sfqid(query)
        return True

    def _table(self, cursor: _Cursor, ask: base.Ask) -> base.Table:
        rows = cursor.fetchmany(base.MOST_ROWS + 1)  # only now the cursor knows its columns
        described = [(str(one[0]), int(one[1])) for one in cursor.description or ()]
        if len(rows) > base.MOST_ROWS:
            fault = f"it has more than {base.MOST_ROWS} rows"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        for name, kind in described:
            if kind in _UNFIT:
                fault = f"the column “{name}” holds {_UNFIT[kind]}; cast it to a number or to text"
                raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        zone = ZoneInfo(self._access.timezone)
        columns = tuple(_named(name) for name, _ in described)
        return base.Table(
            columns=columns, rows=tuple(tuple(_local(cell, zone) for cell in row) for row in rows)
        )

    @contextmanager
    def _explained(self, ask: base.Ask | None) -> Generator[None]:
        try:
            yield
        except connector_errors.Error as error:
            found = snowflakeerrors.explain(error)
            raise self._access.failed(
                found.code, about=ask, said=found.said, fault=found.fault
            ) from None


def _options(access: base.Access, settings: SnowflakeSettings) -> Mapping[str, object]:
    """What a session is opened with; every default that reaches elsewhere is set."""
    signed = access.signed(credential.Credential)
    found = urlsplit(access.address(f"https://{settings.host}"))
    left = int(access.deadline - time.monotonic())
    tag = f"client={access.client};report={access.report};run={access.run}"
    return {
        **_signing(signed),
        "account": settings.account,
        "host": found.hostname,
        "port": found.port or 443,
        "protocol": found.scheme,
        "warehouse": settings.warehouse,
        "role": settings.role,
        "database": settings.database,
        "schema": settings.schema_name,
        "application": "reportops",
        "paramstyle": "qmark",
        "use_proxy_env": False,
        "login_timeout": max(1, min(_LOGIN_SECONDS, left)),
        **_patience(min(access.patience, left)),
        "enable_server_session_keep_alive_auto_detection": False,
        "session_parameters": {
            "QUERY_TAG": tag,
            "STATEMENT_TIMEOUT_IN_SECONDS": max(1, min(settings.timeout, left)),
            "TIMEZONE": access.timezone,
            "CLIENT_TELEMETRY_ENABLED": False,
        },
    }


def _patience(seconds: float) -> Mapping[str, object]:
    """How one request is repeated: so often, with pauses that together last no longer than this."""
    pause = max(1, int(seconds * 1000 / (_TRIES - 1)))
    return {
        "request_timeout": max(1, int(seconds)),
        "query_timeout": max(1, int(seconds)),
        "retry_max_attempts": _TRIES,
        "retry_backoff_base_ms": min(_FIRST_PAUSE_MS, pause),
        "retry_backoff_cap_ms": pause,
        "logout_max_attempts": 1,
        "logout_request_timeout_seconds": int(_STOP_SECONDS),
    }


def _signing(signed: credential.Credential) -> Mapping[str, object]:
    match signed.method:
        case credential.Method.KEY:
            found = {"authenticator": "SNOWFLAKE_JWT", "private_key": signed.secret}
        case credential.Method.TOKEN:
            found = {"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token": signed.secret}
        case credential.Method.OAUTH:
            found = {"authenticator": "oauth", "token": signed.secret}
        case credential.Method.PASSWORD:
            found = {"password": signed.secret}
    return {"user": signed.user, **found}


def _bound(value: base.Parameter) -> object:
    return ("TIMESTAMP_TZ", value) if isinstance(value, datetime) else value


def _named(column: str) -> str:
    """A name that was written without quotes has no case; Snowflake shows it in capitals."""
    return column.lower() if column == column.upper() else column


def _local(cell: object, zone: ZoneInfo) -> base.Cell:
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.astimezone(zone).replace(tzinfo=None)
    return cell


def _forget() -> None:
    """Take what the connector looks for out of this process's environment."""
    environment = os.environ  # noqa: TID251 - cleared, not read
    for name in [one for one in environment if one.startswith(("SNOWFLAKE_", "SF_"))]:
        del environment[name]
    environment["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
