"""BigQuery through Google's own client, with this client's credential and never an ambient one.

A job's id is made of what it is to answer, so that another attempt finds the job of the earlier
one and waits for it instead of paying again. Waiting is by our own polling: the library's long
polls end neither at our deadline nor when they are told to stop.
"""

import hashlib
import json
import re
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import count, islice
from threading import Event
from typing import Protocol, cast
from zoneinfo import ZoneInfo

import requests
from google.api_core import exceptions
from google.auth import exceptions as auth_exceptions
from google.cloud import bigquery
from google.cloud.bigquery.table import RowIterator

from bot.domain import money, report
from bot.domain.run import FailureCode
from bot.kinds import readonly
from bot.kinds.bigquery import BigquerySettings
from bot.worker.sources import base, bigqueryerrors, busy, googleauth, statement

_DOLLARS_PER_TIB = Decimal("6.25")
"""On-demand analysis in US multi-regions, https://cloud.google.com/bigquery/pricing, 2026-11.
Other regions and reservations cost otherwise: what we say is an estimate."""
_TIB = 2**40
_SCOPES = ("https://www.googleapis.com/auth/bigquery",)
_REQUEST_SECONDS = 30.0
_STOP_SECONDS = 4.0
_MOST_TRIES = 20
"""Jobs of one run, query and period; more have never all failed."""
_SLOWEST_POLL = 1.0
_ATTEMPT = "attempt"
"""The label that tells which attempt began a job: that one counts its cost, or, where it died
before it could, the next one that finds the job."""
_OPENING = base.Opening(file="client.yaml")
_KNOWN = (
    exceptions.GoogleAPIError,
    auth_exceptions.GoogleAuthError,
    requests.exceptions.RequestException,
)


def open_source(access: base.Access) -> "Bigquery":
    """Make the client; nothing is sent yet. Raises RunError for a credential of no use."""
    settings = BigquerySettings.model_validate(access.spec.settings)
    endpoint = access.environment.get("BIGQUERY_EMULATOR_HOST")
    client = bigquery.Client(
        project=settings.project,
        credentials=googleauth.credentials(access, scopes=_SCOPES),
        location=settings.location,
        client_options={"api_endpoint": endpoint} if endpoint else None,
    )
    return Bigquery(access, settings, client)


class _Row(Protocol):
    """What we use of bigquery.Row."""

    def values(self) -> Sequence[base.Cell]:
        """The cells, in the order of the columns."""
        ...


class _Job(Protocol):
    """What we use of bigquery.QueryJob, which is not typed."""

    error_result: object
    total_bytes_billed: int | None
    total_bytes_processed: int | None
    labels: Mapping[str, str]

    def done(self, *, retry: bigqueryerrors.Retry, timeout: float) -> bool:
        """Ask for its state."""
        ...

    def cancel(self, *, retry: None, timeout: float) -> bool:
        """Ask for its end."""
        ...

    def result(self, *, job_retry: None, timeout: float) -> RowIterator:
        """Its rows, once it is done."""
        ...


class Bigquery:
    """One client; its jobs run side by side."""

    def __init__(
        self, access: base.Access, settings: BigquerySettings, client: bigquery.Client
    ) -> None:
        self._access = access
        self._settings = settings
        self._client = client
        self._stopping = Event()
        self._busy = busy.Busy()

    def read(self, ask: base.Ask) -> base.Answer:
        """Read one query; raises RunError."""
        bound = statement.read(self._access, ask, dialect=readonly.BIGQUERY).bound
        with self._busy, self._explained(ask):
            until = min(self._access.deadline, time.monotonic() + self._settings.timeout)
            job = self._begun(ask, bound, until=until)
            self._wait(job, ask, until=until)
            table = self._table(job, ask)
            billed = 0 if self._is_counted(job, ask) else int(job.total_bytes_billed or 0)
            return base.Answer(table=table, usage=(_usage(ask, billed),))

    def estimate(self, ask: base.Ask) -> money.Usage:
        """Say what a query would read, by a dry run, which is free; raises RunError."""
        bound = statement.read(self._access, ask, dialect=readonly.BIGQUERY).bound
        with self._explained(ask):
            until = min(self._access.deadline, time.monotonic() + self._settings.timeout)
            tried = self._tried(ask.sql, bound, until=until)
            return _usage(ask, int(tried.total_bytes_processed or 0))

    def identity(self) -> report.Identity:
        """Ask whether the project runs queries for us and has the data set; both calls are free.

        Whoever may read single tables only does not see their data set: that is no fault. Raises
        RunError.
        """
        settings = self._settings
        until = min(self._access.deadline, time.monotonic() + settings.timeout)
        with self._opened(f"the project {settings.project}"):
            self._tried("SELECT 1", {}, until=until)
        place = settings.project
        if settings.dataset:
            place = f"{settings.project}.{settings.dataset}"
            with self._opened(f"the data set {place}"), suppress(exceptions.Forbidden):
                self._client.get_dataset(
                    bigquery.DatasetReference(settings.project, settings.dataset),
                    retry=self._retry(until),
                    timeout=_REQUEST_SECONDS,
                )
        return report.Identity(source=self._access.spec.name, name=place, account=place)

    def stop(self) -> None:
        """Let every waiting read cancel its job, and give them a moment to."""
        self._stopping.set()
        self._busy.rest(_STOP_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _begun(self, ask: base.Ask, bound: Mapping[str, base.Parameter], *, until: float) -> _Job:
        """The job to wait for: a new one, or the one of an earlier attempt or request."""
        config = self._config(bound, until)
        for number in count():
            job_id = _job_id(self._access, ask, settings=self._settings, number=number)
            try:
                began: object = self._client.query(
                    ask.sql,
                    job_config=config,
                    job_id=job_id,
                    retry=self._retry(until),
                    job_retry=None,
                    timeout=_REQUEST_SECONDS,
                )
            except exceptions.Conflict:
                job = self._earlier(job_id, until)
                if number < _MOST_TRIES and (job is None or job.error_result):
                    continue
                if job is None:
                    raise
                return job
            return cast("_Job", began)
        raise AssertionError  # count() never ends

    def _tried(self, sql: str, bound: Mapping[str, base.Parameter], *, until: float) -> _Job:
        """A dry run: nothing is read, and nothing is paid."""
        config = self._config(bound, until)
        config.dry_run = True
        config.use_query_cache = False
        config.maximum_bytes_billed = None
        began: object = self._client.query(
            sql,
            job_config=config,
            retry=self._retry(until),
            job_retry=None,
            timeout=_REQUEST_SECONDS,
        )
        return cast("_Job", began)

    def _earlier(self, job_id: str, until: float) -> _Job | None:
        """The job of an earlier attempt; None where it cannot be seen any more."""
        try:
            found = self._client.get_job(
                job_id,
                location=self._settings.location,
                retry=self._retry(until),
                timeout=_REQUEST_SECONDS,
            )
        except exceptions.NotFound:
            return None
        return cast("_Job", found)

    def _is_counted(self, job: _Job, ask: base.Ask) -> bool:
        """Whether the attempt that began the job, or one that found it since, told its cost.

        An attempt that dies tells nothing, so the label alone does not say.
        """
        began = job.labels.get(_ATTEMPT, "")
        if not began.isdecimal() or int(began) == self._access.attempt:
            return False
        return int(began) <= self._access.counted.get(ask.query, 0)

    def _config(self, bound: Mapping[str, base.Parameter], until: float) -> bigquery.QueryJobConfig:
        access, settings = self._access, self._settings
        config = bigquery.QueryJobConfig(
            query_parameters=[_parameter(name, value) for name, value in bound.items()],
            maximum_bytes_billed=settings.maximum_bytes_billed,
            labels={
                "client": _label(access.client),
                "report": _label(access.report),
                "run": _label(access.run),
                _ATTEMPT: str(access.attempt),
            },
            job_timeout_ms=max(1, int((until - time.monotonic()) * 1000)),
            connection_properties=[bigquery.ConnectionProperty("time_zone", access.timezone)],
        )
        if settings.dataset:
            config.default_dataset = f"{settings.project}.{settings.dataset}"
        return config

    def _retry(self, until: float) -> bigqueryerrors.Retry:
        patience = max(0.05, min(self._access.patience, until - time.monotonic()))
        return bigqueryerrors.patient(patience)

    def _wait(self, job: _Job, ask: base.Ask, *, until: float) -> None:
        pause = 0.02
        while not job.done(retry=self._retry(until), timeout=_REQUEST_SECONDS):
            left = until - time.monotonic()
            if left <= 0 or self._stopping.wait(min(pause, max(left, 0.001))):
                job.cancel(retry=None, timeout=_STOP_SECONDS - 1)
                raise self._access.failed(FailureCode.SOURCE_TIMEOUT, about=ask)
            pause = min(pause * 2, _SLOWEST_POLL)

    def _table(self, job: _Job, ask: base.Ask) -> base.Table:
        found = job.result(job_retry=None, timeout=_REQUEST_SECONDS)
        columns = tuple(str(field.name) for field in found.schema)
        zone = ZoneInfo(self._access.timezone)
        rows = [
            tuple(_local(cell, zone) for cell in row.values())
            for row in islice(cast("Iterable[_Row]", found), base.MOST_ROWS + 1)
        ]
        if len(rows) > base.MOST_ROWS:
            fault = f"it has more than {base.MOST_ROWS} rows"
            raise self._access.failed(FailureCode.RESULT_INVALID, about=ask, fault=fault)
        return base.Table(columns=columns, rows=tuple(rows))

    @contextmanager
    def _opened(self, what: str) -> Generator[None]:
        """Explain what befalls a look at the project: what is not there is its id's fault."""
        with self._explained(_OPENING):
            try:
                yield
            except exceptions.NotFound as error:
                raise self._access.failed(
                    FailureCode.NOT_FOUND,
                    about=_OPENING,
                    said=bigqueryerrors.explain(error).said,
                    fault=f"{what} is not there",
                ) from None

    @contextmanager
    def _explained(self, about: base.About) -> Generator[None]:
        try:
            yield
        except _KNOWN as error:
            found = bigqueryerrors.explain(error)
            raise self._access.failed(
                found.code, about=about, said=found.said, retry_after=found.retry_after
            ) from None


def _job_id(access: base.Access, ask: base.Ask, *, settings: BigquerySettings, number: int) -> str:
    """``reportops_<run>_<query>_<start>_<end>_<what it asks>_<number>``.

    The hash covers the SQL, which an operator may have mended since the earlier attempt, and how
    often the run has looked: an answer that was not fresh is not taken again.
    """
    parts = [ask.sql, ask.timezone, settings.project, settings.dataset, settings.location]
    parts += [str(access.looks)] if access.looks else []
    asked = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    query = re.sub(r"[^A-Za-z0-9_-]", "-", ask.query)[:100]
    span = f"{ask.period.start:%Y%m%d}_{ask.period.end:%Y%m%d}"
    return f"reportops_{access.run}_{query}_{span}_{asked}_{number}"


def _usage(ask: base.Ask, size: int) -> money.Usage:
    return money.Usage(
        kind=money.UsageKind.BIGQUERY,
        item=ask.query,
        cost=_DOLLARS_PER_TIB * size / _TIB,
        bytes_billed=size,
    )


def _parameter(name: str, value: base.Parameter) -> bigquery.ScalarQueryParameter:
    match value:
        case datetime():
            return bigquery.ScalarQueryParameter(name, "TIMESTAMP", value)
        case date():
            return bigquery.ScalarQueryParameter(name, "DATE", value)
        case str():
            return bigquery.ScalarQueryParameter(name, "STRING", value)


def _label(text: str) -> str:
    """Labels hold lower-case letters, digits, dashes and underscores; 63 at most."""
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:63]


def _local(cell: base.Cell, zone: ZoneInfo) -> base.Cell:
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.astimezone(zone).replace(tzinfo=None)
    return cell
